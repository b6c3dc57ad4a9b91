/* SPDX-License-Identifier: BSD-2-Clause */
/* events.h - event ids, the log of the last events, and the queue of those
 * not yet accepted by the master agent.
 *
 * Pure: no clock, SNMP, locks or I/O; the caller serialises.
 *
 * An event is saved before it goes out: what was added waits until
 * events_release() says that it is on disk, or that it cannot be, but not longer
 * than EVENTS_HOLD_US: a disk that hangs must not silence the alerts.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "core/event.h"

struct events;

struct events_counts {
	uint32_t queued;  /* waiting or in flight now */
	uint32_t sent;    /* accepted by the master agent */
	uint32_t resent;  /* given out again for want of an answer */
	uint32_t dropped; /* refused by the master agent, or no room in the queue */
};

/* How the delivery of an event ended. */
enum event_outcome {
	EVENT_ACCEPTED, /* leaves the queue */
	EVENT_RETRY,    /* no answer: goes out again, before later events of its manager */
	EVENT_REFUSED,  /* leaves the queue, counted as dropped */
};

#define EVENTS_HOLD_US (10 * US_PER_S)

/* An event as it is kept over a restart.  Its time.mono_us means nothing. */
struct event_record {
	struct event event;
	bool logged; /* it is in the log */
	bool queued; /* it waits, or is in flight */
};

/* log_size: how many events the log holds; queue_limit: how many may wait.
 * log_size is at least 1.  NULL when out of memory.  events_free(NULL) is fine. */
struct events *events_new(size_t log_size, size_t queue_limit);
void events_free(struct events *events);

/* Change both limits, keeping the last events of the log; what waits beyond the
 * new limit goes on waiting.  0, or -1 when out of memory, nothing then being
 * changed. */
int events_resize(struct events *events, size_t log_size, size_t queue_limit);

/* Give a copy of *event the next id and put it in the log and, if queue is
 * true, in the queue.  False when it should have been queued and there was no
 * room (or no memory): it counts as dropped, and what it said is still to be
 * told. */
bool events_add(struct events *events, const struct event *event, bool queue);

/* How many events the queue has room for. */
size_t events_room(const struct events *events);

/* The id given last; 0: none yet. */
uint32_t events_last_id(const struct events *events);

/* Give ids beyond this one from now on, which is not below the last. */
void events_skip(struct events *events, uint32_t id);

/* Events up to id may go out. */
void events_release(struct events *events, uint32_t id);

/* The logged event with the smallest id >= from, or NULL.  It is owned by
 * events and valid until the next events_add().  O(log n). */
const struct event *events_at_or_after(const struct events *events, uint32_t from);

/* Take the oldest queued event that may go out at now_us (monotonic): at most
 * one is in flight for each manager, so that its events arrive in order.
 * Copies it to *out and returns true; false when there is none.  The taker owes
 * an events_settle(). */
bool events_take(struct events *events, int64_t now_us, struct event *out);

/* Report what became of a taken event.  An id that is not in flight is
 * ignored. */
void events_settle(struct events *events, uint32_t id, enum event_outcome outcome);

/* How many records events_export() would make. */
size_t events_export_count(const struct events *events);

/* Copy what is logged or queued, each event once and ids ascending, into out,
 * which has room for events_export_count() records.  When ids have begun anew,
 * what waits since before is left out: it would be out of order. */
void events_export(const struct events *events, struct event_record out[]);

/* Put back exported records, ids ascending, into events that have none yet.
 * The log keeps the last ones if it is smaller now; all that was queued waits
 * again, whatever the limit, and may go out at once.  Ids go on after last_id,
 * which is at least that of the last record.  0, or -1 when out of memory. */
int events_restore(struct events *events, const struct event_record records[], size_t count,
		   uint32_t last_id);

struct events_counts events_counts(const struct events *events);

#endif /* EVENTS_H */
