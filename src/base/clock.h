/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.h - the current time on the monotonic and the wall clock.
 *
 * Intervals, ages and timeouts are computed from the monotonic time only, so that
 * a step of the wall clock has no effect; wall time is only displayed (DateAndTime
 * objects) or saved.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

#define US_PER_MS INT64_C(1000)
#define US_PER_S INT64_C(1000000)
#define US_PER_MIN (60 * US_PER_S)
#define US_PER_H (60 * US_PER_MIN)
#define US_PER_DAY (24 * US_PER_H)

struct moment {
	int64_t mono_us; /* CLOCK_MONOTONIC, microseconds */
	int64_t wall_ms; /* since 1970-01-01 00:00:00 UTC, milliseconds; 0: never */
};

struct moment clock_now(void);

/* The wall clock in microseconds. */
int64_t clock_wall_us(void);

#endif /* CLOCK_H */
