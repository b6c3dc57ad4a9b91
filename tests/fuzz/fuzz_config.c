/* SPDX-License-Identifier: BSD-2-Clause */
/* A configuration file: the values in effect can be printed, and are the same when
 * the output is read again. */
#include <string.h>

#include "conf/conf.h"
#include "fuzz.h"

#define PRINTED_MAX (1 << 20)

struct text {
	char buf[PRINTED_MAX];
	size_t len;
};

static void
add_line(void *ctx, const char *line)
{
	struct text *text = ctx;
	const size_t len = strlen(line);

	FUZZ_EXPECT(text->len + len + 1 < sizeof(text->buf));
	memcpy(text->buf + text->len, line, len);
	text->len += len;
	text->buf[text->len++] = '\n';
}

static void
expect_printable(void *ctx, const struct conf_error *error)
{
	(void)ctx;
	FUZZ_EXPECT(error->text[0] != '\0');
	fuzz_expect_printable(error->text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct text first, second;
	struct conf config, again;
	struct conf_error error;

	conf_init(&config);
	conf_init(&again);
	first.len = second.len = 0;
	conf_read(&config, "fuzz", (const char *)data, len, expect_printable, NULL);
	if (conf_check(&config, "fuzz", &error) < 0)
		expect_printable(NULL, &error);
	conf_print(&config, add_line, &first);
	FUZZ_EXPECT(conf_read(&again, "again", first.buf, first.len, expect_printable, NULL) == 0);
	conf_print(&again, add_line, &second);
	FUZZ_EXPECT(first.len == second.len && memcmp(first.buf, second.buf, first.len) == 0);
	conf_clear(&config);
	conf_clear(&again);
	return 0;
}
