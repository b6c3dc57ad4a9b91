/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "check/check_discovery.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum {
	ROUND_AGE,
	IMPAIRED,
	UNHEARD,
	ROOM,
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
    [ROOM] = {"room", "", "managers for which there is room", "1:", NULL},
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

enum { SUMMARY = 2, DISCOVERY = 3, STATISTICS = 4, EVENTS = 6, STATE = 8 }; /* groups */
enum { INTERVAL = 2, WINDOW = 3, ROUNDS = 8, AGENT_UPTIME = 14, AGE = 15, IMPAIRED_COUNT = 16 };
enum { MANAGERS_ALL = 1, MANAGERS_MAX = 9 };                        /* of the summary */
enum { DROPPED_BY_KERNEL = 16 };                                    /* of the statistics */
enum { NAME = 2, REASON = 5, IS_IMPAIRED = 10, IS_UNHEARD = 11 };   /* of an interface */
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

	if (!discovery->known[INTERVAL] || !discovery->known[WINDOW] || !discovery->known[AGE]) {
		report_problem(report, REPORT_UNKNOWN, "the age of the last round is not known");
		return;
	}
	snprintf(warning, sizeof(warning), "%" PRIu64, 2 * interval_s + more_s);
	snprintf(critical, sizeof(critical), "%" PRIu64, 5 * interval_s + more_s);
	age.warning = warning;
	age.critical = critical;
	report_metric(report, &age, discovery->values[AGE], "");
}

/* Without room, further managers are not found. */
static void
judge_room(struct report *report, struct query *query)
{
	struct group summary;
	uint64_t all, max;

	read_group(query, SUMMARY, &summary);
	all = summary.values[MANAGERS_ALL];
	max = summary.values[MANAGERS_MAX];
	if (summary.known[MANAGERS_ALL] && summary.known[MANAGERS_MAX])
		report_metric(report, &metrics[ROOM], max > all ? max - all : 0, "");
}

#define INTERFACES_NAMED 5

/* The interfaces for which an object is true. */
struct interfaces {
	size_t count;
	size_t named;
	uint32_t indexes[INTERFACES_NAMED];
	char *names[INTERFACES_NAMED];
};

static struct query_object
interface_column(uint32_t number)
{
	return (struct query_object){{5, 1, number}, 3};
}

static void
note_true(void *arg, const struct query_value *value)
{
	struct interfaces *interfaces = arg;

	if (value->number != 1)
		return;
	interfaces->count++;
	if (interfaces->named < INTERFACES_NAMED)
		interfaces->indexes[interfaces->named++] = value->index;
}

static void
note_name(void *arg, const struct query_value *value)
{
	struct interfaces *interfaces = arg;

	for (size_t i = 0; i < interfaces->named; i++)
		if (interfaces->indexes[i] == value->index && interfaces->names[i] == NULL)
			interfaces->names[i] = strdup(value->text);
}

struct list {
	const struct interfaces *interfaces;
	struct report *report;
};

static void
list_reason(void *arg, const struct query_value *value)
{
	const struct list *list = arg;

	for (size_t i = 0; i < list->interfaces->named; i++) {
		const char *name = list->interfaces->names[i];

		if (list->interfaces->indexes[i] == value->index && name != NULL &&
		    value->text[0] != '\0')
			report_line(list->report, "%s: %s", name, value->text);
	}
}

/* Count the interfaces for which the column is true, name the first ones, and list why. */
static void
judge_interfaces(struct report *report, struct query *query, int metric, uint32_t number,
		 uint64_t at_least)
{
	struct interfaces interfaces = {0};
	struct list list = {&interfaces, report};
	struct query_object flag = interface_column(number), name = interface_column(NAME);
	struct query_object reason = interface_column(REASON);
	char detail[INTERFACES_NAMED * 80] = "";

	query_walk(query, &flag, note_true, &interfaces);
	if (interfaces.count > 0) {
		query_walk(query, &name, note_name, &interfaces);
		query_walk(query, &reason, list_reason, &list);
	}
	for (size_t i = 0; i < interfaces.named; i++) {
		if (interfaces.names[i] == NULL)
			continue;
		strlcat(detail, detail[0] != '\0' ? ", " : "", sizeof(detail));
		strlcat(detail, interfaces.names[i], sizeof(detail));
		free(interfaces.names[i]);
	}
	report_metric(report, &metrics[metric],
		      interfaces.count > at_least ? interfaces.count : at_least, detail);
}

void
check_discovery(struct report *report, struct query *query)
{
	struct group discovery, statistics, events, state;

	report_check_limits(report, metrics, ARRAY_LEN(metrics));
	if (read_group(query, DISCOVERY, &discovery) == 0) {
		report_problem(report, REPORT_CRITICAL, "%s", query_no_objects);
		return;
	}
	read_group(query, STATISTICS, &statistics);
	read_group(query, EVENTS, &events);
	read_group(query, STATE, &state);
	judge_age(report, &discovery);
	/* The scalar also counts interfaces that were removed. */
	judge_interfaces(report, query, IMPAIRED, IS_IMPAIRED, discovery.values[IMPAIRED_COUNT]);
	judge_interfaces(report, query, UNHEARD, IS_UNHEARD, 0);
	judge_room(report, query);
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
