/* SPDX-License-Identifier: BSD-2-Clause */
/* eventlog.h - a line in the log for each event, as long as they are not too many.
 *
 * A flood that fills the table, or a switch that takes a thousand managers with it,
 * must not fill the log as well.  No event is lost by that: all are in the queue of
 * notifications and the last ones in ldmEventTable.
 */
#ifndef EVENTLOG_H
#define EVENTLOG_H

#include <stdint.h>

#include "base/log_limit.h"
#include "core/event.h"

#define EVENTLOG_LINES 100 /* of each type a minute, the one that sums up the rest included */

/* Empty at first: zeroed. */
struct eventlog {
	struct log_limit types[EVENT_TYPES];
};

/* Log an event, or count it.  Events come in the order of their times. */
void eventlog_put(struct eventlog *log, const struct event *event);

/* Log how many were only counted, where their minute is over.  To be called now
 * and then. */
void eventlog_sum_up(struct eventlog *log, int64_t now_us);

#endif /* EVENTLOG_H */
