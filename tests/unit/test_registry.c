/* SPDX-License-Identifier: BSD-2-Clause */
/* What is logged of SET. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/registry.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"

static struct conf config;
static struct registry *registry;
static struct mib_source source;

static int
make(void **state)
{
	(void)state;
	conf_init(&config);
	log_choose("n");
	registry = registry_new(&config, clock_now()); /* there is no registry_free() */
	if (registry == NULL)
		return -1;
	source = registry_source(registry);
	return 0;
}

static int
clear(void **state)
{
	(void)state;
	conf_clear(&config);
	return 0;
}

/* What is logged meanwhile, counted by hand. */
static size_t
lines_logged(void (*fn)(void), char *text, size_t size)
{
	FILE *caught = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t lines = 0, len;

	assert_non_null(caught);
	assert_true(saved >= 0);
	dup2(fileno(caught), STDERR_FILENO);
	log_choose("e");
	fn();
	log_choose("n");
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(caught);
	len = fread(text, 1, size - 1, caught);
	text[len] = '\0';
	fclose(caught);
	for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	return lines;
}

static void
set_often(void)
{
	const struct change round = {.what = CHANGE_ROUND_NOW, .value = 1};
	const struct change enable = {.what = CHANGE_NOTIFICATIONS, .value = 1};

	for (int i = 0; i < 400; i++)
		source.commit(source.ctx, &round);
	source.commit(source.ctx, &enable);
}

static void
look_a_minute_later(void)
{
	struct moment now = clock_now();

	now.mono_us += 61 * INT64_C(1000000);
	registry_log(registry, now);
	now.mono_us += 61 * INT64_C(1000000);
	registry_log(registry, now);
}

static void
sets_do_not_fill_the_log(void **unused)
{
	char text[10000];

	(void)unused;
	assert_int_equal(lines_logged(set_often, text, sizeof(text)), 101);
	assert_non_null(strstr(text, "SNMP SET: notifications are now enabled\n"));
	assert_int_equal(lines_logged(look_a_minute_later, text, sizeof(text)), 1);
	assert_non_null(strstr(text, "SNMP SET: additional round: 300 more within a minute\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(sets_do_not_fill_the_log, make, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
