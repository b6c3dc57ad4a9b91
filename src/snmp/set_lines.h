/* SPDX-License-Identifier: BSD-2-Clause */
/* set_lines.h - what the log says of SNMP SET.
 *
 * Whoever may SET may do so as often as they like: lines are limited to a number a
 * minute for each kind of change.  Only the SNMP thread comes here.
 */
#ifndef SET_LINES_H
#define SET_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/change.h"

/* A change was committed, or could not be (not made), as a reload came between. */
void set_lines_put(const struct change *change, bool made, int64_t now_us);

/* Log how many had no line, where their minute is over.  To be called now and then. */
void set_lines_sum_up(int64_t now_us);

#endif /* SET_LINES_H */
