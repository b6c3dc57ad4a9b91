/* SPDX-License-Identifier: BSD-2-Clause */
/* set_lines.h - logs changes by SNMP SET.
 *
 * A manager with write access may SET at any rate, so the number of lines per minute is
 * limited for each kind of change.  Used by the SNMP thread only.
 */
#ifndef SET_LINES_H
#define SET_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/change.h"

/* Log a change that was committed or, if not made, refused because of a reload. */
void set_lines_put(const struct change *change, bool made, int64_t now_us);

/* Log the number of changes without a line, for each kind whose minute is over.  To be
 * called regularly. */
void set_lines_sum_up(int64_t now_us);

#endif /* SET_LINES_H */
