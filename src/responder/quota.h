/* SPDX-License-Identifier: BSD-2-Clause */
/* quota.h - limits the rate of answers, to each source and in total.
 *
 * Pure: time is an argument, in monotonic microseconds.  The source of a request can be
 * forged, so no host is sent answers at a higher rate than a discoverer may request them.
 */
#ifndef QUOTA_H
#define QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Requests of a source.  A daemon with the shortest interval sends 30 a second. */
#define QUOTA_REQUESTS_AT_ONCE 100
#define QUOTA_REQUESTS_A_SECOND 50

/* Answers of all managers to all sources, about 17 Mbyte/s. */
#define QUOTA_ANSWERS_A_SECOND 50000

/* Sources whose addresses differ by a multiple of this number share one limit.  It is a
 * prime, so that neither neighbours nor the same host number in several networks do. */
#define QUOTA_SOURCES 1021

/* Zeroed at first, except for answers_at_once. */
struct quota {
	size_t answers_at_once;
	int64_t busy_until_us;
	int64_t source_busy_until_us[QUOTA_SOURCES];
};

/* Returns whether a request from source may be answered with count answers; if so, they are
 * counted. */
bool quota_take(struct quota *quota, uint32_t source, size_t count, int64_t now_us);

#endif /* QUOTA_H */
