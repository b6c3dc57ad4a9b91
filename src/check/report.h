/* SPDX-License-Identifier: BSD-2-Clause */
/* report.h - the output of a plugin: state, first line, performance data, further lines.
 *
 * The texts are printable ASCII without '|', which would start performance data; see
 * report_text().
 */
#ifndef REPORT_H
#define REPORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "check/thresholds.h"

enum report_state { REPORT_OK, REPORT_WARNING, REPORT_CRITICAL, REPORT_UNKNOWN };

struct metric {
	const char *label;    /* in performance data, and for -w and -c */
	const char *unit;     /* of performance data: "", "s", "us" or "c" */
	const char *meaning;  /* for people, before the value */
	const char *warning;  /* the default ranges, or NULL */
	const char *critical; /* likewise */
};

struct report; /* opaque */

struct report *report_new(const struct thresholds *limits);

void report_free(struct report *report);

/* Refuse, as report_unknown() does, a limit of the report for a metric that is not one of
 * these. */
void report_check_limits(const struct report *report, const struct metric *metrics, size_t count);

/* Raise the state to `state` (the worst first: critical, warning, unknown, OK), with a
 * reason for the first line. */
void report_problem(struct report *report, enum report_state state, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Add a metric to the performance data and judge it by the limits, or by its defaults.
 * The first metric of a report is the one that limits without a name are for.  `detail`, which may
 * be empty, is shown if there is an alert. */
void report_metric(struct report *report, const struct metric *metric, uint64_t value,
		   const char *detail);

/* The first line if there is no problem. */
void report_summary(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A further line. */
void report_line(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Print it; returns the state, which is the exit status. */
enum report_state report_print(struct report *report, FILE *out);

/* Print the state and the text in one line, and exit with the status of the state. */
void report_end(enum report_state state, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

#define report_unknown(...) report_end(REPORT_UNKNOWN, __VA_ARGS__)

/* Escape text from elsewhere, to buf of size octets (at least 5); returns buf. */
char *report_text(const char *text, size_t len, char *buf, size_t size);

#endif /* REPORT_H */
