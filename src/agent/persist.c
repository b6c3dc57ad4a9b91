/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/persist.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/monitor.h"
#include "store/store.h"
#include "store/writer.h"

/* How old the times when managers were last heard may be in the state file. */
#define PERIOD_S 600

/* More than anybody has, and no danger to memory: a lower maxManagers must not make the
 * state file unreadable. */
#define MANAGERS_MIN 100000

/* What the thread has found at its start. */
struct found {
	bool refused; /* the reason is logged; the rest is not set */
	enum store_loaded loaded;
	struct state state;
	size_t clamped;
	char error[PLACE_ERROR_LEN];
};

/* Used by the thread only, except where noted. */
static struct {
	struct store *store;
	char trouble[PLACE_ERROR_LEN]; /* why nothing can be saved; "": it can */
	uint32_t forgotten;            /* events that could not be saved, as far as logged */
	bool complete;                 /* the database has all but the latest changes */

	/* Constant once the thread is started: */
	const char *path; /* NULL: none */
	struct store_limits limits;
	struct shared *shared; /* the monitor */

	struct found found;   /* the other thread's once this one has started */
	atomic_bool restored; /* the monitor can be saved */
} persist = {.found = {.loaded = STORE_NONE, .state.quiet = true}};

static struct writer *writer;

/* One line when the trouble begins and one when it is over. */
static void
note_trouble(const char *error)
{
	if (persist.trouble[0] == '\0' && error[0] != '\0')
		log_error("the state is not saved: %s", error);
	else if (persist.trouble[0] != '\0' && error[0] == '\0')
		log_notice("the state is saved again in %s", persist.path);
	strlcpy(persist.trouble, error, sizeof(persist.trouble));
}

/* Returns whether the place may be used. */
static bool
open_store(void)
{
	char error[PLACE_ERROR_LEN] = "";
	const enum place_status status = store_new(&persist.store, persist.path, error);

	if (status == PLACE_DEGRADED)
		note_trouble(error);
	else if (status == PLACE_REFUSED)
		log_error("stateFile %s", error);
	return status != PLACE_REFUSED;
}

static void
load(struct found *found)
{
	found->loaded = store_load(persist.store, &persist.limits, clock_now(), &found->state,
				   &found->clamped, found->error);
	persist.complete = found->loaded == STORE_LOADED;
	if (!persist.complete)
		found->state.quiet = true;
	if (found->loaded == STORE_DAMAGED)
		log_error("%s; starting without it", found->error);
	else if (found->loaded == STORE_NONE)
		log_info("%s does not exist yet, starting without a state", persist.path);
}

static void
start(void *ctx)
{
	struct found *found = &persist.found;

	(void)ctx;
	found->refused = !open_store();
	if (!found->refused)
		load(found);
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

/* Memory is allocated without the lock, because that may take long.  *last_id is the id of
 * the last event, also if there is no memory. */
static bool
export_changes(enum monitor_scope scope, struct changes *changes, uint32_t *last_id)
{
	bool done, has_room = true;

	*changes = (struct changes){0};
	do {
		const struct monitor *m = shared_lock(persist.shared);

		done = monitor_export(m, scope, changes, clock_now());
		*last_id = events_last_id(monitor_events(m));
		shared_unlock(persist.shared);
		if (!done)
			has_room = make_room(&changes->state);
	} while (!done && has_room);
	return done;
}

static enum store_saved
save_scope(enum monitor_scope scope, bool last, uint32_t *last_id, char *error)
{
	enum store_saved saved = STORE_FAILED;
	struct changes changes;

	if (export_changes(scope, &changes, last_id)) {
		changes.state.clean = last;
		saved =
		    store_save(persist.store, &changes, scope == MONITOR_ALL, clock_now(), error);
	} else {
		strlcpy(error, strerror(ENOMEM), PLACE_ERROR_LEN);
	}
	if (saved == STORE_SAVED) {
		monitor_note_saved(shared_lock(persist.shared), &changes, clock_now());
		shared_unlock(persist.shared);
	}
	state_clear(&changes.state);
	return saved;
}

static void
note_replaced(const char *error)
{
	persist.complete = false;
	if (error[0] != '\0')
		log_error("%s; saving everything in a new one", error);
	else
		log_notice("%s was moved or removed; saving everything in a new one", persist.path);
}

static enum monitor_scope
scope_of(enum writer_occasion occasion)
{
	if (!persist.complete)
		return MONITOR_ALL;
	return occasion == WRITER_ASKED ? MONITOR_CHANGES : MONITOR_MANAGERS;
}

static bool
save_as_needed(enum writer_occasion occasion, uint32_t *last_id)
{
	const bool last = occasion == WRITER_LAST;
	char error[PLACE_ERROR_LEN] = "";
	enum store_saved saved = save_scope(scope_of(occasion), last, last_id, error);

	if (saved == STORE_NEEDS_ALL) {
		note_replaced(error);
		error[0] = '\0';
		saved = save_scope(MONITOR_ALL, last, last_id, error);
	}
	if (saved == STORE_NEEDS_ALL && error[0] == '\0')
		snprintf(error, sizeof(error), "%s was moved or removed again", persist.path);
	persist.complete = persist.complete || saved == STORE_SAVED;
	note_trouble(error);
	return saved == STORE_SAVED;
}

/* One line each time that it begins. */
static void
note_forgotten(uint32_t forgotten, bool saved)
{
	static bool logged;

	if (forgotten != persist.forgotten && !logged)
		log_warning("more than %d events could not be saved: the oldest of them will be "
			    "missing in %s",
			    EVENTS_UNSAVED_MAX, persist.path);
	logged = !saved && (logged || forgotten != persist.forgotten);
	persist.forgotten = forgotten;
}

/* After a failure, too: an event that is announced, and perhaps announced again after a
 * crash, is better than one that is lost.  Returns how many were forgotten so far. */
static uint32_t
release(uint32_t last_id, bool saved)
{
	struct monitor *m = shared_lock(persist.shared);
	const uint32_t forgotten = events_counts(monitor_events(m)).forgotten;

	if (!saved)
		monitor_note_unsaved(m);
	monitor_release(m, last_id);
	shared_unlock(persist.shared);
	return forgotten;
}

/* So that what is left is one file. */
static void
close_store(void)
{
	store_free(persist.store);
	persist.store = NULL;
}

static bool
save(void *ctx, enum writer_occasion occasion)
{
	uint32_t last_id;
	bool saved;

	(void)ctx;
	if (!atomic_load(&persist.restored))
		return true;
	monitor_begin_save(shared_lock(persist.shared), clock_now());
	shared_unlock(persist.shared);
	saved = save_as_needed(occasion, &last_id);
	note_forgotten(release(last_id, saved), saved);
	if (occasion == WRITER_LAST)
		close_store();
	return saved;
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

int
persist_start(const struct conf *config, struct shared *shared)
{
	const struct writer_job job = {.start = start, .save = save, .period_s = PERIOD_S};

	persist.path = conf_state_file(config);
	persist.shared = shared;
	persist.limits = (struct store_limits){
	    /* Those that the configuration expects may come on top of a full table. */
	    .managers = larger(2 * config->monitor.inventory.max_managers, MANAGERS_MIN),
	    .events = config->monitor.event_log,
	};
	if (persist.path == NULL)
		return 0;
	writer = writer_start(&job);
	if (writer != NULL)
		return 0;
	log_error("cannot start the thread that saves: %s", strerror(errno));
	return -1;
}

int
persist_loaded_fd(void)
{
	return writer != NULL ? writer_started_fd(writer) : -1;
}

static int
restore(const struct conf *config, struct shared *shared, const struct state *state)
{
	struct monitor *monitor = shared_lock(shared);
	const int status = monitor_restore(monitor, state, clock_now());

	if (state->quiet && !config->announce_first)
		monitor_start_quietly(monitor);
	shared_unlock(shared);
	return status;
}

static void
log_loaded(const struct found *found)
{
	if (found->loaded == STORE_LOADED)
		log_info("%s: loaded %zu managers", persist.path, found->state.manager_count);
	if (found->clamped > 0)
		log_warning(
		    "%s: saved by a clock that was ahead, or the clock is behind now: times "
		    "in the future are replaced by the current time (managers: %zu)",
		    persist.path, found->clamped);
}

static void
begin_to_save(struct shared *shared)
{
	atomic_store(&persist.restored, true);
	monitor_start_saving(shared_lock(shared));
	shared_unlock(shared);
	writer_ask(writer, WRITER_NOW);
}

int
persist_restore(const struct conf *config, struct shared *shared)
{
	struct found *found = &persist.found;
	int status;

	if (found->refused)
		return -1;
	if (found->loaded == STORE_UNREAD) {
		log_error("cannot load the state: %s", found->error);
		return -1;
	}
	status = restore(config, shared, &found->state);
	if (status < 0)
		log_error("cannot restore the state: %s", strerror(ENOMEM));
	else
		log_loaded(found);
	state_clear(&found->state);
	if (status == 0 && writer != NULL)
		begin_to_save(shared);
	return status;
}

void
persist_ask(enum writer_urgency urgency)
{
	if (writer != NULL)
		writer_ask(writer, urgency);
}

static void
log_hang(void)
{
	if (atomic_load(&persist.restored))
		log_error("saving the state in %s takes longer than %d s, a disk may hang: "
			  "notifications may be delayed by up to ten seconds",
			  persist.path, WRITER_HANG_S);
	else
		log_error("loading the state from %s takes longer than %d s, a disk may hang: "
			  "waiting for it",
			  persist.path, WRITER_HANG_S);
}

void
persist_watch(void)
{
	int seconds;

	if (writer == NULL)
		return;
	switch (writer_watch(writer, &seconds)) {
	case WRITER_NO_NEWS:
		break;
	case WRITER_HANGS:
		log_hang();
		break;
	case WRITER_HANGS_NO_MORE:
		log_notice("%s no longer hangs, after %d s", persist.path, seconds);
		break;
	}
}

void
persist_finish(int timeout_ms)
{
	if (writer != NULL && !writer_finish(writer, timeout_ms))
		log_warning("the latest changes may not be saved in %s", persist.path);
}
