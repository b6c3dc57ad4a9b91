/* SPDX-License-Identifier: BSD-2-Clause */
/* What of the registry survives a restart. */
#include <stdlib.h>

#include "agent/registry_internal.h"
#include "base/clock.h"
#include "core/ids.h"

void
registry_save_with(struct registry *r, struct writer *writer)
{
	monitor_start_saving(registry_lock_monitor(r));
	r->writer = writer;
	registry_unlock(r);
}

void
registry_release(struct registry *r, uint32_t id, uint32_t reserved_id)
{
	monitor_release(registry_lock_monitor(r), id, reserved_id);
	registry_unlock(r);
}

void
registry_start_quietly(struct registry *r)
{
	monitor_start_quietly(registry_lock_monitor(r));
	registry_unlock(r);
}

static bool
make_room(struct state *state)
{
	const size_t managers = state->manager_count, events = state->event_count;

	state_clear(state);
	state->links = calloc(LINKS_MAX, sizeof(*state->links));
	state->managers = calloc(managers, sizeof(*state->managers));
	state->events = calloc(events, sizeof(*state->events));
	state->manager_count = managers;
	state->event_count = events;
	return state->links != NULL && state->managers != NULL && state->events != NULL;
}

int
registry_export(struct registry *r, struct state *state, uint32_t *last_id, bool final)
{
	bool made = true, done;

	*state = (struct state){0};
	do {
		const struct monitor *m = registry_lock_monitor(r);

		done = monitor_export(m, state, clock_now());
		*last_id = events_last_id(monitor_events(m));
		registry_unlock(r);
		/* Without the lock: that takes long. */
		if (!done)
			made = make_room(state);
	} while (!done && made);
	if (!made)
		state_clear(state);
	else
		state->last_id = final ? *last_id : ids_reserve(*last_id);
	return made ? 0 : -1;
}

int
registry_restore(struct registry *r, const struct state *state, struct moment now)
{
	const int status = monitor_restore(registry_lock_monitor(r), state, now);

	registry_unlock(r);
	return status;
}
