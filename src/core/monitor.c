/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/monitor.h"

#include <stdlib.h>

#include "core/rows.h"

#define SPARE 16 /* records more than are needed now */

struct monitor {
	struct discover *discover;
	struct inventory *inventory;
	struct events *events;
	struct monitor_settings settings; /* of the configuration */
	bool notifications;               /* in effect */
	struct change_target target;      /* all this */
	struct moment started;
	monitor_event_fn *on_event;
	void *ctx;
	unsigned int todo;

	bool quiet;           /* until the first round is over */
	uint64_t idle_rounds; /* before it, in which no request could be sent */
	size_t unannounced;   /* in it */
	struct monitor_saves saves;
	bool has_saved; /* in this life */
};

static void
ask_to_save(struct monitor *m, enum monitor_todo urgency)
{
	if (m->saves.on)
		m->todo |= urgency;
}

/* Events may have been sent with ids after the last one of the saved state; but not as
 * many, for all that is known, as seconds have passed. */
static void
skip_ids(struct monitor *m, struct moment now)
{
	const int64_t now_s = now.wall_ms / 1000;

	if (now_s > events_last_id(m->events) && now_s < UINT32_MAX)
		events_skip(m->events, (uint32_t)now_s);
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
	/* If this life leaves no trace on disk, the next one takes the state for clean. */
	if (m->saves.on && !m->has_saved)
		skip_ids(m, event->time);
	taken = events_add(m->events, event, m->notifications);
	given.id = events_last_id(m->events);
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
	m->target.max_managers = settings->inventory.max_managers;
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
	m->started = m->saves.last = now;
	m->on_event = on_event;
	m->ctx = ctx;
	m->events = events_new(settings->event_log, settings->queue_limit);
	m->inventory = inventory_new(&settings->inventory, seed, add_event, m);
	if (m->events == NULL || m->inventory == NULL)
		goto fail;
	m->discover = discover_new(&settings->discover, m->inventory, now, add_event, m);
	if (m->discover == NULL || set_access(m, settings->access) < 0)
		goto fail;
	m->target.inv = m->inventory;
	m->target.discover = m->discover;
	m->target.notifications = &m->notifications;
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
	    set_access(m, new->access) < 0)
		status = -1;
	events_resize(m->events, new->event_log, new->queue_limit);
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
	unsigned int todo;

	if (discover_take_renamed(m->discover))
		ask_to_save(m, MONITOR_SAVE_NOW);
	todo = m->todo;
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

enum change_refusal
monitor_check(struct monitor *m, const struct change *change)
{
	return change_check(&m->target, change);
}

enum change_refusal
monitor_apply(struct monitor *m, struct change *change, struct moment now)
{
	return change_apply(&m->target, change, now);
}

void
monitor_undo(struct monitor *m, const struct change *change, struct moment now)
{
	if (change_undo(&m->target, change, now))
		ask_to_save(m, MONITOR_SAVE_NOW); /* the change may have been saved already */
}

bool
monitor_commit(struct monitor *m, const struct change *change, struct moment now)
{
	const bool made = change_commit(&m->target, change, now);

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
	m->saves.on = true;
	events_start_saving(m->events);
}

void
monitor_release(struct monitor *m, uint32_t id)
{
	events_release(m->events, id);
	m->todo |= MONITOR_SEND;
}

static struct setting_record
setting_of(int64_t value, int64_t file)
{
	return (struct setting_record){.set = value != file, .value = value, .over = file};
}

bool
monitor_export(const struct monitor *m, enum monitor_scope scope, struct changes *changes,
	       struct moment now)
{
	struct state *state = &changes->state;
	const struct rows *rows = inventory_rows(m->inventory);
	const size_t managers = rows_export_count(rows, scope != MONITOR_CHANGES);
	const size_t events = events_export_count(m->events, scope == MONITOR_ALL);

	if (state->links == NULL || state->managers == NULL || state->events == NULL ||
	    state->manager_count < managers || state->event_count < events) {
		state->manager_count = managers + SPARE;
		state->event_count = events + SPARE;
		return false;
	}
	state->quiet = m->quiet;
	state->last_id = events_last_id(m->events);
	state->interval = setting_of(discover_settings(m->discover)->interval_us,
				     m->settings.discover.interval_us);
	state->notifications = setting_of(m->notifications, m->settings.notifications);
	state->link_count = discover_export(m->discover, state->links);
	rows_export(rows, scope != MONITOR_CHANGES, changes, now);
	for (size_t i = 0; i < managers; i++)
		discover_link_name(m->discover, state->managers[i].m.link, state->managers[i].link);
	events_export(m->events, scope == MONITOR_ALL, changes);
	return true;
}

void
monitor_begin_save(struct monitor *m, struct moment now)
{
	if (!m->saves.pending)
		m->saves.waiting = now;
	m->saves.pending = true;
}

void
monitor_note_unsaved(struct monitor *m)
{
	m->saves.errors++;
}

struct monitor_saves
monitor_saves(const struct monitor *m)
{
	return m->saves;
}

void
monitor_note_saved(struct monitor *m, const struct changes *changes, struct moment now)
{
	m->has_saved = true;
	m->saves.pending = false;
	m->saves.last = now;
	rows_note_saved(inventory_rows(m->inventory), changes);
	events_note_saved(m->events, changes);
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
		m->notifications = state->notifications.value != 0;
}

static int
restore_managers(struct monitor *m, const struct state *state, struct moment now)
{
	for (size_t i = 0; i < state->manager_count; i++) {
		const struct manager_record *record = &state->managers[i];
		unsigned int ifindex;
		const int link = discover_restore_link(m->discover, record->link, &ifindex);

		if (!inventory_restore(m->inventory, record, link, ifindex, now))
			return -1;
	}
	return 0;
}

int
monitor_restore(struct monitor *m, const struct state *state, struct moment now)
{
	int status;

	restore_settings(m, state);
	discover_restore(m->discover, state->links, state->link_count);
	status = restore_managers(m, state, now);
	inventory_remove_denied(m->inventory, discover_access(m->discover), now);
	if (events_restore(m->events, state->events, state->event_count, state->last_id) < 0)
		status = -1;
	if (!state->clean)
		skip_ids(m, now);
	ask_to_reconcile(m);
	return status;
}
