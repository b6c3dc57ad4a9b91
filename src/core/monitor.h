/* SPDX-License-Identifier: BSD-2-Clause */
/* monitor.h - the state of the program, and the rules that change it.
 *
 * Pure: no sockets, files, SNMP, locks, clock or log; time is an argument, and random
 * numbers follow from a seed.  Owns the discovery, the inventory and the events, the
 * settings overridden by SNMP SET, and the quiet start.  Used by the daemon, the scanner,
 * the replays and the model.
 *
 * Nothing outside is called from here: monitor_take_todo() returns what has to be done.
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
	bool notifications;             /* whether they are enabled */
	unsigned int notification_rate; /* per second; not used here */

	/* Borrowed during a call: */
	const struct access_list *access; /* NULL: everything is permitted */
	const uint32_t *expected;         /* addresses that the configuration expects */
	size_t expected_count;
};

/* Bits for what has to be done outside. */
enum monitor_todo {
	MONITOR_SAVE_NOW = 1,
	MONITOR_SAVE_SOON = 2,  /* nothing waits for it */
	MONITOR_SEND = 4,       /* events may be sent */
	MONITOR_LOOK = 8,       /* call discover_tick(): something may be due now */
	MONITOR_RECONCILE = 16, /* call monitor_reconcile() */
};

/* Called for each event, which has its id, except for those suppressed by the quiet start.
 * taken: the result of events_add(). */
typedef void monitor_event_fn(void *ctx, const struct event *event, bool taken);

/* The first round is due at `now`.  on_event may be NULL.  Returns NULL if there is no
 * memory; monitor_free(NULL) is allowed. */
struct monitor *monitor_new(const struct monitor_settings *settings, uint64_t seed,
			    struct moment now, monitor_event_fn *on_event, void *ctx);
void monitor_free(struct monitor *m);

/* The effect of a new configuration on the rows. */
struct monitor_outcome {
	size_t denied;  /* removed, because the access list refuses them now */
	size_t no_room; /* expected, and no row, for lack of memory */
};

/* Change the settings.  A value set by SET stays in effect if the setting is the same as
 * before.  Returns 0, or -1 if there is no memory; only a part is in effect then. */
int monitor_configure(struct monitor *m, const struct monitor_settings *settings, struct moment now,
		      struct monitor_outcome *outcome);

/* The settings in effect, including those of SET, without the borrowed lists. */
struct monitor_settings monitor_settings(const struct monitor *m);

/* What has to be done since the last call: bits of enum monitor_todo. */
unsigned int monitor_take_todo(struct monitor *m);

/* For the prober, and for reading. */
struct discover *monitor_discover(struct monitor *m);
const struct inventory *monitor_inventory(const struct monitor *m);
const struct events *monitor_events(const struct monitor *m);

/* The time when it was made and all counters were zero. */
struct moment monitor_started(const struct monitor *m);

/* The phases of a SET, as in change.h. */
enum change_refusal monitor_check(struct monitor *m, const struct change *change);
enum change_refusal monitor_apply(struct monitor *m, struct change *change, struct moment now);
void monitor_undo(struct monitor *m, const struct change *change, struct moment now);
bool monitor_commit(struct monitor *m, const struct change *change, struct moment now);

/* As events_take() and events_conclude(). */
bool monitor_take_event(struct monitor *m, int64_t now_us, struct event *out);
void monitor_conclude_event(struct monitor *m, uint32_t id, enum event_outcome outcome);

/* Whether there is room now for events that found no room in the queue. */
bool monitor_can_reconcile(const struct monitor *m);

/* Make up for them as far as there is room.  The caller chooses the time, because it takes
 * long for thousands of events. */
void monitor_reconcile(struct monitor *m, struct moment now);

/* Do not announce managers found in the first round in which a request could be sent. */
void monitor_start_quietly(struct monitor *m);

/* Returns true once, when that round is over, with the number of managers that were not
 * announced.  To be called regularly. */
bool monitor_end_quiet(struct monitor *m, size_t *unannounced);

/* Start saving: from now on events wait for monitor_release(), and ids that it did not
 * allow are far beyond those that may have been used.  Before this call events are sent at
 * once, and saving is not requested. */
void monitor_start_saving(struct monitor *m);

/* Events up to id may be sent; ids up to reserved_id are reserved on disk (0: unchanged). */
void monitor_release(struct monitor *m, uint32_t id, uint32_t reserved_id);

/* Copy the state to be saved; last_id is the id of the last event.  state->links has room
 * for LINKS_MAX, managers and events for the numbers in their counts.  Returns false with
 * nothing copied if that is not enough or there are none; the counts are then the numbers
 * needed, and a few more. */
bool monitor_export(const struct monitor *m, struct state *state, struct moment now);

/* Restore a saved state.  The monitor is new except for its interfaces.  Returns 0, or -1
 * if there is no memory; only a part is restored then. */
int monitor_restore(struct monitor *m, const struct state *state, struct moment now);

#endif /* MONITOR_H */
