/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/monitor.h"

#include <stdlib.h>

#include "base/random.h"
#include "core/ids.h"
#include "core/keep.h"

#define SPARE 16 /* records more than are needed now */

struct monitor {
	struct discover *discover;
	struct inventory *inventory;
	struct events *events;
	struct monitor_settings settings; /* of the configuration */
	bool notifications;               /* in effect */
	struct moment started;
	monitor_event_fn *on_event;
	void *ctx;
	struct random random;
	unsigned int todo;

	bool quiet;           /* until the first round is over */
	uint64_t idle_rounds; /* before it, in which no request could be sent */
	size_t unannounced;   /* in it */
	bool saves;
	uint32_t reserved_id; /* ids up to this one are reserved on disk */
};

static void
ask_to_save(struct monitor *m, enum monitor_todo urgency)
{
	if (m->saves)
		m->todo |= urgency;
}

/* An id that is not reserved on disk might be used again after a crash. */
static void
take_id(struct monitor *m)
{
	const uint32_t last_id = events_last_id(m->events);

	if (!m->saves || last_id < m->reserved_id)
		return;
	events_skip(m->events, ids_leap(last_id, &m->random));
	m->reserved_id = UINT32_MAX; /* until the next save */
}

static bool
add_event(void *ctx, const struct event *event)
{
	struct monitor *m = ctx;
	struct event given = *event;
	bool taken;

	ask_to_save(m, MONITOR_SAVE_NOW);
	if (m->quiet && event->type == EVENT_APPEARED) {
		m->unannounced++;
		return true;
	}
	take_id(m);
	taken = events_add(m->events, event, m->notifications);
	given.id = events_last_id(m->events);
	if (!m->saves)
		events_release(m->events, given.id);
	m->todo |= MONITOR_SEND;
	if (m->on_event != NULL)
		m->on_event(m->ctx, &given, taken);
	return taken;
}

static void
note_settings(struct monitor *m, const struct monitor_settings *settings)
{
	m->settings = *settings;
	m->settings.access = NULL;
	m->settings.expected = NULL;
	m->settings.expected_count = 0;
}

static int
set_access(struct monitor *m, const struct access_list *access)
{
	static const struct access_list everybody;

	return discover_set_access(m->discover, access != NULL ? access : &everybody);
}

struct monitor *
monitor_new(const struct monitor_settings *settings, uint64_t seed, struct moment now,
	    monitor_event_fn *on_event, void *ctx)
{
	struct monitor *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	note_settings(m, settings);
	m->notifications = settings->notifications;
	m->started = now;
	m->on_event = on_event;
	m->ctx = ctx;
	m->random.state = seed;
	m->events = events_new(settings->event_log, settings->queue_limit);
	m->inventory = inventory_new(&settings->inventory, seed, add_event, m);
	if (m->events == NULL || m->inventory == NULL)
		goto fail;
	m->discover = discover_new(&settings->discover, m->inventory, now, add_event, m);
	if (m->discover == NULL || set_access(m, settings->access) < 0)
		goto fail;
	inventory_expect_configured(m->inventory, settings->expected, settings->expected_count,
				    now);
	return m;
fail:
	monitor_free(m);
	return NULL;
}

void
monitor_free(struct monitor *m)
{
	if (m == NULL)
		return;
	discover_free(m->discover);
	inventory_free(m->inventory);
	events_free(m->events);
	free(m);
}

static void
ask_to_reconcile(struct monitor *m)
{
	if (monitor_can_reconcile(m))
		m->todo |= MONITOR_RECONCILE;
}

static void
configure_discovery(struct monitor *m, const struct monitor_settings *new)
{
	const struct discover_settings *current = discover_settings(m->discover);
	struct discover_settings discover = new->discover;

	if (discover.interval_us == m->settings.discover.interval_us &&
	    current->interval_us >= 2 * discover.window_us)
		discover.interval_us = current->interval_us;
	discover_configure(m->discover, &discover);
}

int
monitor_configure(struct monitor *m, const struct monitor_settings *new, struct moment now,
		  struct monitor_outcome *outcome)
{
	int status = 0;

	configure_discovery(m, new);
	if (new->notifications != m->settings.notifications)
		m->notifications = new->notifications;
	note_settings(m, new);
	if (inventory_configure(m->inventory, &new->inventory) < 0 ||
	    set_access(m, new->access) < 0 ||
	    events_resize(m->events, new->event_log, new->queue_limit) < 0)
		status = -1;
	outcome->no_room =
	    inventory_expect_configured(m->inventory, new->expected, new->expected_count, now);
	outcome->denied = inventory_remove_denied(m->inventory, discover_access(m->discover), now);
	ask_to_save(m, MONITOR_SAVE_SOON);
	ask_to_reconcile(m);
	return status;
}

struct monitor_settings
monitor_settings(const struct monitor *m)
{
	struct monitor_settings settings = m->settings;

	settings.discover = *discover_settings(m->discover);
	settings.notifications = m->notifications;
	return settings;
}

unsigned int
monitor_take_todo(struct monitor *m)
{
	const unsigned int todo = m->todo;

	m->todo = 0;
	return todo;
}

struct discover *
monitor_discover(struct monitor *m)
{
	return m->discover;
}

const struct inventory *
monitor_inventory(const struct monitor *m)
{
	return m->inventory;
}

const struct events *
monitor_events(const struct monitor *m)
{
	return m->events;
}

struct moment
monitor_started(const struct monitor *m)
{
	return m->started;
}

static struct change_target
target_of(struct monitor *m)
{
	return (struct change_target){
	    .inv = m->inventory,
	    .discover = m->discover,
	    .notifications = &m->notifications,
	    .max_managers = m->settings.inventory.max_managers,
	};
}

enum change_refusal
monitor_check(struct monitor *m, const struct change *change)
{
	const struct change_target target = target_of(m);

	return change_check(&target, change);
}

enum change_refusal
monitor_apply(struct monitor *m, struct change *change, struct moment now)
{
	const struct change_target target = target_of(m);

	return change_apply(&target, change, now);
}

void
monitor_undo(struct monitor *m, const struct change *change, struct moment now)
{
	const struct change_target target = target_of(m);

	if (change_undo(&target, change, now))
		ask_to_save(m, MONITOR_SAVE_NOW); /* the change may have been saved already */
}

bool
monitor_commit(struct monitor *m, const struct change *change, struct moment now)
{
	const struct change_target target = target_of(m);
	const bool made = change_commit(&target, change, now);

	if (made && change->what != CHANGE_ROUND_NOW)
		ask_to_save(m, MONITOR_SAVE_NOW);
	m->todo |= MONITOR_LOOK;
	return made;
}

bool
monitor_take_event(struct monitor *m, int64_t now_us, struct event *out)
{
	return events_take(m->events, now_us, out);
}

void
monitor_conclude_event(struct monitor *m, uint32_t id, enum event_outcome outcome)
{
	events_conclude(m->events, id, outcome);
	if (outcome != EVENT_RETRY)
		ask_to_save(m, MONITOR_SAVE_SOON);
	ask_to_reconcile(m);
}

bool
monitor_can_reconcile(const struct monitor *m)
{
	return events_room(m->events) > 0 &&
	       (inventory_is_owed(m->inventory) || discover_is_owed(m->discover));
}

void
monitor_reconcile(struct monitor *m, struct moment now)
{
	if (!monitor_can_reconcile(m))
		return;
	discover_reconcile(m->discover, now);
	inventory_reconcile(m->inventory, events_room(m->events), now);
}

void
monitor_start_quietly(struct monitor *m)
{
	m->quiet = true;
}

bool
monitor_end_quiet(struct monitor *m, size_t *unannounced)
{
	const struct discover_stats *stats = discover_stats(m->discover);

	if (stats->requests_sent == 0)
		m->idle_rounds = stats->rounds;
	if (!m->quiet || stats->rounds <= m->idle_rounds)
		return false;
	m->quiet = false;
	*unannounced = m->unannounced;
	ask_to_save(m, MONITOR_SAVE_NOW);
	return true;
}

void
monitor_start_saving(struct monitor *m)
{
	m->saves = true;
}

void
monitor_release(struct monitor *m, uint32_t id, uint32_t reserved_id)
{
	events_release(m->events, id);
	if (reserved_id > 0)
		m->reserved_id = reserved_id;
	m->todo |= MONITOR_SEND;
}

static bool
has_room(const struct monitor *m, const struct state *state)
{
	return state->links != NULL && state->managers != NULL && state->events != NULL &&
	       state->manager_count >= inventory_summary(m->inventory).all &&
	       state->event_count >= events_export_count(m->events);
}

bool
monitor_export(const struct monitor *m, struct state *state, struct moment now)
{
	const int64_t interval_us = discover_settings(m->discover)->interval_us;
	const int64_t file_us = m->settings.discover.interval_us;

	if (!has_room(m, state)) {
		state->manager_count = inventory_summary(m->inventory).all + SPARE;
		state->event_count = events_export_count(m->events) + SPARE;
		return false;
	}
	state->saved_wall_ms = now.wall_ms;
	state->quiet = m->quiet;
	state->last_id = events_last_id(m->events);
	state->interval = (struct state_setting){
	    .set = interval_us != file_us, .value = interval_us, .over = file_us};
	state->notifications = (struct state_switch){
	    .set = m->notifications != m->settings.notifications,
	    .value = m->notifications,
	    .over = m->settings.notifications,
	};
	keep_export(m->discover, m->inventory, state, now);
	state->event_count = events_export_count(m->events);
	events_export(m->events, state->events);
	return true;
}

/* A value set by SET stays in effect while the configuration has the same value as then. */
static void
restore_settings(struct monitor *m, const struct state *state)
{
	struct discover_settings settings = *discover_settings(m->discover);

	if (state->interval.set && state->interval.over == m->settings.discover.interval_us &&
	    state->interval.value >= 2 * settings.window_us) {
		settings.interval_us = state->interval.value;
		discover_configure(m->discover, &settings);
		discover_round_now(m->discover); /* the regular one may be later now */
	}
	if (state->notifications.set && state->notifications.over == m->settings.notifications)
		m->notifications = state->notifications.value;
}

int
monitor_restore(struct monitor *m, const struct state *state, struct moment now)
{
	int status;

	restore_settings(m, state);
	status = keep_restore(m->discover, m->inventory, state, now);
	inventory_remove_denied(m->inventory, discover_access(m->discover), now);
	if (events_restore(m->events, state->events, state->event_count, state->last_id) < 0)
		status = -1;
	m->reserved_id = state->last_id;
	ask_to_reconcile(m);
	return status;
}
