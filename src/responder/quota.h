/* SPDX-License-Identifier: BSD-2-Clause */
/* quota.h - how much is answered: to each source, and in all.
 *
 * Pure: time is an argument, in monotonic microseconds.  Nobody can tell
 * whether a request came from the source that it names, so what a source is
 * sent must never exceed what it sent, nor be more than it can bear.
 */
#ifndef QUOTA_H
#define QUOTA_H

#include <stddef.h>
#include <stdint.h>

#define QUOTA_SOURCES 64 /* known at a time */

/* Requests of a source: so many at once, then so many a second.  A daemon with
 * the shortest interval sends 30 a second. */
#define QUOTA_REQUESTS_AT_ONCE 100
#define QUOTA_REQUESTS_A_SECOND 50

/* Answers of all managers to all sources, some 17 Mbyte/s. */
#define QUOTA_ANSWERS_A_SECOND 50000

struct quota_source {
	uint32_t addr;
	int64_t busy_until_us;
	enum {
		QUOTA_NEW,
		QUOTA_ANSWERED,
		QUOTA_PASSED_OVER, /* each manager owes it an answer */
	} last;
};

/* A zeroed struct with answers_at_once filled in is ready for use. */
struct quota {
	size_t answers_at_once;
	int64_t busy_until_us;
	struct quota_source sources[QUOTA_SOURCES];
};

/* How many times each of count managers may answer a request, as long as the
 * answer or longer, that came from source.  wanted is 1 or 2.
 *
 * Two are granted only in place of an answer that was not given: the first
 * request of a source is answered once, each second one not at all and the
 * one after it twice.  Returns 0, 1 or 2, or -1 where it would be too many. */
int quota_take(struct quota *quota, uint32_t source, int wanted, size_t count, int64_t now_us);

#endif /* QUOTA_H */
