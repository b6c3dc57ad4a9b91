/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "agent/event_lines.h"
#include "log_caught.h"

static void
put(struct event_lines *log, enum event_type type, int64_t mono_us)
{
	const struct event event = {.type = type,
				    .time.mono_us = mono_us,
				    .addr = type < EVENT_IMPAIRED ? 0xc6120001 : 0,
				    .name = "t5\x1b[2J",
				    .reason = "because"};

	event_lines_put(log, &event);
}

/* Names that are too long leave room for the rest. */
static void
sentence_has_an_end(void **state)
{
	struct event event = {.type = EVENT_CONFLICT,
			      .addr = UINT32_MAX,
			      .name = "alpha",
			      .other_source = 0xc6120009};
	char text[EVENT_TEXT_LEN];

	(void)state;
	memcpy(event.other_hostname, "beta", 5);
	memcpy(event.reason, "why", 4);
	assert_string_equal(event_text(&event, text),
			    "manager 255.255.255.255 (alpha) conflict: why; the other one is "
			    "198.18.0.9 (beta)");
	memset(event.name, 'n', sizeof(event.name) - 1);
	memset(event.other_hostname, 'h', sizeof(event.other_hostname) - 1);
	memset(event.reason, 'r', 70);
	event.other_source = UINT32_MAX;
	event_text(&event, text);
	assert_string_equal(text + strlen(text) - 6, "hh...)");
	assert_non_null(strstr(text, "nn...) conflict: rr"));
	event.type = EVENT_DISAPPEARED;
	event.other_source = 0;
	memset(event.reason, 'r', sizeof(event.reason) - 1);
	event_text(&event, text);
	assert_string_equal(text + strlen(text) - 2, "rr");
}

static void
each_has_its_line(void **state)
{
	struct event_lines log = {0};

	(void)state;
	lines = 0;
	put(&log, EVENT_APPEARED, 1 * US_PER_S);
	assert_string_equal(last, "manager 198.18.0.1 (t5\\x1b[2J) appeared: because");
	assert_int_equal(last_level, LOG_LEVEL_NOTICE);
	put(&log, EVENT_IMPAIRED, 1 * US_PER_S);
	assert_string_equal(last, "discovery impaired: because");
	assert_int_equal(last_level, LOG_LEVEL_WARNING);
	put(&log, EVENT_RESTORED, 1 * US_PER_S);
	assert_string_equal(last, "discovery restored: because");
	event_lines_sum_up(&log, 1000 * US_PER_S);
	assert_int_equal(lines, 3);
}

static void
no_hostname_is_no_text(void **state)
{
	const struct event event = {.type = EVENT_DISAPPEARED,
				    .time.mono_us = 1 * US_PER_S,
				    .addr = 0xc6120001,
				    .reason = "no answer in 3 rounds in a row"};
	struct event_lines log = {0};

	(void)state;
	event_lines_put(&log, &event);
	assert_string_equal(last, "manager 198.18.0.1 disappeared: no answer in 3 rounds in a row");
}

static void
too_many_are_summed_up(void **state)
{
	struct event_lines log = {0};

	(void)state;
	lines = 0;
	for (int i = 0; i < 5000; i++)
		put(&log, EVENT_DISAPPEARED, 100 * US_PER_S + i);
	assert_int_equal(lines, EVENT_LINES_MAX);
	/* Other types have limits of their own. */
	put(&log, EVENT_CHANGED, 101 * US_PER_S);
	assert_int_equal(lines, EVENT_LINES_MAX + 1);
	event_lines_sum_up(&log, 159 * US_PER_S);
	assert_int_equal(lines, EVENT_LINES_MAX + 1);
	event_lines_sum_up(&log, 160 * US_PER_S);
	assert_int_equal(lines, EVENT_LINES_MAX + 2);
	assert_string_equal(last, "manager disappeared: 4900 more within a minute");
	event_lines_sum_up(&log, 161 * US_PER_S);
	assert_int_equal(lines, EVENT_LINES_MAX + 2);
}

/* Events of one type continue for several minutes. */
static void
each_minute_counts_for_itself(void **state)
{
	struct event_lines log = {0};

	(void)state;
	lines = 0;
	for (int i = 0; i < 600; i++)
		put(&log, EVENT_APPEARED, 100 * US_PER_S + i * US_PER_S);
	assert_int_equal(lines, 600); /* 60 a minute */
	for (int i = 0; i < 600 * 100; i++)
		put(&log, EVENT_APPEARED, 1000 * US_PER_S + i * US_PER_S / 100);
	event_lines_sum_up(&log, 1600 * US_PER_S);
	assert_int_equal(lines, 600 + 10 * EVENT_LINES_MAX + 1);
	put(&log, EVENT_APPEARED, 1601 * US_PER_S);
	assert_int_equal(lines, 600 + 10 * EVENT_LINES_MAX + 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sentence_has_an_end),
	    cmocka_unit_test(each_has_its_line),
	    cmocka_unit_test(no_hostname_is_no_text),
	    cmocka_unit_test(too_many_are_summed_up),
	    cmocka_unit_test(each_minute_counts_for_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
