/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/events.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/tree.h>

/* Why an event that is not in the log any more is kept, and the list it is in. */
enum place {
	PLACE_NONE, /* no list */
	PLACE_WAITING,
	PLACE_FLYING,  /* taken, without an outcome yet */
	PLACE_UNSAVED, /* neither queued nor logged */
};
#define PLACES (PLACE_UNSAVED + 1)

struct entry {
	RB_ENTRY(entry) node;
	TAILQ_ENTRY(entry) kept;
	TAILQ_ENTRY(entry) link; /* in the list of its place */
	enum place place;
	bool logged;
	uint64_t number; /* in the order of events, because ids start at 1 again some day */
	uint64_t change; /* the number of its last change that is not saved; 0: none */
	struct event event;
};

RB_HEAD(entry_tree, entry);
TAILQ_HEAD(entries, entry);

struct events {
	struct entry_tree tree;        /* all, by id */
	struct entries kept;           /* all, by number, ascending */
	struct entries places[PLACES]; /* likewise */
	struct entry *oldest_logged;   /* all after it are logged, too; or NULL */
	size_t kept_count, log_count, changed_count, unsaved_count;
	size_t log_size, queue_limit;
	uint32_t last_id;
	uint64_t last_number, last_change;
	uint64_t released; /* events up to this number may be sent */
	bool saves;
	struct events_counts counts;
};

static int
entry_cmp(const struct entry *a, const struct entry *b)
{
	return (a->event.id > b->event.id) - (a->event.id < b->event.id);
}

/* RB_GENERATE_STATIC of libbsd 0.11 uses a __unused that it does not define. */
RB_GENERATE_INTERNAL(entry_tree, entry, node, entry_cmp, __attribute__((unused)) static)

struct events *
events_new(size_t log_size, size_t queue_limit)
{
	struct events *events = calloc(1, sizeof(*events));

	assert(log_size > 0);
	if (events == NULL)
		return NULL;
	events->log_size = log_size;
	events->queue_limit = queue_limit;
	RB_INIT(&events->tree);
	TAILQ_INIT(&events->kept);
	for (int i = 0; i < PLACES; i++)
		TAILQ_INIT(&events->places[i]);
	return events;
}

void
events_free(struct events *events)
{
	struct entry *entry;

	if (events == NULL)
		return;
	while ((entry = TAILQ_FIRST(&events->kept)) != NULL) {
		TAILQ_REMOVE(&events->kept, entry, kept);
		free(entry);
	}
	free(events);
}

static void
insert(struct events *events, struct entry *entry)
{
	struct entries *list = &events->places[entry->place];
	const struct entry *last = TAILQ_LAST(list, entries);
	struct entry *later = NULL;

	if (last != NULL && last->number > entry->number)
		TAILQ_FOREACH (later, list, link)
			/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): forget() took it out */
			if (later->number > entry->number)
				break;
	if (later != NULL)
		TAILQ_INSERT_BEFORE(later, entry, link);
	else
		TAILQ_INSERT_TAIL(list, entry, link);
}

static bool
is_queued(const struct entry *entry)
{
	return entry->place == PLACE_WAITING || entry->place == PLACE_FLYING;
}

static void
move(struct events *events, struct entry *entry, enum place place)
{
	events->counts.queued -= is_queued(entry);
	events->unsaved_count -= entry->place == PLACE_UNSAVED;
	if (entry->place != PLACE_NONE)
		TAILQ_REMOVE(&events->places[entry->place], entry, link);
	entry->place = place;
	if (place != PLACE_NONE)
		insert(events, entry);
	events->counts.queued += is_queued(entry);
	events->unsaved_count += place == PLACE_UNSAVED;
}

static void
set_change(struct events *events, struct entry *entry, uint64_t change)
{
	events->changed_count -= entry->change != 0;
	entry->change = change;
	events->changed_count += entry->change != 0;
}

static void
forget(struct events *events, struct entry *entry)
{
	move(events, entry, PLACE_NONE);
	set_change(events, entry, 0);
	RB_REMOVE(entry_tree, &events->tree, entry);
	TAILQ_REMOVE(&events->kept, entry, kept);
	events->kept_count--;
	free(entry);
}

/* Forget the entry unless there is still a reason to keep it. */
static void
review(struct events *events, struct entry *entry)
{
	if (entry->logged || is_queued(entry))
		return;
	if (!events->saves || entry->change == 0) {
		forget(events, entry);
		return;
	}
	move(events, entry, PLACE_UNSAVED);
	if (events->unsaved_count <= EVENTS_UNSAVED_MAX)
		return;
	events->counts.forgotten++;
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): likewise */
	forget(events, TAILQ_FIRST(&events->places[PLACE_UNSAVED]));
}

/* Keep the last `size` events in the log. */
static void
shorten_log(struct events *events, size_t size)
{
	while (events->log_count > size) {
		struct entry *entry = events->oldest_logged;

		events->oldest_logged = TAILQ_NEXT(entry, kept);
		events->log_count--;
		entry->logged = false;
		review(events, entry);
	}
}

void
events_resize(struct events *events, size_t log_size, size_t queue_limit)
{
	assert(log_size > 0);
	events->log_size = log_size;
	events->queue_limit = queue_limit;
	shorten_log(events, log_size);
}

void
events_start_saving(struct events *events)
{
	events->saves = true;
}

/* Add an event with this id to the log; NULL if there is no memory. */
static struct entry *
keep(struct events *events, const struct event *event, uint32_t id)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (id < events->last_id)
		shorten_log(events, 0); /* its order is that of the ids */
	events->last_id = id;
	events->last_number++;
	if (entry == NULL)
		return NULL;
	entry->event = *event;
	entry->event.id = id;
	if (RB_INSERT(entry_tree, &events->tree, entry) != NULL) {
		free(entry);
		return NULL;
	}
	entry->number = events->last_number;
	entry->logged = true;
	TAILQ_INSERT_TAIL(&events->kept, entry, kept);
	events->kept_count++;
	if (events->log_count++ == 0)
		events->oldest_logged = entry;
	return entry;
}

bool
events_add(struct events *events, const struct event *event, bool queue)
{
	const uint32_t id = events->last_id < UINT32_MAX ? events->last_id + 1 : 1;
	struct entry *entry = keep(events, event, id);
	const bool queued = queue && entry != NULL && events_room(events) > 0;

	if (!events->saves)
		events->released = events->last_number;
	if (entry != NULL)
		set_change(events, entry, ++events->last_change);
	if (queued)
		move(events, entry, PLACE_WAITING);
	shorten_log(events, events->log_size);
	events->counts.dropped += queue && !queued;
	return queued || !queue;
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
	const uint32_t ago = events->last_id - id - (id > events->last_id);

	if (ago <= events->last_number && events->last_number - ago > events->released)
		events->released = events->last_number - ago;
}

/* The tree macros do not use const, so a copy of the head is passed. */
static struct entry *
find_at_or_after(const struct events *events, uint32_t id)
{
	struct entry key = {.event.id = id};
	struct entry_tree tree = events->tree;

	return RB_NFIND(entry_tree, &tree, &key);
}

const struct event *
events_at_or_after(const struct events *events, uint32_t from)
{
	const struct entry *oldest = events->oldest_logged;
	const struct entry *entry;

	if (oldest == NULL)
		return NULL;
	entry = find_at_or_after(events, from > oldest->event.id ? from : oldest->event.id);
	return entry != NULL && entry->logged ? &entry->event : NULL;
}

static bool
in_flight(const struct events *events, uint32_t addr)
{
	const struct entry *entry;

	TAILQ_FOREACH (entry, &events->places[PLACE_FLYING], link)
		if (entry->event.addr == addr)
			return true;
	return false;
}

bool
events_take(struct events *events, int64_t now_us, struct event *out)
{
	struct entry *entry;

	TAILQ_FOREACH (entry, &events->places[PLACE_WAITING], link) {
		/* Those after it are newer. */
		if (entry->number > events->released &&
		    now_us - entry->event.time.mono_us < EVENTS_HOLD_US)
			return false;
		if (in_flight(events, entry->event.addr))
			continue;
		move(events, entry, PLACE_FLYING);
		*out = entry->event;
		return true;
	}
	return false;
}

void
events_conclude(struct events *events, uint32_t id, enum event_outcome outcome)
{
	struct entry *entry = find_at_or_after(events, id);

	if (entry == NULL || entry->event.id != id || entry->place != PLACE_FLYING)
		return;
	if (outcome == EVENT_RETRY) {
		events->counts.resent++;
		move(events, entry, PLACE_WAITING);
		return;
	}
	if (outcome == EVENT_ACCEPTED)
		events->counts.sent++;
	else
		events->counts.dropped++;
	set_change(events, entry, ++events->last_change);
	move(events, entry, PLACE_NONE);
	review(events, entry);
}

size_t
events_export_count(const struct events *events, bool all)
{
	return all ? events->kept_count : events->changed_count;
}

/* From the last to the first, because most that changed are among the last. */
void
events_export(const struct events *events, bool all, struct changes *changes)
{
	size_t left = events_export_count(events, all);
	const struct entry *entry = TAILQ_LAST(&events->kept, entries);

	changes->state.event_count = left;
	changes->events_until = events->last_change;
	for (; left > 0; entry = TAILQ_PREV(entry, entries, kept))
		if (all || entry->change != 0)
			changes->state.events[--left] = (struct event_record){
			    .event = entry->event, .queued = is_queued(entry)};
}

void
events_note_saved(struct events *events, const struct changes *changes)
{
	size_t left = events->changed_count;
	struct entry *entry = TAILQ_LAST(&events->kept, entries), *earlier;

	for (; left > 0; entry = earlier) {
		earlier = TAILQ_PREV(entry, entries, kept);
		if (entry->change == 0)
			continue;
		left--;
		if (entry->change > changes->events_until)
			continue;
		set_change(events, entry, 0);
		review(events, entry);
	}
}

int
events_restore(struct events *events, const struct event_record records[], size_t count,
	       uint32_t last_id)
{
	for (size_t i = 0; i < count; i++) {
		struct entry *entry = keep(events, &records[i].event, records[i].event.id);

		if (entry == NULL)
			return -1;
		if (records[i].queued)
			move(events, entry, PLACE_WAITING);
		shorten_log(events, events->log_size);
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
