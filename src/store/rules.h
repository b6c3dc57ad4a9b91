/* SPDX-License-Identifier: BSD-2-Clause */
/* rules.h - how the values of one row depend on each other.
 *
 * Pure.  Rows obey these rules when they are saved.
 */
#ifndef RULES_H
#define RULES_H

#include <stddef.h>
#include <stdint.h>

#include "core/record.h"

/* Returns NULL, or a static text that says what was expected, in the words of the
 * database. */
const char *rules_manager(const struct manager_record *record);
const char *rules_event(const struct event_record *record);

/* For a clock that was ahead: managers seen after now_wall_ms were seen then.  Returns how
 * many that concerns. */
size_t rules_clamp_times(struct state *state, int64_t now_wall_ms);

#endif /* RULES_H */
