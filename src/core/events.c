/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/events.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct entry {
	TAILQ_ENTRY(entry) link;
	uint64_t number; /* in the order of events, because ids start at 1 again some day */
	struct event event;
};

TAILQ_HEAD(entries, entry);

struct events {
	struct event *log; /* a ring, ids ascending; not without gaps */
	size_t log_size, log_count, log_next;
	uint32_t last_id;
	uint64_t last_number;
	uint64_t previous_number; /* of the last event before ids started at 1 again */
	uint64_t released;        /* events up to this number may be sent */
	struct entries waiting;   /* by number, ascending */
	struct entries flying;    /* taken, without an outcome yet; likewise */
	size_t queue_limit;
	struct events_counts counts;
};

struct events *
events_new(size_t log_size, size_t queue_limit)
{
	struct events *events = calloc(1, sizeof(*events));

	assert(log_size > 0);
	if (events == NULL)
		return NULL;
	events->log = calloc(log_size, sizeof(*events->log));
	if (events->log == NULL) {
		free(events);
		return NULL;
	}
	events->log_size = log_size;
	events->queue_limit = queue_limit;
	TAILQ_INIT(&events->waiting);
	TAILQ_INIT(&events->flying);
	return events;
}

static void
free_entries(struct entries *entries)
{
	struct entry *entry;

	while ((entry = TAILQ_FIRST(entries)) != NULL) {
		TAILQ_REMOVE(entries, entry, link);
		free(entry);
	}
}

void
events_free(struct events *events)
{
	if (events == NULL)
		return;
	free_entries(&events->waiting);
	free_entries(&events->flying);
	free(events->log);
	free(events);
}

/* The logged event at a place that counts from the oldest. */
static struct event *
logged_at(const struct events *events, size_t place)
{
	return &events->log[(events->log_next + events->log_size - events->log_count + place) %
			    events->log_size];
}

static void
log_event(struct events *events, const struct event *event)
{
	events->log[events->log_next] = *event;
	events->log_next = (events->log_next + 1) % events->log_size;
	if (events->log_count < events->log_size)
		events->log_count++;
}

int
events_resize(struct events *events, size_t log_size, size_t queue_limit)
{
	const size_t kept = events->log_count < log_size ? events->log_count : log_size;
	struct event *log;

	assert(log_size > 0);
	if (log_size == events->log_size) {
		events->queue_limit = queue_limit;
		return 0;
	}
	log = calloc(log_size, sizeof(*log));
	if (log == NULL)
		return -1;
	for (size_t i = 0; i < kept; i++)
		log[i] = *logged_at(events, events->log_count - kept + i);
	free(events->log);
	events->log = log;
	events->log_size = log_size;
	events->log_count = kept;
	events->log_next = kept % log_size;
	events->queue_limit = queue_limit;
	return 0;
}

static bool
enqueue(struct events *events, const struct event *event)
{
	struct entry *entry = malloc(sizeof(*entry));

	if (entry == NULL)
		return false;
	entry->event = *event;
	entry->number = events->last_number;
	TAILQ_INSERT_TAIL(&events->waiting, entry, link);
	events->counts.queued++;
	return true;
}

bool
events_add(struct events *events, const struct event *event, bool queue)
{
	struct event numbered = *event;

	if (events->last_id == UINT32_MAX) {
		events->last_id = 0;
		events->previous_number = events->last_number;
		events->log_count = 0; /* its order is that of the ids */
	}
	numbered.id = ++events->last_id;
	events->last_number++;
	log_event(events, &numbered);
	if (!queue || (events_room(events) > 0 && enqueue(events, &numbered)))
		return true;
	events->counts.dropped++;
	return false;
}

size_t
events_room(const struct events *events)
{
	return events->counts.queued < events->queue_limit
		   ? events->queue_limit - events->counts.queued
		   : 0;
}

uint32_t
events_last_id(const struct events *events)
{
	return events->last_id;
}

/* Also advance the numbers, so that earlier events can still be found by their ids. */
void
events_skip(struct events *events, uint32_t id)
{
	assert(id >= events->last_id);
	events->last_number += id - events->last_id;
	events->last_id = id;
}

void
events_release(struct events *events, uint32_t id)
{
	/* A higher id than the last one is from before ids started at 1 again. */
	const bool from_before = id > events->last_id;
	const uint64_t last = from_before ? events->previous_number : events->last_number;
	const uint32_t ago = from_before ? UINT32_MAX - id : events->last_id - id;

	if (ago <= last && last - ago > events->released)
		events->released = last - ago;
}

/* The place of the first logged event with an id >= from, log_count if there is
 * none. */
static size_t
find_logged(const struct events *events, uint32_t from)
{
	size_t low = 0, high = events->log_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (logged_at(events, middle)->id < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct event *
events_at_or_after(const struct events *events, uint32_t from)
{
	const size_t place = find_logged(events, from);

	return place < events->log_count ? logged_at(events, place) : NULL;
}

static bool
in_flight(const struct events *events, uint32_t addr)
{
	const struct entry *entry;

	TAILQ_FOREACH (entry, &events->flying, link)
		if (entry->event.addr == addr)
			return true;
	return false;
}

static void
insert_in_order(struct entries *entries, struct entry *entry)
{
	struct entry *later;

	TAILQ_FOREACH (later, entries, link)
		if (later->number > entry->number)
			break;
	if (later != NULL)
		TAILQ_INSERT_BEFORE(later, entry, link);
	else
		TAILQ_INSERT_TAIL(entries, entry, link);
}

bool
events_take(struct events *events, int64_t now_us, struct event *out)
{
	struct entry *entry;

	TAILQ_FOREACH (entry, &events->waiting, link) {
		/* Those after it are newer. */
		if (entry->number > events->released &&
		    now_us - entry->event.time.mono_us < EVENTS_HOLD_US)
			return false;
		if (in_flight(events, entry->event.addr))
			continue;
		TAILQ_REMOVE(&events->waiting, entry, link);
		insert_in_order(&events->flying, entry);
		*out = entry->event;
		return true;
	}
	return false;
}

void
events_conclude(struct events *events, uint32_t id, enum event_outcome outcome)
{
	struct entry *entry;

	TAILQ_FOREACH (entry, &events->flying, link)
		if (entry->event.id == id)
			break;
	if (entry == NULL)
		return;
	TAILQ_REMOVE(&events->flying, entry, link);
	if (outcome == EVENT_RETRY) {
		events->counts.resent++;
		insert_in_order(&events->waiting, entry);
		return;
	}
	if (outcome == EVENT_ACCEPTED)
		events->counts.sent++;
	else
		events->counts.dropped++;
	events->counts.queued--;
	free(entry);
}

/* The next queued event in the order of their numbers; each of the two entries
 * is the first one of its list that was not visited yet. */
static const struct event *
next_queued(const struct entry **waiting, const struct entry **flying)
{
	const struct entry **next =
	    *waiting == NULL || (*flying != NULL && (*flying)->number < (*waiting)->number)
		? flying
		: waiting;
	const struct event *event = &(*next)->event;

	*next = TAILQ_NEXT(*next, link);
	return event;
}

static const struct entry *
first_after(const struct entries *entries, uint64_t number)
{
	const struct entry *entry;

	TAILQ_FOREACH (entry, entries, link)
		if (entry->number > number)
			break;
	return entry;
}

/* Visit what is logged or queued.  Events queued before ids start at 1 again are left
 * out: their ids are beyond last_id, and could not be put in order after a restart. */
static size_t
merge(const struct events *events, struct event_record out[])
{
	const struct entry *waiting = first_after(&events->waiting, events->previous_number);
	const struct entry *flying = first_after(&events->flying, events->previous_number);
	const struct event *queued = NULL;
	size_t place = 0, count = 0;

	for (;; count++) {
		const struct event *logged =
		    place < events->log_count ? logged_at(events, place) : NULL;
		bool in_log, in_queue;

		if (queued == NULL && (waiting != NULL || flying != NULL))
			queued = next_queued(&waiting, &flying);
		if (logged == NULL && queued == NULL)
			return count;
		in_queue = queued != NULL && (logged == NULL || queued->id <= logged->id);
		in_log = logged != NULL && (queued == NULL || logged->id <= queued->id);
		if (out != NULL)
			out[count] = (struct event_record){.event = in_log ? *logged : *queued,
							   .logged = in_log,
							   .queued = in_queue};
		if (in_log)
			place++;
		if (in_queue)
			queued = NULL;
	}
}

size_t
events_export_count(const struct events *events)
{
	return merge(events, NULL);
}

void
events_export(const struct events *events, struct event_record out[])
{
	merge(events, out);
}

int
events_restore(struct events *events, const struct event_record records[], size_t count,
	       uint32_t last_id)
{
	for (size_t i = 0; i < count; i++) {
		events->last_number++;
		if (records[i].logged)
			log_event(events, &records[i].event);
		if (records[i].queued && !enqueue(events, &records[i].event))
			return -1;
	}
	events->last_id = last_id;
	events->released = events->last_number;
	return 0;
}

struct events_counts
events_counts(const struct events *events)
{
	return events->counts;
}
