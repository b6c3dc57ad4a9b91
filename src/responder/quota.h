/* SPDX-License-Identifier: BSD-2-Clause */
/* quota.h - how much is answered: to each source, and in all.
 *
 * Pure: time is an argument, in monotonic microseconds.  The source of a
 * request can be forged, so none is sent answers faster than a discoverer may
 * ask for them.
 */
#ifndef QUOTA_H
#define QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Requests of a source.  A daemon with the shortest interval sends 30 a second. */
#define QUOTA_REQUESTS_AT_ONCE 100
#define QUOTA_REQUESTS_A_SECOND 50

/* Answers of all managers to all sources, some 17 Mbyte/s. */
#define QUOTA_ANSWERS_A_SECOND 50000

/* Sources whose addresses differ by a multiple of this share one limit.  A
 * prime: neither neighbours nor a host's addresses in several networks do. */
#define QUOTA_SOURCES 1021

/* A zeroed struct with answers_at_once filled in is ready for use. */
struct quota {
	size_t answers_at_once;
	int64_t busy_until_us;
	int64_t source_busy_until_us[QUOTA_SOURCES];
};

/* Whether a request that came from source may be answered, with count answers
 * in all.  If so, they count from now on. */
bool quota_take(struct quota *quota, uint32_t source, size_t count, int64_t now_us);

#endif /* QUOTA_H */
