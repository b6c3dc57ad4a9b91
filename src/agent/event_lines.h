/* SPDX-License-Identifier: BSD-2-Clause */
/* event_lines.h - logs a line for each event, within a limit.
 *
 * A flood that fills the table, or the failure of a switch with a thousand managers
 * behind it, must not fill the log as well.  No event is lost because of this limit:
 * all are queued for notifications, and the last ones are in ldmEventTable.
 */
#ifndef EVENT_LINES_H
#define EVENT_LINES_H

#include <stdint.h>

#include "base/log_limit.h"
#include "core/event.h"

#define EVENT_LINES_MAX 100 /* per type and minute, including the one with the sum */

/* Zeroed at first. */
struct event_lines {
	struct log_limit types[EVENT_TYPES];
};

/* Log an event, or only count it.  Events must be passed in the order of their times. */
void event_lines_put(struct event_lines *log, const struct event *event);

/* Log the number of events that were only counted, for each type whose minute is
 * over.  To be called regularly. */
void event_lines_sum_up(struct event_lines *log, int64_t now_us);

#endif /* EVENT_LINES_H */
