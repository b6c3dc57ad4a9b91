/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/events.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>

struct entry {
	TAILQ_ENTRY(entry) link;
	struct event event;
};

TAILQ_HEAD(entries, entry);

struct events {
	struct event *log; /* event `id` is at id % log_size */
	size_t log_size, log_count;
	uint32_t last_id;
	struct entries waiting; /* by id, ascending */
	struct entries flying;  /* taken, not settled */
	size_t queue_limit;
	struct events_counts counts;
};

struct events *
events_new(size_t log_size, size_t queue_limit)
{
	struct events *events = calloc(1, sizeof(*events));

	assert(log_size > 0 && queue_limit > 0);
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

int
events_resize(struct events *events, size_t log_size, size_t queue_limit)
{
	const size_t kept = events->log_count < log_size ? events->log_count : log_size;
	struct event *log;

	assert(log_size > 0 && queue_limit > 0);
	if (log_size == events->log_size) {
		events->queue_limit = queue_limit;
		return 0;
	}
	log = calloc(log_size, sizeof(*log));
	if (log == NULL)
		return -1;
	for (uint32_t id = events->last_id - (uint32_t)kept + 1; id <= events->last_id; id++)
		log[id % log_size] = events->log[id % events->log_size];
	free(events->log);
	events->log = log;
	events->log_size = log_size;
	events->log_count = kept;
	events->queue_limit = queue_limit;
	return 0;
}

uint32_t
events_add(struct events *events, const struct event *event, bool queue)
{
	const uint32_t id = ++events->last_id;
	struct event *logged = &events->log[id % events->log_size];
	struct entry *entry = NULL;

	*logged = *event;
	logged->id = id;
	if (events->log_count < events->log_size)
		events->log_count++;
	if (!queue)
		return id;

	if (events->counts.queued < events->queue_limit)
		entry = calloc(1, sizeof(*entry));
	if (entry == NULL) {
		events->counts.dropped++;
		return id;
	}
	entry->event = *logged;
	TAILQ_INSERT_TAIL(&events->waiting, entry, link);
	events->counts.queued++;
	return id;
}

const struct event *
events_at_or_after(const struct events *events, uint32_t from)
{
	const uint32_t oldest = events->last_id - (uint32_t)events->log_count + 1;

	if (events->log_count == 0 || from > events->last_id)
		return NULL;
	return &events->log[(from > oldest ? from : oldest) % events->log_size];
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

bool
events_take(struct events *events, struct event *out)
{
	struct entry *entry;

	TAILQ_FOREACH (entry, &events->waiting, link) {
		if (in_flight(events, entry->event.addr))
			continue;
		TAILQ_REMOVE(&events->waiting, entry, link);
		TAILQ_INSERT_TAIL(&events->flying, entry, link);
		*out = entry->event;
		return true;
	}
	return false;
}

static void
put_back(struct events *events, struct entry *entry)
{
	struct entry *later;

	TAILQ_FOREACH (later, &events->waiting, link)
		if (later->event.id > entry->event.id)
			break;
	if (later != NULL)
		TAILQ_INSERT_BEFORE(later, entry, link);
	else
		TAILQ_INSERT_TAIL(&events->waiting, entry, link);
}

void
events_settle(struct events *events, uint32_t id, enum event_outcome outcome)
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
		put_back(events, entry);
		return;
	}
	if (outcome == EVENT_ACCEPTED)
		events->counts.sent++;
	else
		events->counts.dropped++;
	events->counts.queued--;
	free(entry);
}

struct events_counts
events_counts(const struct events *events)
{
	return events->counts;
}
