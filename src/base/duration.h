/* SPDX-License-Identifier: BSD-2-Clause */
/* duration.h - durations as people write them: "500ms", "30s", "1.5h", "7d".
 *
 * Pure, and independent of the locale.
 */
#ifndef DURATION_H
#define DURATION_H

#include <stdint.h>

/* Convert a non-negative decimal number with a unit (ms, s, m, h, d, w; default s)
 * to microseconds.  Returns 0, or -1 with *out_us unchanged. */
int duration_parse(const char *text, int64_t *out_us);

/* Format a non-negative duration in the notation of duration_parse(), with the
 * largest unit that needs no decimals: "30s".  Returns buf. */
#define DURATION_LEN 32
char *duration_format(int64_t us, char buf[DURATION_LEN]);

/* Format a non-negative duration for a table, rounded down to two units: "2d03h", "3m20s",
 * "0.250s".  Returns buf. */
char *duration_rough(int64_t us, char buf[DURATION_LEN]);

#endif /* DURATION_H */
