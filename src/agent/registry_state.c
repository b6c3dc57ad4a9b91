/* SPDX-License-Identifier: BSD-2-Clause */
/* What of the registry survives a restart. */
#include <stdlib.h>
#include <string.h>

#include "agent/registry_internal.h"
#include "base/clock.h"
#include "store/ids.h"
#include "store/keep.h"

void
registry_ask_to_save(struct registry *r, enum writer_urgency urgency)
{
	if (r->writer != NULL)
		writer_ask(r->writer, urgency);
}

void
registry_save_with(struct registry *r, struct writer *writer)
{
	pthread_mutex_lock(&r->lock);
	r->writer = writer;
	pthread_mutex_unlock(&r->lock);
}

void
registry_release(struct registry *r, uint32_t id, uint32_t reserved_id)
{
	pthread_mutex_lock(&r->lock);
	events_release(r->events, id);
	if (reserved_id > 0)
		r->reserved_id = reserved_id;
	pthread_mutex_unlock(&r->lock);
}

void
registry_start_quietly(struct registry *r)
{
	pthread_mutex_lock(&r->lock);
	r->quiet = true;
	pthread_mutex_unlock(&r->lock);
}

static void
export_locked(struct registry *r, struct state *state, struct moment now)
{
	const int64_t interval_us = discover_settings(r->discover)->interval_us;

	state->saved_wall_ms = now.wall_ms;
	state->quiet = r->quiet;
	state->interval = (struct state_setting){
	    .set = interval_us != r->file.interval_us,
	    .value = interval_us,
	    .over = r->file.interval_us,
	};
	state->notifications = (struct state_switch){
	    .set = r->notifications != r->file.notifications,
	    .value = r->notifications,
	    .over = r->file.notifications,
	};
	keep_export(r->discover, r->inventory, state, now);
	state->event_count = events_export_count(r->events);
	events_export(r->events, state->events);
}

static bool
make_room(struct state *state, size_t managers, size_t events)
{
	state_clear(state);
	state->links = calloc(LINKS_MAX, sizeof(*state->links));
	state->managers = calloc(managers, sizeof(*state->managers));
	state->events = calloc(events, sizeof(*state->events));
	state->manager_count = managers;
	state->event_count = events;
	return state->links != NULL && state->managers != NULL && state->events != NULL;
}

static bool
has_room(const struct registry *r, const struct state *state)
{
	return state->links != NULL &&
	       state->manager_count >= inventory_summary(r->inventory).all &&
	       state->event_count >= events_export_count(r->events);
}

int
registry_export(struct registry *r, struct state *state, uint32_t *last_id, bool final)
{
	*state = (struct state){0};
	pthread_mutex_lock(&r->lock);
	while (!has_room(r, state)) {
		/* A few more, as memory is made without the lock: that takes long. */
		const size_t managers = inventory_summary(r->inventory).all + 16;
		const size_t events = events_export_count(r->events) + 16;
		bool made;

		pthread_mutex_unlock(&r->lock);
		made = make_room(state, managers, events);
		if (!made)
			state_clear(state);
		pthread_mutex_lock(&r->lock);
		*last_id = events_last_id(r->events);
		if (!made) {
			pthread_mutex_unlock(&r->lock);
			return -1;
		}
	}
	export_locked(r, state, clock_now());
	*last_id = events_last_id(r->events);
	pthread_mutex_unlock(&r->lock);
	state->last_id = final ? *last_id : ids_reserve(*last_id);
	return 0;
}

/* What SET has changed stays while the configuration says what it said then. */
static void
restore_settings(struct registry *r, const struct state *state, const struct conf *config)
{
	struct discover_settings settings = *discover_settings(r->discover);

	if (state->interval.set && state->interval.over == config->interval_us &&
	    state->interval.value >= 2 * config->window_us) {
		settings.interval_us = state->interval.value;
		discover_configure(r->discover, &settings);
		discover_round_now(r->discover); /* the regular one may be later now */
	}
	if (state->notifications.set && state->notifications.over == config->notifications)
		r->notifications = state->notifications.value;
}

int
registry_restore(struct registry *r, const struct state *state, const struct conf *config,
		 struct moment now)
{
	int status;

	pthread_mutex_lock(&r->lock);
	restore_settings(r, state, config);
	status = keep_restore(r->discover, r->inventory, state, now);
	inventory_remove_denied(r->inventory, &config->access, now);
	if (events_restore(r->events, state->events, state->event_count, state->last_id) < 0)
		status = -1;
	r->reserved_id = state->last_id;
	pthread_mutex_unlock(&r->lock);
	return status;
}
