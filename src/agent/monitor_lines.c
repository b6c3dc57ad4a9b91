/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/monitor_lines.h"

#include <stdlib.h>

#include "base/log.h"
#include "core/monitor.h"

struct unlogged_event {
	STAILQ_ENTRY(unlogged_event) link;
	struct event event;
};

void
monitor_lines_init(struct monitor_lines *lines)
{
	*lines = (struct monitor_lines){0};
	STAILQ_INIT(&lines->unlogged);
}

void
monitor_lines_note(void *ctx, const struct event *event, bool taken)
{
	struct monitor_lines *lines = ctx;
	struct unlogged_event *unlogged = malloc(sizeof(*unlogged));

	(void)taken;
	if (unlogged == NULL)
		return;
	unlogged->event = *event;
	STAILQ_INSERT_TAIL(&lines->unlogged, unlogged, link);
}

static void
log_events(struct monitor_lines *lines, struct shared *shared, struct moment now)
{
	struct unlogged_events events = STAILQ_HEAD_INITIALIZER(events);
	struct unlogged_event *unlogged;

	shared_lock(shared);
	STAILQ_CONCAT(&events, &lines->unlogged);
	shared_unlock(shared);
	while ((unlogged = STAILQ_FIRST(&events)) != NULL) {
		STAILQ_REMOVE_HEAD(&events, link);
		event_lines_put(&lines->events, &unlogged->event);
		free(unlogged);
	}
	event_lines_sum_up(&lines->events, now.mono_us);
}

/* Logged once, when the table is full and a manager was refused, and again only after the
 * table has had room, and not within a minute. */
static void
log_full_table(struct monitor_lines *lines, struct shared *shared, struct moment now)
{
	struct monitor *m = shared_lock(shared);
	const size_t max = monitor_settings(m).inventory.max_managers;
	const bool full = inventory_summary(monitor_inventory(m)).all >= max;
	const uint64_t no_room = discover_stats(monitor_discover(m))->verdicts[VERDICT_NO_ROOM];

	shared_unlock(shared);
	if (full && !lines->full && no_room != lines->no_room &&
	    (lines->full_us == 0 || now.mono_us - lines->full_us >= US_PER_MIN)) {
		log_warning("the table is full: new managers are refused (maxManagers %zu)", max);
		lines->full = true;
		lines->full_us = now.mono_us;
	} else if (!full) {
		lines->full = false;
	}
	lines->no_room = no_room;
}

static void
log_quiet_start(struct shared *shared)
{
	size_t unannounced;
	const bool over = monitor_end_quiet(shared_lock(shared), &unannounced);

	shared_unlock(shared);
	if (over)
		log_notice("the first round found %zu managers, which are not announced "
			   "(announceFirst no)",
			   unannounced);
}

void
monitor_lines_put(struct monitor_lines *lines, struct shared *shared, struct moment now)
{
	log_events(lines, shared, now);
	log_full_table(lines, shared, now);
	log_quiet_start(shared);
}
