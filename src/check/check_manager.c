/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "check/check_manager.h"

#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "check/managers.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { SILENCE, MISSED_ROUNDS, RESPONSE_TIME, TRANSITIONS, METRICS };

static const struct metric metrics[METRICS] = {
    [SILENCE] = {"silence", "s", "silent for", NULL, NULL},
    [MISSED_ROUNDS] = {"missed_rounds", "", "missed rounds", NULL, NULL},
    [RESPONSE_TIME] = {"response_time", "us", "response time", NULL, NULL},
    [TRANSITIONS] = {"transitions", "c", "transitions", NULL, NULL},
};

static void
judge_status(struct report *report, const struct managers_row *row)
{
	char address[TEXT_ADDRESS_LEN];

	text_address(row->address, address);
	switch (row->status) {
	case MANAGERS_UP:
		report_summary(report, "%s (%s) is up", row->shown, address);
		break;
	case MANAGERS_MISSING:
		report_summary(report, "%s (%s) is missing, not down yet", row->shown, address);
		break;
	case MANAGERS_DOWN:
		report_problem(report, REPORT_CRITICAL, "%s (%s) is down", row->shown, address);
		break;
	default:
		report_problem(report, REPORT_UNKNOWN, "%s (%s) cannot be judged", row->shown,
			       address);
	}
	if (row->conflict_address != 0)
		report_problem(report, REPORT_WARNING, "%s (%s) is in conflict with %s", row->shown,
			       address,
			       text_address(row->conflict_address, (char[TEXT_ADDRESS_LEN]){0}));
}

void
check_manager(struct report *report, struct query *query, const char *which)
{
	struct managers managers;
	const struct managers_row *row;
	char shown[QUERY_TEXT_LEN];
	uint32_t address;

	report_check_limits(report, metrics, ARRAY_LEN(metrics));
	if (parse_address(which, &address) == 0)
		managers_read_one(&managers, query, address);
	else
		managers_read(&managers, query, true);
	row = managers_find(&managers, which);
	if (row == NULL)
		report_unknown("there is no manager '%s'",
			       report_text(which, strlen(which), shown, sizeof(shown)));
	judge_status(report, row);
	report_metric(report, &metrics[SILENCE], row->silence_s, "");
	report_metric(report, &metrics[MISSED_ROUNDS], row->missed_rounds, "");
	report_metric(report, &metrics[RESPONSE_TIME], row->response_time_us, "");
	report_metric(report, &metrics[TRANSITIONS], row->transitions, "");
	managers_line(report, row);
	managers_clear(&managers);
}
