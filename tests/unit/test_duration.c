/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/duration.h"

static void
test_durations(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
		const char *formatted;
	} good[] = {
	    {"0", 0, "0"},
	    {"0ms", 0, "0"},
	    {"5", 5 * US_PER_S, "5s"},
	    {"05s", 5 * US_PER_S, "5s"},
	    {"0.5", US_PER_S / 2, "500ms"},
	    {"1.25s", 1250000, "1250ms"},
	    {"0.000001s", 1, "0.001ms"},
	    {"1.5ms", 1500, "1.500ms"},
	    {"90s", 90 * US_PER_S, "90s"},
	    {"120s", 2 * US_PER_MIN, "2m"},
	    {"1.5h", 90 * US_PER_MIN, "90m"},
	    {"24h", US_PER_DAY, "1d"},
	    {"1w", 7 * US_PER_DAY, "7d"},
	    {"0.12345678901234567890123456789s", 123456, "123.456ms"},
	    {"9223372036854ms", INT64_C(9223372036854000), "9223372036854ms"},
	};
	static const char *const bad[] = {"",
					  "s",
					  ".5s",
					  "5.s",
					  "-5s",
					  "+5s",
					  " 5s",
					  "5 s",
					  "5S",
					  "5sec",
					  "5us",
					  "1e3s",
					  "0x5s",
					  "5s ",
					  "1,5s",
					  "9999999999999999999s",
					  "99999999999999999w",
					  "5..5s",
					  "inf"};
	int64_t us;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char buf[DURATION_LEN];

		us = -1;
		if (duration_parse(good[i].text, &us) != 0 || us != good[i].us)
			fail_msg("'%s': %" PRId64 " us", good[i].text, us);
		if (strcmp(duration_format(us, buf), good[i].formatted) != 0)
			fail_msg("'%s': formatted as '%s'", good[i].text, buf);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		us = 77;
		if (duration_parse(bad[i], &us) != -1 || us != 77)
			fail_msg("'%s' was accepted", bad[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
