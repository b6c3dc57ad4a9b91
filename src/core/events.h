/* SPDX-License-Identifier: BSD-2-Clause */
/* events.h - event ids, the log of the last events, and the queue of those
 * not yet accepted by the master agent.
 *
 * Pure: no clock, SNMP, locks or I/O; the caller serialises.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

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

/* log_size: how many events the log holds; queue_limit: how many may wait.
 * Both at least 1.  NULL when out of memory.  events_free(NULL) is fine. */
struct events *events_new(size_t log_size, size_t queue_limit);
void events_free(struct events *events);

/* Change both limits, keeping the last events of the log; what waits beyond the
 * new limit goes on waiting.  0, or -1 when out of memory, nothing then being
 * changed. */
int events_resize(struct events *events, size_t log_size, size_t queue_limit);

/* Give a copy of *event the next id and put it in the log and, if queue is
 * true, in the queue; a full queue counts it as dropped.  Returns the id. */
uint32_t events_add(struct events *events, const struct event *event, bool queue);

/* The logged event with the smallest id >= from, or NULL.  It is owned by
 * events and valid until the next events_add(). */
const struct event *events_at_or_after(const struct events *events, uint32_t from);

/* Take the oldest queued event that may go out now: at most one is in flight
 * for each manager, so that its events arrive in order.  Copies it to *out
 * and returns true; false when there is none.  The taker owes an
 * events_settle(). */
bool events_take(struct events *events, struct event *out);

/* Report what became of a taken event.  An id that is not in flight is
 * ignored. */
void events_settle(struct events *events, uint32_t id, enum event_outcome outcome);

struct events_counts events_counts(const struct events *events);

#endif /* EVENTS_H */
