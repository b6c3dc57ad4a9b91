/* SPDX-License-Identifier: BSD-2-Clause */
/* moment.h - one instant on both clocks.
 *
 * Intervals, ages and timeouts are computed from the monotonic part alone, so
 * that a stepped wall clock changes nothing; the wall part is only ever shown
 * (DateAndTime objects) or stored.
 */
#ifndef MOMENT_H
#define MOMENT_H

#include <stdint.h>

struct moment {
	int64_t mono_us; /* CLOCK_MONOTONIC, microseconds */
	int64_t wall_ms; /* since 1970-01-01 00:00:00 UTC, milliseconds; 0: never */
};

#endif /* MOMENT_H */
