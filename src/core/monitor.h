/* SPDX-License-Identifier: BSD-2-Clause */
/* monitor.h - everything that is known, and everything that follows from it.
 *
 * Pure: no sockets, files, SNMP, locks, clock or log; time is an argument, and
 * random numbers follow from a seed.  Owns the discovery, the inventory and the events,
 * what SNMP SET overrides, and the quiet start.  The daemon, the scanner, the replays
 * and the model run the same one.
 *
 * What has to be done outside is never called from here: monitor_take_todo() returns it.
 */
#ifndef MONITOR_H
#define MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "core/change.h"
#include "core/discover.h"
#include "core/event.h"
#include "core/events.h"
#include "core/inventory.h"
#include "core/record.h"

struct monitor;

struct monitor_settings {
	struct discover_settings discover;
	struct inventory_settings inventory;
	size_t event_log, queue_limit;  /* see events_new() */
	bool notifications;             /* enabled */
	unsigned int notification_rate; /* a second; for those who ask */

	/* Borrowed for as long as a call lasts: */
	const struct access_list *access; /* NULL: everything is permitted */
	const uint32_t *expected;         /* addresses that the configuration expects */
	size_t expected_count;
};

/* What has to be done outside, bits. */
enum monitor_todo {
	MONITOR_SAVE_NOW = 1,
	MONITOR_SAVE_SOON = 2,  /* nothing waits for it */
	MONITOR_SEND = 4,       /* events may go out */
	MONITOR_LOOK = 8,       /* call discover_tick(): something may be due now */
	MONITOR_RECONCILE = 16, /* call monitor_reconcile() */
};

/* Called for each event, which has its id; not for those that the quiet start swallows.
 * taken: as events_add() returned. */
typedef void monitor_event_fn(void *ctx, const struct event *event, bool taken);

/* The first round is due at `now`.  on_event may be NULL.  NULL when out of memory;
 * monitor_free(NULL) is fine. */
struct monitor *monitor_new(const struct monitor_settings *settings, uint64_t seed,
			    struct moment now, monitor_event_fn *on_event, void *ctx);
void monitor_free(struct monitor *m);

/* What a new configuration did to the rows. */
struct monitor_outcome {
	size_t denied;  /* removed: the access list refuses them now */
	size_t no_room; /* expected, and no row, for lack of memory */
};

/* Put other settings in force.  What SET overrides stays so while the setting is
 * what it was before.  0, or -1 when out of memory, part of it then not being in
 * force. */
int monitor_configure(struct monitor *m, const struct monitor_settings *settings, struct moment now,
		      struct monitor_outcome *outcome);

/* What is in force, SET included; the borrowed lists are left out. */
struct monitor_settings monitor_settings(const struct monitor *m);

/* What to do since the last call: bits of enum monitor_todo. */
unsigned int monitor_take_todo(struct monitor *m);

/* For whoever asks and listens, and for readers. */
struct discover *monitor_discover(struct monitor *m);
const struct inventory *monitor_inventory(const struct monitor *m);
const struct events *monitor_events(const struct monitor *m);

/* When it was made: since then the counters count. */
struct moment monitor_started(const struct monitor *m);

/* The phases of a SET, as in change.h. */
enum change_refusal monitor_check(struct monitor *m, const struct change *change);
enum change_refusal monitor_apply(struct monitor *m, struct change *change, struct moment now);
void monitor_undo(struct monitor *m, const struct change *change, struct moment now);
bool monitor_commit(struct monitor *m, const struct change *change, struct moment now);

/* As events_take() and events_settle(). */
bool monitor_take_event(struct monitor *m, int64_t now_us, struct event *out);
void monitor_settle_event(struct monitor *m, uint32_t id, enum event_outcome outcome);

/* Whether events found no room in the queue that would find some now. */
bool monitor_can_reconcile(const struct monitor *m);

/* Make up for them as far as there is room.  Not done where it is asked for, as it
 * takes long where there are thousands. */
void monitor_reconcile(struct monitor *m, struct moment now);

/* Do not announce what the first round finds in which a request could be sent. */
void monitor_start_quietly(struct monitor *m);

/* Once that round is over: true, once, with how many were not announced.  To be
 * called now and then. */
bool monitor_end_quiet(struct monitor *m, size_t *unannounced);

/* From now on changes are saved: events wait for monitor_release(), and ids that it
 * did not allow are far beyond those that may have been given.  Before that, events go
 * out at once, and nobody is asked to save. */
void monitor_start_saving(struct monitor *m);

/* Events up to id may go out; ids up to reserved_id are on disk as taken (0: up to
 * where they were before). */
void monitor_release(struct monitor *m, uint32_t id, uint32_t reserved_id);

/* Copy what has to survive a restart, last_id being that of the last event.
 * state's links have room for LINKS_MAX, its managers and events for as many as its
 * counts say.  False when that is not enough, or there are none: nothing is copied,
 * and the counts are then what is needed, and a few more. */
bool monitor_export(const struct monitor *m, struct state *state, struct moment now);

/* Take up what an earlier life has exported.  The monitor is new but for its
 * interfaces.  0, or -1 when out of memory, part of it then being there. */
int monitor_restore(struct monitor *m, const struct state *state, struct moment now);

#endif /* MONITOR_H */
