/* SPDX-License-Identifier: BSD-2-Clause */
/* events.h - event ids, the log of the last events, and the queue of events that the
 * master agent has not accepted yet.
 *
 * Pure: no clock, SNMP, locks or I/O; the caller serialises.
 *
 * An event is saved before it is sent: it waits until events_release() is called because
 * it is on disk or cannot be saved, but at most EVENTS_HOLD_US, so that a disk that hangs
 * does not stop notifications.
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
	uint32_t resent;  /* sent again because there was no answer */
	uint32_t dropped; /* refused by the master agent, or no room in the queue */
};

/* How the delivery of an event ended. */
enum event_outcome {
	EVENT_ACCEPTED, /* leaves the queue */
	EVENT_RETRY,    /* no answer: sent again, before later events of its manager */
	EVENT_REFUSED,  /* leaves the queue, counted as dropped */
};

#define EVENTS_HOLD_US (10 * US_PER_S)

/* An event in the saved state.  Its time.mono_us has no meaning. */
struct event_record {
	struct event event;
	bool logged; /* it is in the log */
	bool queued; /* it waits, or is in flight */
};

/* log_size: the number of events in the log, at least 1; queue_limit: the number that may
 * be queued.  Returns NULL if there is no memory.  events_free(NULL) is allowed. */
struct events *events_new(size_t log_size, size_t queue_limit);
void events_free(struct events *events);

/* Change both limits.  The last events in the log are kept, and queued events stay queued
 * even beyond the new limit.  Returns 0, or -1 with nothing changed if there is no
 * memory. */
int events_resize(struct events *events, size_t log_size, size_t queue_limit);

/* Add a copy of *event with the next id to the log and, if queue is true, to the queue.
 * Returns false if it should have been queued and there was no room or no memory: it is
 * counted as dropped, and its content has to be reported later. */
bool events_add(struct events *events, const struct event *event, bool queue);

/* The number of events for which the queue has room. */
size_t events_room(const struct events *events);

/* The last id that was used; 0: none yet. */
uint32_t events_last_id(const struct events *events);

/* Use only ids after this one from now on; it is not below the last one. */
void events_skip(struct events *events, uint32_t id);

/* Events up to id may be sent. */
void events_release(struct events *events, uint32_t id);

/* The logged event with the smallest id >= from, or NULL.  It is owned by
 * events and valid until the next events_add().  O(log n). */
const struct event *events_at_or_after(const struct events *events, uint32_t from);

/* Copy the oldest queued event that may be sent at now_us (monotonic) to *out.  At most
 * one event of each manager is in flight, so that they arrive in order.  Returns false if
 * there is none.  The caller must call events_conclude() for it. */
bool events_take(struct events *events, int64_t now_us, struct event *out);

/* Report the outcome for such an event.  Ids that are not in flight are ignored. */
void events_conclude(struct events *events, uint32_t id, enum event_outcome outcome);

/* The number of records that events_export() makes. */
size_t events_export_count(const struct events *events);

/* Copy all events that are logged or queued, each once and by ascending ids, to out, which
 * has room for events_export_count() records.  Queued events from before ids started at 1
 * again are left out, because they would be out of order. */
void events_export(const struct events *events, struct event_record out[]);

/* Restore exported records, by ascending ids, into an empty struct events.  If the log is
 * smaller now, it keeps the last ones; all queued events are queued again, regardless of
 * the limit, and may be sent at once.  Ids continue after last_id, which is not below that
 * of the last record.  Returns 0, or -1 if there is no memory. */
int events_restore(struct events *events, const struct event_record records[], size_t count,
		   uint32_t last_id);

struct events_counts events_counts(const struct events *events);

#endif /* EVENTS_H */
