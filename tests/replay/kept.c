/* SPDX-License-Identifier: BSD-2-Clause */
#include "kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
kept_clear(struct kept *kept)
{
	state_clear(&kept->state);
	kept->runtime_us = 0;
}

/* A place more at the end of an array. */
static void *
append(void *array, size_t *count, size_t size)
{
	void *longer = reallocarray(array, *count + 1, size);

	if (longer == NULL) {
		perror("kept");
		exit(99);
	}
	++*count;
	return longer;
}

static void *
copy(const void *array, size_t count, size_t size)
{
	void *all = NULL;

	for (size_t i = 0; i < count;)
		all = append(all, &i, size);
	if (count > 0)
		memcpy(all, array, count * size);
	return all;
}

static void
shift(struct manager_record *record, int64_t by_us)
{
	if (manager_heard(&record->m)) {
		record->m.first_seen.mono_us += by_us;
		record->m.last_seen.mono_us += by_us;
	}
	if (record->changed_us != 0)
		record->changed_us += by_us;
}

static const struct manager_record *
find_manager(const struct state *state, uint32_t addr)
{
	for (size_t i = 0; i < state->manager_count; i++)
		if (state->managers[i].m.addr == addr)
			return &state->managers[i];
	return NULL;
}

static bool
is_gone(const struct changes *changes, uint32_t addr)
{
	for (size_t i = 0; i < changes->removed_count; i++)
		if (changes->removed[i] == addr)
			return true;
	return changes->all_managers;
}

/* Those that are replaced, too. */
static void
remove_managers(struct state *state, const struct changes *changes)
{
	size_t left = 0;

	for (size_t i = 0; i < state->manager_count; i++) {
		const uint32_t addr = state->managers[i].m.addr;

		if (find_manager(&changes->state, addr) == NULL && !is_gone(changes, addr))
			state->managers[left++] = state->managers[i];
	}
	state->manager_count = left;
}

static void
apply_managers(struct state *state, const struct changes *changes, int64_t runtime_us)
{
	remove_managers(state, changes);
	for (size_t i = 0; i < changes->state.manager_count; i++) {
		struct manager_record record = changes->state.managers[i];

		/* What is not saved must not matter. */
		record.m.status = (enum manager_status)0;
		record.m.link = INT32_MAX;
		record.m.ifindex = UINT32_MAX;
		record.m.request_number = UINT64_MAX;
		record.m.response_time_us = 0;
		record.m.expected_by_file = false;
		record.m.announced = (enum announced)0;
		shift(&record, runtime_us);
		state->managers =
		    append(state->managers, &state->manager_count, sizeof(*state->managers));
		state->managers[state->manager_count - 1] = record;
	}
}

static struct event_record *
find_event(const struct state *state, uint32_t id)
{
	for (size_t i = state->event_count; i > 0; i--)
		if (state->events[i - 1].event.id == id)
			return &state->events[i - 1];
	return NULL;
}

static void
apply_events(struct state *state, const struct changes *changes)
{
	for (size_t i = 0; i < changes->state.event_count; i++) {
		const struct event_record *record = &changes->state.events[i];
		struct event_record *place = find_event(state, record->event.id);

		if (place == NULL) {
			state->events =
			    append(state->events, &state->event_count, sizeof(*state->events));
			place = &state->events[state->event_count - 1];
		}
		*place = *record;
		place->event.time.mono_us = 0;
	}
}

void
kept_apply(struct kept *kept, const struct changes *changes, bool all, int64_t runtime_us)
{
	const struct state *from = &changes->state;
	struct state *state = &kept->state;

	if (all)
		state_clear(state);
	apply_managers(state, changes, runtime_us);
	apply_events(state, changes);
	free(state->links);
	state->links = copy(from->links, from->link_count, sizeof(*from->links));
	state->link_count = from->link_count;
	state->clean = from->clean;
	state->quiet = from->quiet;
	state->last_id = from->last_id;
	state->interval = from->interval;
	state->notifications = from->notifications;
	kept->runtime_us = runtime_us;
}

static bool
same_description(const struct wire_response *a, const struct wire_response *b)
{
	return strcmp(a->hostname, b->hostname) == 0 && strcmp(a->version, b->version) == 0 &&
	       a->port == b->port;
}

static bool
same_notified(const struct notified *a, const struct notified *b)
{
	return a->announced == b->announced && a->conflict == b->conflict &&
	       same_description(&a->description, &b->description);
}

static bool
has_manager(const struct kept *kept, struct manager_record record, int64_t runtime_us)
{
	const struct manager_record *found = find_manager(&kept->state, record.m.addr);

	shift(&record, runtime_us);
	return found != NULL && strncmp(found->link, record.link, LINK_NAME_LEN) == 0 &&
	       same_notified(&found->notified, &record.notified) &&
	       /* Each restart adds a microsecond, because 0 means never. */
	       llabs(found->changed_us - record.changed_us) < 1000 &&
	       found->m.expected_by_operator == record.m.expected_by_operator;
}

/* The events that are queued, and no others; and all that are logged. */
static bool
has_events(const struct state *state, const struct state *whole)
{
	size_t queued = 0;

	for (size_t i = 0; i < state->event_count; i++)
		queued += state->events[i].queued;
	for (size_t i = 0; i < whole->event_count; i++) {
		const struct event_record *found = find_event(state, whole->events[i].event.id);

		if (found == NULL || found->queued != whole->events[i].queued)
			return false;
		queued -= found->queued;
	}
	return queued == 0;
}

bool
kept_has(const struct kept *kept, const struct changes *whole, int64_t runtime_us)
{
	const struct state *state = &whole->state;

	for (size_t i = 0; i < state->manager_count; i++)
		if (!has_manager(kept, state->managers[i], runtime_us))
			return false;
	return state->manager_count == kept->state.manager_count && has_events(&kept->state, state);
}

void
kept_read(const struct kept *kept, struct state *out)
{
	const struct state *state = &kept->state;

	*out = *state;
	out->links = copy(state->links, state->link_count, sizeof(*state->links));
	out->managers = copy(state->managers, state->manager_count, sizeof(*state->managers));
	out->events = copy(state->events, state->event_count, sizeof(*state->events));
	for (size_t i = 0; i < out->manager_count; i++)
		shift(&out->managers[i], -kept->runtime_us);
}
