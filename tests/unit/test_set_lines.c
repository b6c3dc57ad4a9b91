/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "snmp/set_lines.h"

#define NOW_US (1000 * US_PER_S)

/* Returns the number of lines that fn() logs, and their text. */
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
		set_lines_put(&round, true, NOW_US);
	set_lines_put(&enable, true, NOW_US);
}

static void
look_a_minute_later(void)
{
	set_lines_sum_up(NOW_US + 61 * US_PER_S);
	set_lines_sum_up(NOW_US + 122 * US_PER_S);
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
	    cmocka_unit_test(sets_do_not_fill_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
