/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "base/since.h"

#define NOW INT64_C(1795780800123) /* 2026-11-27T12:00:00.123Z */
#define H INT64_C(3600000)

static int64_t
parsed(const char *zone, const char *text)
{
	int64_t wall_ms = -1;

	setenv("TZ", zone, 1);
	tzset();
	if (since_parse(text, NOW, &wall_ms) < 0)
		assert_int_equal(wall_ms, -1);
	return wall_ms;
}

static void
durations(void **state)
{
	(void)state;
	assert_int_equal(parsed("UTC", "2h"), NOW - 2 * H);
	assert_int_equal(parsed("UTC", "7d"), NOW - 168 * H);
	assert_int_equal(parsed("UTC", "1.5h"), NOW - 3 * H / 2);
	assert_int_equal(parsed("UTC", "90"), NOW - 90000);
	assert_int_equal(parsed("UTC", "0"), NOW);
	assert_int_equal(parsed("UTC", "5000w"), 0); /* before 1970 */
}

static void
local_times(void **state)
{
	const char *const berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
	const int64_t midnight = NOW - 123 - 13 * H; /* 2026-11-27 00:00 +0100 */

	(void)state;
	assert_int_equal(parsed(berlin, "2026-11-27"), midnight);
	assert_int_equal(parsed(berlin, "2026-11-27 00:00"), midnight);
	assert_int_equal(parsed(berlin, "2026-11-27 14:00:30"), midnight + 14 * H + 30000);
	assert_int_equal(parsed(berlin, "2026-11-27T14:00:30.25"), midnight + 14 * H + 30250);
	assert_int_equal(parsed(berlin, "1970-01-01"), 0);
	assert_int_equal(parsed("EST5", "2026-11-27"), midnight + 6 * H);
	/* Summer time. */
	assert_int_equal(parsed(berlin, "2026-07-01 12:00"), parsed("UTC", "2026-07-01 10:00"));
	/* Skipped in spring, twice in autumn. */
	assert_int_equal(parsed(berlin, "2026-03-29 02:30"), parsed("UTC", "2026-03-29 01:30"));
	assert_int_equal(parsed(berlin, "2026-10-25 02:30"), parsed("UTC", "2026-10-25 00:30"));
	assert_int_equal(parsed(berlin, "2026-10-25 03:30"), parsed("UTC", "2026-10-25 02:30"));
}

static void
times_with_offset(void **state)
{
	static const char *const zones[] = {"UTC", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5"};
	const int64_t noon = NOW - 123;

	(void)state;
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		assert_int_equal(parsed(zones[i], "2026-11-27T12:00:00Z"), noon);
		assert_int_equal(parsed(zones[i], "2026-11-27T12:00:00.123456Z"), NOW);
		assert_int_equal(parsed(zones[i], "2026-11-27T13:00:00+01:00"), noon);
		assert_int_equal(parsed(zones[i], "2026-11-27 13:00:00+0100"),
				 noon); /* the log's */
		assert_int_equal(parsed(zones[i], "2026-11-27 08:30-0330"), noon);
		assert_int_equal(parsed(zones[i], "2026-11-28 00:00+1200"), noon);
	}
}

static void
mistakes(void **state)
{
	static const char *const wrong[] = {
	    "",
	    " ",
	    "x",
	    "2x",
	    "-2h",
	    "2 h",
	    "yesterday",
	    "2026-11",
	    "2026-11-",
	    "2026-11-2",
	    "2026-13-01",
	    "2026-00-01",
	    "2026-11-00",
	    "2026-11-31",
	    "2026-02-29",
	    "1969-12-31",
	    "26-11-27",
	    "2026-11-27 ",
	    "2026-11-27 14",
	    "2026-11-27 14:",
	    "2026-11-27 14:0",
	    "2026-11-27 24:00",
	    "2026-11-27 14:60",
	    "2026-11-27 14:00:60",
	    "2026-11-27 14:00:",
	    "2026-11-27 14:00:00.",
	    "2026-11-27 14:00:00,5",
	    "2026-11-27 14:00 ",
	    "2026-11-27 14:00 CET",
	    "2026-11-27 14:00+1",
	    "2026-11-27 14:00+01:",
	    "2026-11-27 14:00+24:00",
	    "2026-11-27 14:00+01:60",
	    "2026-11-27 14:00Zx",
	    "2026-11-27Z",
	    "2026-11-27+01:00",
	    "2026-11-27  14:00",
	    "27.11.2026",
	    "14:00",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(parsed("UTC", wrong[i]), -1);
	/* A number is a number of seconds, as in the configuration. */
	assert_int_equal(parsed("UTC", "2026"), NOW - 2026000);
	assert_int_equal(parsed("UTC", "2028-02-29"), parsed("UTC", "2028-02-28") + 24 * H);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(durations),
	    cmocka_unit_test(local_times),
	    cmocka_unit_test(times_with_offset),
	    cmocka_unit_test(mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
