/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "check/check_managers.h"

#include <stdlib.h>

#include "check/managers.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define LINES_MAX 50 /* Nagios reads 8 KiB */
#define NAMES_MAX 5  /* in the first line */

/* In the order of the performance data. */
enum { DOWN, UP, MISSING, UNKNOWN, ALL, EXPECTED_DOWN, CONFLICTING, METRICS };

static const struct metric metrics[METRICS] = {
    [DOWN] = {"down", "", "managers down", NULL, "0"},
    [UP] = {"up", "", "managers up", NULL, NULL},
    [MISSING] = {"missing", "", "managers missing", NULL, NULL},
    [UNKNOWN] = {"unknown", "", "managers that cannot be judged", "0", NULL},
    [ALL] = {"all", "", "managers known", "1:", NULL},
    [EXPECTED_DOWN] = {"expected_down", "", "expected managers down", NULL, NULL},
    [CONFLICTING] = {"conflicting", "", "managers in conflict", "0", NULL},
};

static bool
counts_for(const struct managers_row *row, int metric)
{
	switch (metric) {
	case DOWN:
		return row->status == MANAGERS_DOWN;
	case UP:
		return row->status == MANAGERS_UP;
	case MISSING:
		return row->status == MANAGERS_MISSING;
	case UNKNOWN:
		return row->status == MANAGERS_UNKNOWN;
	case EXPECTED_DOWN:
		return row->expected && row->status == MANAGERS_DOWN;
	case CONFLICTING:
		return row->conflict_address != 0;
	default:
		return true;
	}
}

/* Count the managers, and name the first ones unless that would name those that are well. */
static void
judge(struct report *report, const struct managers *managers, int metric)
{
	bool named = metric != UP && metric != ALL;
	char *names = NULL;
	size_t size, count = 0;
	FILE *stream = open_memstream(&names, &size);

	if (stream == NULL)
		report_unknown("out of memory");
	for (size_t i = 0; i < managers->count; i++) {
		const struct managers_row *row = &managers->rows[i];

		if (!counts_for(row, metric))
			continue;
		if (named && count < NAMES_MAX)
			fprintf(stream, "%s%s", count > 0 ? ", " : "", row->shown);
		count++;
	}
	if (named && count > NAMES_MAX)
		fprintf(stream, " and %zu more", count - NAMES_MAX);
	if (fclose(stream) != 0)
		report_unknown("out of memory");
	report_metric(report, &metrics[metric], count, names);
	free(names);
}

static size_t
count_of(const struct managers *managers, int metric)
{
	size_t count = 0;

	for (size_t i = 0; i < managers->count; i++)
		count += counts_for(&managers->rows[i], metric);
	return count;
}

static void
summarize(struct report *report, const struct managers *managers)
{
	static const struct {
		int metric;
		const char *word;
	} parts[] = {{UP, "up"},
		     {MISSING, "missing"},
		     {DOWN, "down"},
		     {UNKNOWN, "unknown"},
		     {CONFLICTING, "in conflict"}};

	report_summary(report, "%zu %s", managers->count,
		       managers->count == 1 ? "manager" : "managers");
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		size_t count = count_of(managers, parts[i].metric);

		if (count > 0)
			report_summary(report, "%zu %s", count, parts[i].word);
	}
}

/* Those that need attention come first: smaller. */
static int
rank(const struct managers_row *row)
{
	static const int ranks[] = {
	    [MANAGERS_UP] = 4,
	    [MANAGERS_MISSING] = 3,
	    [MANAGERS_DOWN] = 0,
	    [MANAGERS_UNKNOWN] = 2,
	};
	int by_status = row->status < ARRAY_LEN(ranks) ? ranks[row->status] : 0;

	return row->conflict_address != 0 && by_status > 1 ? 1 : by_status;
}

static void
list(struct report *report, const struct managers *managers, size_t max)
{
	size_t listed = 0;

	for (int wanted = 0; wanted <= 4; wanted++) {
		for (size_t i = 0; i < managers->count && listed < max; i++) {
			if (rank(&managers->rows[i]) != wanted)
				continue;
			managers_line(report, &managers->rows[i]);
			listed++;
		}
	}
	if (listed < managers->count)
		report_line(report, "and %zu more", managers->count - listed);
}

void
check_managers(struct report *report, struct query *query, bool verbose)
{
	struct managers managers;

	report_check_limits(report, metrics, ARRAY_LEN(metrics));
	managers_read(&managers, query, false);
	for (int i = 0; i < METRICS; i++)
		judge(report, &managers, i);
	summarize(report, &managers);
	list(report, &managers, verbose ? managers.count : LINES_MAX);
	managers_clear(&managers);
}
