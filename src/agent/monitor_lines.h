/* SPDX-License-Identifier: BSD-2-Clause */
/* monitor_lines.h - logs the events of the monitor, and a full table.
 *
 * Events happen while the lock is held, when nothing may be logged (base/shared.h).  They
 * are collected, and the discovery thread logs them without the lock.
 */
#ifndef MONITOR_LINES_H
#define MONITOR_LINES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "agent/event_lines.h"
#include "base/clock.h"
#include "base/shared.h"
#include "core/event.h"

struct unlogged_event;

struct monitor_lines {
	STAILQ_HEAD(unlogged_events, unlogged_event) unlogged; /* guarded by the lock */

	/* Used by the discovery thread only: */
	struct event_lines events;
	uint64_t no_room; /* the counter's value at the last call */
	bool full;
	int64_t full_us; /* when that was last logged, monotonic; 0: never */
};

void monitor_lines_init(struct monitor_lines *lines);

/* A monitor_event_fn; ctx is a struct monitor_lines. */
void monitor_lines_note(void *ctx, const struct event *event, bool taken);

/* Without the lock: log what has happened since the last call.  shared guards the
 * monitor. */
void monitor_lines_put(struct monitor_lines *lines, struct shared *shared, struct moment now);

#endif /* MONITOR_LINES_H */
