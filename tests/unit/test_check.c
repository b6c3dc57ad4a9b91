/* SPDX-License-Identifier: BSD-2-Clause */
/* The ranges and the output of check_ldm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/range.h"
#include "check/report.h"
#include "check/thresholds.h"

static const struct metric down = {"down", "", "managers down", "0", "2"};
static const struct metric age = {"age", "s", "age", NULL, NULL};

static void
test_ranges(void **state)
{
	static const struct {
		const char *text;
		double value;
		bool alerts;
	} cases[] = {
	    {"10", 10, false},    {"10", 11, true},       {"10", -1, true},
	    {"10:", 9, true},     {"10:", 10, false},     {"~:10", -5, false},
	    {"~:10", 10.5, true}, {"10:20", 9, true},     {"10:20", 20, false},
	    {"@10:20", 9, false}, {"@10:20", 10, true},   {"@10:20", 21, false},
	    {"~:", 1e9, false},   {"0", 0, false},        {"0.5", 1, true},
	    {":5", 6, true},      {"-2:-1", -1.5, false},
	};
	static const char *const bad[] = {"",      ":",   "@",   "a",  "1e3",  "0x5",
					  "inf",   "nan", " 1",  "1 ", "2:1",  "1:~",
					  "1:2:3", "--1", "1,5", "~",  "1.2.3"};
	struct range range;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(range_parse(cases[i].text, &range), 0);
		assert_int_equal(range_alerts(&range, cases[i].value), cases[i].alerts);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(range_parse(bad[i], &range), -1);
}

static void
test_thresholds(void **state)
{
	struct thresholds thresholds = {0};

	(void)state;
	assert_null(thresholds_add(&thresholds, false, "5,up=3:,down=~:"));
	assert_null(thresholds_add(&thresholds, true, "up=2:"));
	assert_string_equal(thresholds_find(&thresholds, "x", true, false)->text, "5");
	assert_null(thresholds_find(&thresholds, "x", false, false));
	assert_string_equal(thresholds_find(&thresholds, "up", false, false)->text, "3:");
	assert_string_equal(thresholds_find(&thresholds, "up", false, true)->text, "2:");
	assert_string_equal(thresholds_find(&thresholds, "down", true, false)->text, "~:");
	assert_non_null(thresholds_add(&thresholds, true, "=1"));
	assert_non_null(thresholds_add(&thresholds, true, "1,,2"));
	assert_non_null(thresholds_add(&thresholds, true, "up=x"));
}

/* What is printed for this number of managers down, and another metric. */
static void
assert_printed(const char *warning, uint64_t value, enum report_state expected, const char *text)
{
	struct thresholds thresholds = {0};
	struct report *report;
	char *printed = NULL;
	size_t size;
	FILE *out = open_memstream(&printed, &size);

	assert_non_null(out);
	if (warning != NULL)
		assert_null(thresholds_add(&thresholds, false, warning));
	report = report_new(&thresholds);
	report_metric(report, &down, value, value > 0 ? "alpha" : "");
	report_metric(report, &age, 7, "");
	report_summary(report, "%d managers", 9);
	report_line(report, "alpha");
	assert_int_equal(report_print(report, out), expected);
	fclose(out);
	assert_string_equal(printed, text);
	report_free(report);
	free(printed);
}

static void
test_reports(void **state)
{
	(void)state;
	assert_printed(NULL, 0, REPORT_OK,
		       "LDM OK - 9 managers | down=0;0;2;0 age=7s;;;0\nalpha\n");
	assert_printed(NULL, 1, REPORT_WARNING,
		       "LDM WARNING - managers down: 1 (alpha) | down=1;0;2;0 age=7s;;;0\nalpha\n");
	assert_printed(
	    NULL, 3, REPORT_CRITICAL,
	    "LDM CRITICAL - managers down: 3 (alpha) | down=3;0;2;0 age=7s;;;0\nalpha\n");
	assert_printed("1", 1, REPORT_OK, "LDM OK - 9 managers | down=1;1;2;0 age=7s;;;0\nalpha\n");
	assert_printed("down=1,age=5", 0, REPORT_WARNING,
		       "LDM WARNING - age: 7 s | down=0;1;2;0 age=7s;5;;0\nalpha\n");
}

/* A text from the network cannot begin performance data or another line. */
static void
test_foreign_text(void **state)
{
	char buf[64];

	(void)state;
	assert_string_equal(report_text("a|b\nc", 5, buf, sizeof(buf)), "a!b\\x0ac");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ranges),
	    cmocka_unit_test(test_thresholds),
	    cmocka_unit_test(test_reports),
	    cmocka_unit_test(test_foreign_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
