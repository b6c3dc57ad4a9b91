/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "check/check_discovery.h"

#include <inttypes.h>
#include <stdlib.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

const char check_no_objects[] =
    "the SNMP agent has no objects of LDM-DISCOVERY-MIB: ldm-agentx does not run, is not connected "
    "to snmpd, or snmpd's view hides them";

enum {
	ROUND_AGE,
	IMPAIRED,
	UNHEARD,
	QUEUED,
	UNSAVED,
	EVENTS_DROPPED,
	KERNEL_DROPS,
	STATE_ERRORS,
	UPTIME,
	METRICS,
};

/* The age of the last round has limits that depend on the interval. */
static const struct metric metrics[METRICS] = {
    [ROUND_AGE] = {"last_round_age", "s", "age of the last round", NULL, NULL},
    [IMPAIRED] = {"impaired", "", "interfaces impaired", NULL, "0"},
    [UNHEARD] = {"unheard", "", "interfaces on which answers to the group are not heard", "0",
		 NULL},
    [QUEUED] = {"queued", "", "notifications queued", "100", "1000"},
    [UNSAVED] = {"unsaved_time", "s", "state not saved for", "300", NULL},
    [EVENTS_DROPPED] = {"events_dropped", "c", "events without a notification", NULL, NULL},
    [KERNEL_DROPS] = {"kernel_drops", "c", "datagrams dropped by the kernel", NULL, NULL},
    [STATE_ERRORS] = {"state_errors", "c", "failed attempts to save the state", NULL, NULL},
    [UPTIME] = {"uptime", "s", "uptime", NULL, NULL},
};

#define SCALARS_MAX 24

struct group {
	uint64_t values[SCALARS_MAX];
	bool known[SCALARS_MAX];
};

static void
note_scalar(void *arg, const struct query_value *value)
{
	struct group *group = arg;

	if (value->index >= SCALARS_MAX)
		return;
	group->values[value->index] = value->number;
	group->known[value->index] = true;
}

static size_t
read_group(struct query *query, uint32_t number, struct group *group)
{
	struct query_object object = {{number}, 1};

	*group = (struct group){0};
	return query_walk(query, &object, note_scalar, group);
}

/* An object that an older agent does not have is not judged. */
static void
judge(struct report *report, int metric, const struct group *group, unsigned int scalar)
{
	if (group->known[scalar])
		report_metric(report, &metrics[metric], group->values[scalar], "");
}

enum { DISCOVERY = 3, STATISTICS = 4, EVENTS = 6, STATE = 8 }; /* groups */
enum { INTERVAL = 2, WINDOW = 3, ROUNDS = 8, AGENT_UPTIME = 14, AGE = 15, IMPAIRED_COUNT = 16 };
enum { DROPPED_BY_KERNEL = 16 };                                    /* of the statistics */
enum { NOTIFICATIONS_ENABLED = 1, EVENTS_QUEUED = 2, DROPPED = 5 }; /* of the events */
enum { ERRORS = 2, UNSAVED_TIME = 3 };                              /* of the state */

/* A warning when two rounds in a row are overdue, critical when five are. */
static void
judge_age(struct report *report, const struct group *discovery)
{
	uint64_t interval_s = (discovery->values[INTERVAL] + 999) / 1000;
	uint64_t more_s = (discovery->values[WINDOW] + 999) / 1000 + 1;
	char warning[32], critical[32];
	struct metric age = metrics[ROUND_AGE];

	snprintf(warning, sizeof(warning), "%" PRIu64, 2 * interval_s + more_s);
	snprintf(critical, sizeof(critical), "%" PRIu64, 5 * interval_s + more_s);
	age.warning = warning;
	age.critical = critical;
	report_metric(report, &age, discovery->values[AGE], "");
}

static void
count_true(void *arg, const struct query_value *value)
{
	uint64_t *count = arg;

	*count += value->number == 1;
}

static void
judge_interfaces(struct report *report, struct query *query, const struct group *discovery)
{
	static const struct query_object unheard = {{5, 1, 11}, 3};
	uint64_t count = 0;

	judge(report, IMPAIRED, discovery, IMPAIRED_COUNT);
	query_walk(query, &unheard, count_true, &count);
	report_metric(report, &metrics[UNHEARD], count, "");
}

void
check_discovery(struct report *report, struct query *query)
{
	struct group discovery, statistics, events, state;

	report_check_limits(report, metrics, ARRAY_LEN(metrics));
	if (read_group(query, DISCOVERY, &discovery) == 0) {
		report_problem(report, REPORT_CRITICAL, "%s", check_no_objects);
		return;
	}
	read_group(query, STATISTICS, &statistics);
	read_group(query, EVENTS, &events);
	read_group(query, STATE, &state);
	judge_age(report, &discovery);
	judge_interfaces(report, query, &discovery);
	judge(report, QUEUED, &events, EVENTS_QUEUED);
	judge(report, UNSAVED, &state, UNSAVED_TIME);
	judge(report, EVENTS_DROPPED, &events, DROPPED);
	judge(report, KERNEL_DROPS, &statistics, DROPPED_BY_KERNEL);
	judge(report, STATE_ERRORS, &state, ERRORS);
	judge(report, UPTIME, &discovery, AGENT_UPTIME);
	report_summary(report, "discovery works: last round %" PRIu64 " s ago, %" PRIu64 " rounds",
		       discovery.values[AGE], discovery.values[ROUNDS]);
	if (events.values[NOTIFICATIONS_ENABLED] == 2)
		report_summary(report, "notifications are disabled");
}
