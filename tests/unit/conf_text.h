/* SPDX-License-Identifier: BSD-2-Clause */
/* conf_text.h - for tests that read and print the text of a configuration. */
#ifndef CONF_TEXT_H
#define CONF_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"

struct reports {
	unsigned int count;
	char text[8][sizeof(((struct conf_error *)NULL)->text)];
};

static inline void
note(void *ctx, const struct conf_error *error)
{
	struct reports *r = ctx;

	assert_true(r->count < 8);
	strlcpy(r->text[r->count++], error->text, sizeof(r->text[0]));
}

static inline struct reports
read_octets(struct conf *config, const char *text, size_t len)
{
	struct reports r = {0};
	unsigned int errors;
	char *copy = malloc(len + 1); /* so that ASan sees a read beyond the end */

	assert_non_null(copy);
	memcpy(copy, text, len);
	copy = realloc(copy, len > 0 ? len : 1);
	errors = conf_read(config, "test.conf", copy, len, note, &r);
	assert_int_equal(errors, r.count);
	free(copy);
	return r;
}

static inline struct reports
read_text(struct conf *config, const char *text)
{
	return read_octets(config, text, strlen(text));
}

/* Read text, which must have no errors. */
static inline void
accept_text(struct conf *config, const char *text)
{
	struct reports r = read_text(config, text);

	if (r.count != 0)
		fail_msg("%s", r.text[0]);
}

struct buffer {
	char text[8192];
};

static inline void
append(void *ctx, const char *line)
{
	struct buffer *b = ctx;
	size_t len = strlen(b->text);

	assert_true(len + strlen(line) + 2 < sizeof(b->text));
	sprintf(b->text + len, "%s\n", line);
}

static inline struct buffer
printed(const struct conf *config)
{
	struct buffer b = {0};

	conf_print(config, append, &b);
	return b;
}

static inline void
assert_rule(const struct access_rule *rule, bool accept, uint32_t addr, unsigned int prefix_len)
{
	assert_int_equal(rule->accept, accept);
	assert_int_equal(rule->addr, addr);
	assert_int_equal(rule->prefix_len, prefix_len);
}

#endif /* CONF_TEXT_H */
