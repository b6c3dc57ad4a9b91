/* SPDX-License-Identifier: BSD-2-Clause */
/* duration.h - durations as people write them: "500ms", "30s", "1.5h", "7d".
 *
 * Pure, and independent of the locale.
 */
#ifndef DURATION_H
#define DURATION_H

#include <stdint.h>

/* A decimal number, not negative, with a unit (ms, s, m, h, d, w) or in seconds
 * without one, to microseconds.  0, or -1 and *out_us untouched. */
int duration_parse(const char *text, int64_t *out_us);

/* A duration (not negative) as duration_parse() reads it, in the largest
 * unit that keeps it whole: "30s".  Returns buf. */
#define DURATION_LEN 32
char *duration_format(int64_t us, char buf[DURATION_LEN]);

#endif /* DURATION_H */
