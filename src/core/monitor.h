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
	const struct access_list *access;   /* NULL: everything is permitted */
	const struct expectation *expected; /* by the configuration */
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

/* Start saving: from now on events wait for monitor_release(), and saving is requested.
 * Before this call events are sent at once. */
void monitor_start_saving(struct monitor *m);

/* Events up to id may be sent: they are on disk, or cannot be saved. */
void monitor_release(struct monitor *m, uint32_t id);

enum monitor_scope {
	MONITOR_CHANGES,  /* since the last save */
	MONITOR_MANAGERS, /* likewise, and all managers: the times when they were last heard
			   * are not changes */
	MONITOR_ALL,      /* all managers and events, for a new file */
};

/* Copy what has to be saved.  changes->state.links has room for LINKS_MAX, managers and
 * events for the numbers in their counts.  Returns false with nothing copied if that is
 * not enough or there are none; the counts are then the numbers needed, and a few more.
 * changes->state.clean is left as it is. */
bool monitor_export(const struct monitor *m, enum monitor_scope scope, struct changes *changes,
		    struct moment now);

/* A save begins, which is to be exported next. */
void monitor_begin_save(struct monitor *m, struct moment now);

/* These changes are on disk, and are not copied again. */
void monitor_note_saved(struct monitor *m, const struct changes *changes, struct moment now);

/* The save has failed: the next changes include those of it. */
void monitor_note_unsaved(struct monitor *m);

struct monitor_saves {
	bool on;               /* there is a place to save in */
	struct moment last;    /* the last one that succeeded; none yet: monitor_started() */
	bool pending;          /* one has begun and has not succeeded: */
	struct moment waiting; /* since then */
	uint64_t errors;       /* saves that failed */
};

struct monitor_saves monitor_saves(const struct monitor *m);

/* Restore a saved state; an empty one if there is none.  The monitor is new except for its
 * interfaces.  Event ids go on after the last one, or, unless the state is clean, after the
 * number of seconds since 1970 if that is larger: events may have been sent that the state
 * does not have.  Returns 0, or -1 if there is no memory; only a part is restored then. */
int monitor_restore(struct monitor *m, const struct state *state, struct moment now);

#endif /* MONITOR_H */
