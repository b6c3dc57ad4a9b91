/* SPDX-License-Identifier: BSD-2-Clause */
/* since.h - a time in the past, as people write it: "2h", "2026-11-27 14:00".
 *
 * Uses the local time zone.
 */
#ifndef SINCE_H
#define SINCE_H

#include <stdint.h>

#define SINCE_EXPECTED                                                     \
	"expected a duration back from now such as 2h, or a time such as " \
	"'2026-11-27 14:00'"

/* Convert a duration back from now, in the notation of duration_parse(), or a date with
 * or without a time of day, to milliseconds since 1970; 0 for earlier times.  The time of
 * day is separated by a space or a T, has no seconds, seconds or a fraction of them, and may
 * end with Z or an offset from UTC: otherwise it is local.  So the times of the log (with
 * their offset) and of RFC 3339 are accepted.  An hour that the clock has twice is the first
 * one.  Returns 0, or -1 with *out_wall_ms unchanged. */
int since_parse(const char *text, int64_t now_wall_ms, int64_t *out_wall_ms);

#endif /* SINCE_H */
