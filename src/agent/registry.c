/* SPDX-License-Identifier: BSD-2-Clause */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/registry_internal.h"
#include "base/log.h"
#include "core/events.h"
#include "core/inventory.h"

#define CHANGE_HOLDOFF_US (10 * US_PER_MIN)
#define CONFIRMATIONS 2

struct monitor *
registry_lock_monitor(struct registry *r)
{
	return shared_lock(r->shared);
}

void
registry_unlock(struct registry *r)
{
	shared_unlock(r->shared);
}

static unsigned int
take_todo(void *monitor)
{
	return monitor_take_todo(monitor);
}

static void
act(void *ctx, unsigned int todo)
{
	struct registry *r = ctx;

	/* There is a writer wherever the monitor asks for it. */
	if ((todo & (MONITOR_SAVE_NOW | MONITOR_SAVE_SOON)) != 0)
		writer_ask(r->writer, (todo & MONITOR_SAVE_NOW) != 0 ? WRITER_NOW : WRITER_SOON);
	if ((todo & (MONITOR_LOOK | MONITOR_RECONCILE)) != 0)
		shared_wake(r->shared);
}

static void
note_event(void *ctx, const struct event *event, bool taken)
{
	struct registry *r = ctx;
	struct unlogged *unlogged = malloc(sizeof(*unlogged));

	(void)taken;
	if (unlogged == NULL)
		return;
	unlogged->event = *event;
	STAILQ_INSERT_TAIL(&r->unlogged, unlogged, link);
}

static struct monitor_settings
monitor_settings_of(const struct conf *config)
{
	struct monitor_settings settings = config->monitor;

	settings.inventory.misses = settings.discover.misses;
	settings.inventory.confirmations = CONFIRMATIONS;
	settings.inventory.change_holdoff_us = CHANGE_HOLDOFF_US;
	settings.access = &config->access;
	settings.expected = config->expected;
	settings.expected_count = config->expected_count;
	return settings;
}

struct registry *
registry_new(const struct conf *config, struct moment now)
{
	const struct monitor_settings settings = monitor_settings_of(config);
	struct registry *r = calloc(1, sizeof(*r));
	const struct shared_hooks hooks = {.take = take_todo, .act = act, .ctx = r};
	uint64_t seed;

	if (r == NULL)
		return NULL;
	STAILQ_INIT(&r->unlogged);
	arc4random_buf(&seed, sizeof(seed));
	r->monitor = monitor_new(&settings, seed, now, note_event, r);
	r->shared = r->monitor != NULL ? shared_new(r->monitor, &hooks) : NULL;
	if (r->shared != NULL)
		return r;
	monitor_free(r->monitor);
	free(r);
	return NULL;
}

int
registry_configure(struct registry *r, const struct conf *config, struct moment now)
{
	const struct monitor_settings settings = monitor_settings_of(config);
	struct monitor_outcome outcome;
	const int status = monitor_configure(registry_lock_monitor(r), &settings, now, &outcome);

	registry_unlock(r);
	if (outcome.denied > 0)
		log_notice("%zu managers removed: now refused by accept or deny", outcome.denied);
	if (outcome.no_room > 0)
		log_error("%zu expected managers are not in the table: %s", outcome.no_room,
			  strerror(ENOMEM));
	return status;
}

struct shared *
registry_shared(struct registry *registry)
{
	return registry->shared;
}

void
registry_reconcile(struct registry *r, struct moment now)
{
	monitor_reconcile(registry_lock_monitor(r), now);
	registry_unlock(r);
}

/* Once when the table is full and had to refuse somebody, and again only after
 * it has had room in between, a minute later at the soonest. */
static void
log_full_table(struct registry *r, struct moment now)
{
	struct monitor *m = registry_lock_monitor(r);
	const size_t max = monitor_settings(m).inventory.max_managers;
	const bool full = inventory_summary(monitor_inventory(m)).all >= max;
	const uint64_t no_room = discover_stats(monitor_discover(m))->verdicts[VERDICT_NO_ROOM];

	registry_unlock(r);
	if (full && !r->full_logged && no_room != r->no_room_logged &&
	    (r->full_logged_us == 0 || now.mono_us - r->full_logged_us >= US_PER_MIN)) {
		log_warning("the table is full: new managers are refused (maxManagers %zu)", max);
		r->full_logged = true;
		r->full_logged_us = now.mono_us;
	} else if (!full) {
		r->full_logged = false;
	}
	r->no_room_logged = no_room;
}

static void
log_quiet_start(struct registry *r)
{
	size_t unannounced;
	const bool over = monitor_end_quiet(registry_lock_monitor(r), &unannounced);

	registry_unlock(r);
	if (over)
		log_notice("the first round found %zu managers, which are not announced "
			   "(announceFirst no)",
			   unannounced);
}

bool
registry_log(struct registry *registry, struct moment now)
{
	struct unlogged_list events = STAILQ_HEAD_INITIALIZER(events);
	struct unlogged *unlogged;
	bool any;

	registry_lock_monitor(registry);
	STAILQ_CONCAT(&events, &registry->unlogged);
	registry_unlock(registry);
	any = !STAILQ_EMPTY(&events);
	while ((unlogged = STAILQ_FIRST(&events)) != NULL) {
		STAILQ_REMOVE_HEAD(&events, link);
		event_lines_put(&registry->event_lines, &unlogged->event);
		free(unlogged);
	}
	event_lines_sum_up(&registry->event_lines, now.mono_us);
	registry_sum_up_sets(registry, now.mono_us);
	log_full_table(registry, now);
	log_quiet_start(registry);
	return any;
}
