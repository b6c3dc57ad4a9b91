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
#include "core/record.h"

struct events;

struct events_counts {
	uint32_t queued;    /* waiting or in flight now */
	uint32_t sent;      /* accepted by the master agent */
	uint32_t resent;    /* sent again because there was no answer */
	uint32_t dropped;   /* refused by the master agent, or no room in the queue */
	uint32_t forgotten; /* never saved, because of EVENTS_UNSAVED_MAX */
};

/* How the delivery of an event ended. */
enum event_outcome {
	EVENT_ACCEPTED, /* leaves the queue */
	EVENT_RETRY,    /* no answer: sent again, before later events of its manager */
	EVENT_REFUSED,  /* leaves the queue, counted as dropped */
};

#define EVENTS_HOLD_US (10 * US_PER_S)

/* The number of events kept in memory only because they are not saved; of more than
 * these, the oldest are forgotten. */
#define EVENTS_UNSAVED_MAX 100000

/* log_size: the number of events in the log, at least 1; queue_limit: the number that may
 * be queued.  Returns NULL if there is no memory.  events_free(NULL) is allowed. */
struct events *events_new(size_t log_size, size_t queue_limit);
void events_free(struct events *events);

/* Change both limits.  The last events in the log are kept, and queued events stay queued
 * even beyond the new limit. */
void events_resize(struct events *events, size_t log_size, size_t queue_limit);

/* From now on events wait for events_release(), and are kept until they are saved. */
void events_start_saving(struct events *events);

/* Add a copy of *event with the next id to the log and, if queue is true, to the queue.
 * Returns false if it should have been queued and there was no room or no memory: it is
 * counted as dropped, and its content has to be reported later.  If there is no memory, it
 * is not in the log either. */
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
 * events and valid until they are changed.  O(log n). */
const struct event *events_at_or_after(const struct events *events, uint32_t from);

/* Copy the oldest queued event that may be sent at now_us (monotonic) to *out.  At most
 * one event of each manager is in flight, so that they arrive in order.  Returns false if
 * there is none.  The caller must call events_conclude() for it. */
bool events_take(struct events *events, int64_t now_us, struct event *out);

/* Report the outcome for such an event.  Ids that are not in flight are ignored. */
void events_conclude(struct events *events, uint32_t id, enum event_outcome outcome);

/* The number of records that events_export() makes. */
size_t events_export_count(const struct events *events, bool all);

/* Copy all events that are logged, queued or not saved, or only those that changed since
 * the last save, to changes->state.events, which has room for events_export_count(), in the
 * order in which they happened. */
void events_export(const struct events *events, bool all, struct changes *changes);

/* As monitor_note_saved(). */
void events_note_saved(struct events *events, const struct changes *changes);

/* Restore saved events into an empty struct events: the log has the last ones, and all
 * that are queued are queued again, regardless of the limit, and may be sent at once.  Ids
 * continue after last_id, which is not below that of the last record.  Returns 0, or -1 if
 * there is no memory. */
int events_restore(struct events *events, const struct event_record records[], size_t count,
		   uint32_t last_id);

struct events_counts events_counts(const struct events *events);

#endif /* EVENTS_H */
