/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "agent/datagramlog.h"
#include "log_caught.h"

#define LOOPBACK 1 /* an ifindex that every host has */

static struct datagramlog datagrams;
static bool debug;

/* Replaces that of log.c. */
bool
log_has_level(enum log_level level)
{
	return debug || level < LOG_LEVEL_DEBUG;
}

static int
reset(void **state)
{
	(void)state;
	memset(&datagrams, 0, sizeof(datagrams));
	lines = debug_lines = 0;
	debug = false;
	return 0;
}

static void
put(enum verdict verdict, uint32_t source, const char *reason, int64_t now_us)
{
	const struct arrival arrival = {.ifindex = LOOPBACK, .source = source, .source_port = 1234};
	const struct wire_response resp = {.addr = 0xc6120001};

	datagramlog_put(&datagrams, verdict, &arrival, &resp, reason, now_us);
}

static void
each_has_a_line_with_debug(void **state)
{
	(void)state;
	debug = true;
	put(VERDICT_ACCEPTED, 0xc6120001, NULL, 1 * US_PER_S);
	assert_string_equal(
	    last_debug, "datagram from 198.18.0.1:1234 on lo: accepted, it announces 198.18.0.1");
	put(VERDICT_OWN_REQUEST, 0xc612fe01, NULL, 1 * US_PER_S);
	assert_string_equal(last_debug, "datagram from 198.18.254.1:1234 on lo: own request");
	put(VERDICT_MALFORMED, 0xc6120002, "port 0 is not in 1..65535", 1 * US_PER_S);
	assert_string_equal(
	    last_debug,
	    "datagram from 198.18.0.2:1234 on lo: malformed: port 0 is not in 1..65535");
	assert_int_equal(lines, 1);
	assert_int_equal(debug_lines, 3);
	for (int i = 0; i < 100; i++)
		put(VERDICT_MALFORMED, 0xc6120002, NULL, 2 * US_PER_S);
	assert_int_equal(debug_lines, 103);
}

static void
none_without(void **state)
{
	static const enum verdict welcome[] = {
	    VERDICT_MAC_QUERY, VERDICT_MAC_ANSWER,  VERDICT_OWN_REQUEST, VERDICT_FOREIGN_REQUEST,
	    VERDICT_NO_ROOM,   VERDICT_UNCONFIRMED, VERDICT_ACCEPTED};

	(void)state;
	for (size_t i = 0; i < sizeof(welcome) / sizeof(welcome[0]); i++)
		put(welcome[i], 1, NULL, 1 * US_PER_S);
	datagramlog_sum_up(&datagrams, 100 * US_PER_S);
	assert_int_equal(lines + debug_lines, 0);
}

/* The first is logged at once, further ones as a sum with the last source. */
static void
refusals_are_summed_up(void **state)
{
	(void)state;
	put(VERDICT_DENIED, 0xc6120002, "because", 100 * US_PER_S);
	assert_string_equal(last,
			    "datagram refused: from 198.18.0.2:1234 on lo: denied, it announces "
			    "198.18.0.1: because");
	assert_int_equal(last_level, LOG_LEVEL_NOTICE);
	for (uint32_t i = 0; i < 1000; i++)
		put(VERDICT_DENIED, 0xc6121000 + i, "because", 100 * US_PER_S + i);
	put(VERDICT_SHORT, 0xc6120003, NULL, 120 * US_PER_S);
	assert_string_equal(last, "datagram refused: from 198.18.0.3:1234 on lo: short");
	assert_int_equal(last_level, LOG_LEVEL_WARNING);
	datagramlog_sum_up(&datagrams, 159 * US_PER_S);
	assert_int_equal(lines, 2);
	datagramlog_sum_up(&datagrams, 160 * US_PER_S);
	assert_int_equal(lines, 3);
	assert_string_equal(last,
			    "1000 more datagrams refused, the last one from "
			    "198.18.19.231:1234 on lo: denied, it announces 198.18.0.1: because");
	datagramlog_sum_up(&datagrams, 10000 * US_PER_S);
	assert_int_equal(lines, 3);
	put(VERDICT_DENIED, 0xc6120002, "because", 10000 * US_PER_S);
	assert_int_equal(lines, 4);
}

/* While refusals continue, there is a line a minute at first, and finally one an hour. */
static void
lines_grow_rare(void **state)
{
	static const unsigned int wanted[] = {60, 180, 420, 900, 1860, 3780, 7380, 10980, 14580};
	unsigned int found = 0;

	(void)state;
	put(VERDICT_BAD_MAGIC, 1, NULL, 1 * US_PER_S);
	for (unsigned int s = 1; s < 16000; s++) {
		const unsigned int before = lines;

		put(VERDICT_BAD_MAGIC, 1, NULL, (1 + s) * US_PER_S);
		if (lines == before)
			continue;
		assert_int_equal(lines, before + 1);
		assert_int_equal(s, wanted[found]);
		found++;
	}
	assert_int_equal(found, sizeof(wanted) / sizeof(wanted[0]));
	/* After an hour without any, the first one is logged at once again. */
	datagramlog_sum_up(&datagrams, 20000 * US_PER_S);
	datagramlog_sum_up(&datagrams, 25000 * US_PER_S);
	put(VERDICT_BAD_MAGIC, 1, NULL, 25000 * US_PER_S);
	put(VERDICT_BAD_MAGIC, 1, NULL, 25001 * US_PER_S);
	lines = 0;
	datagramlog_sum_up(&datagrams, 25060 * US_PER_S);
	assert_string_equal(last, "1 more datagram refused, the last one from 0.0.0.1:1234 on lo: "
				  "bad magic");
	assert_int_equal(lines, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(each_has_a_line_with_debug, reset),
	    cmocka_unit_test_setup(none_without, reset),
	    cmocka_unit_test_setup(refusals_are_summed_up, reset),
	    cmocka_unit_test_setup(lines_grow_rare, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
