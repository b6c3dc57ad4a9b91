/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/persist.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/ids.h"
#include "core/monitor.h"
#include "store/state.h"
#include "store/statefile.h"
#include "store/writer.h"

#define PERIOD_S 600 /* how old the file's "last heard" may be */

/* Beyond any use, and yet no danger to memory: a lower maxManagers or queueLimit
 * must not make yesterday's file unreadable. */
#define RECORDS_MIN 100000

/* Once the writer is started, its thread alone uses these, `final` excepted. */
static struct {
	struct statefile *file;            /* NULL: none */
	const char *path;                  /* the configuration's */
	char trouble[STATEFILE_ERROR_LEN]; /* why it cannot be written to; "": it can */
	struct shared *shared;             /* the monitor */
	atomic_bool final;                 /* the last save is asked for */
} persist;

static struct writer *writer;

int
persist_open(const struct conf *config)
{
	char error[STATEFILE_ERROR_LEN] = "";

	persist.path = conf_state_file(config);
	if (persist.path == NULL)
		return 0;
	switch (statefile_open(&persist.file, persist.path, error)) {
	case STATEFILE_OK:
		return 0;
	case STATEFILE_DEGRADED:
		strlcpy(persist.trouble, error, sizeof(persist.trouble));
		return 0;
	case STATEFILE_REFUSED:
		break;
	}
	log_error("stateFile %s", error);
	return -1;
}

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

/* Memory is allocated without holding the lock, because that takes long.  *last_id is
 * the id of the last event, even if no events are left. */
static bool
export_state(struct state *state, uint32_t *last_id)
{
	bool done, has_room = true;

	*state = (struct state){0};
	do {
		const struct monitor *m = shared_lock(persist.shared);

		done = monitor_export(m, state, clock_now());
		*last_id = events_last_id(monitor_events(m));
		shared_unlock(persist.shared);
		if (!done)
			has_room = make_room(state);
	} while (!done && has_room);
	if (!done)
		state_clear(state);
	return done;
}

/* NULL: out of memory. */
static char *
encode(uint32_t *last_id, uint32_t *reserved_id, size_t *len)
{
	struct state state;
	char *text;

	if (!export_state(&state, last_id))
		return NULL;
	/* Reserve ids for the events until the next save, unless this is the last one. */
	state.last_id = *reserved_id = persist.final ? *last_id : ids_reserve(*last_id);
	text = state_encode(&state, len);
	state_clear(&state);
	return text;
}

static bool
save(void *ctx, size_t *octets)
{
	char error[STATEFILE_ERROR_LEN] = "";
	uint32_t last_id, reserved_id = 0;
	char *text = encode(&last_id, &reserved_id, octets);

	(void)ctx;
	if (text == NULL)
		strlcpy(error, strerror(ENOMEM), sizeof(error));
	else
		(void)statefile_replace(persist.file, text, *octets, error);
	free(text);
	note_trouble(error);
	/* After a failure, too: an event that is announced, and perhaps announced again
	 * after a crash, is better than one that is lost. */
	monitor_release(shared_lock(persist.shared), last_id, error[0] == '\0' ? reserved_id : 0);
	shared_unlock(persist.shared);
	return error[0] == '\0';
}

static void
keep_aside(const char *why)
{
	char name[STATEFILE_ERROR_LEN];

	if (statefile_keep_aside(persist.file, name, sizeof(name)) == 0)
		log_error("%s: %s; renamed to %s, starting without it", persist.path, why, name);
	else
		log_error("%s: %s; starting without it, cannot rename it: %s", persist.path, why,
			  strerror(errno));
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Where ids go on when no file tells: some were given, if one was ever put aside. */
static uint32_t
lost_last_id(void)
{
	char text[STATE_SALVAGE_LEN];
	struct random random;
	uint32_t last_id = 0;
	bool any = false;

	for (int i = 1; i <= STATEFILE_ASIDE_MAX; i++) {
		const ssize_t len = statefile_read_aside(persist.file, i, text, sizeof(text));
		const uint32_t salvaged = len > 0 ? state_salvage_last_id(text, (size_t)len) : 0;

		last_id = salvaged > last_id ? salvaged : last_id;
		any = any || len >= 0;
	}
	arc4random_buf(&random.state, sizeof(random.state));
	return any ? ids_leap(last_id, &random) : 0;
}

static void
clamp_times(struct state *state)
{
	const size_t count = state_clamp_times(state, clock_now().wall_ms);

	if (count > 0)
		log_warning(
		    "%s: saved by a clock that was ahead, or the clock is behind now: times "
		    "in the future are replaced by the current time (managers: %zu)",
		    persist.path, count);
}

enum loaded {
	LOADED,
	LOADED_NOTHING,
	LOADED_NOT, /* the file may be good */
};

/* Whether reading failed for a reason other than the contents of the file. */
static bool
is_our_trouble(int error)
{
	return error == ENOMEM || error == EACCES || error == EMFILE || error == ENFILE;
}

/* LOADED_NOT comes with errno. */
static enum loaded
load(const struct conf *config, struct state *state)
{
	/* Those that the configuration expects may come on top of a full table. */
	const struct state_limits limits = {
	    .managers = larger(2 * config->monitor.inventory.max_managers, RECORDS_MIN),
	    .events = larger(config->monitor.event_log + config->monitor.queue_limit, RECORDS_MIN),
	};
	struct state_error error;
	size_t len;
	char *text = statefile_read(persist.file, state_max_len(&limits), &len);
	enum loaded loaded = LOADED_NOTHING;

	if (text != NULL && state_decode(state, text, len, &limits, &error) == 0) {
		loaded = LOADED;
		clamp_times(state);
	} else if (is_our_trouble(errno)) {
		loaded = LOADED_NOT;
	} else if (text == NULL && errno == ENOENT) {
		log_info("%s does not exist yet, starting without a state", persist.path);
	} else if (text == NULL) {
		/* A copy, because keep_aside() may call strerror() as well. */
		strlcpy(error.text, strerror(errno), sizeof(error.text));
		keep_aside(error.text);
	} else {
		state->last_id = state_salvage_last_id(text, len);
		keep_aside(error.text);
	}
	free(text);
	if (loaded == LOADED_NOTHING && state->last_id == 0)
		state->last_id = lost_last_id();
	return loaded;
}

int
persist_load(const struct conf *config, struct shared *shared)
{
	struct state state = {0};
	const enum loaded loaded = persist.file != NULL ? load(config, &state) : LOADED_NOTHING;
	int error = errno, status = -1;

	if (loaded != LOADED_NOT) {
		status = monitor_restore(shared_lock(shared), &state, clock_now());
		shared_unlock(shared);
		error = ENOMEM;
	}
	if ((loaded == LOADED_NOTHING || state.quiet) && !config->announce_first) {
		monitor_start_quietly(shared_lock(shared));
		shared_unlock(shared);
	}
	if (status < 0)
		log_error("cannot load the state of %s: %s", persist.path, strerror(error));
	else if (loaded == LOADED)
		log_info("%s: loaded %zu managers", persist.path, state.manager_count);
	state_clear(&state);
	return status;
}

int
persist_start(struct shared *shared)
{
	const struct writer_job job = {.save = save, .period_s = PERIOD_S};
	size_t octets = 0;
	bool saved;

	if (persist.file == NULL)
		return 0;
	if (persist.trouble[0] != '\0')
		log_error("the state is not saved: %s", persist.trouble);
	persist.shared = shared;
	/* Before there can be an event, so that its id is on disk as taken. */
	saved = save(NULL, &octets);
	writer = writer_start(&job);
	if (writer == NULL) {
		log_error("cannot start the thread that saves: %s", strerror(errno));
		return -1;
	}
	monitor_start_saving(shared_lock(shared));
	shared_unlock(shared);
	if (!saved)
		writer_ask(writer, WRITER_SOON);
	return 0;
}

void
persist_ask(enum writer_urgency urgency)
{
	if (writer != NULL)
		writer_ask(writer, urgency);
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
		log_error("saving the state in %s takes longer than %d s, a disk may hang: "
			  "notifications may be delayed by up to ten seconds",
			  persist.path, WRITER_HANG_S);
		break;
	case WRITER_HANGS_NO_MORE:
		log_notice("saving the state in %s no longer hangs, after %d s", persist.path,
			   seconds);
		break;
	}
}

void
persist_finish(int timeout_ms)
{
	if (writer == NULL)
		return;
	persist.final = true;
	if (!writer_finish(writer, timeout_ms))
		log_warning("the latest changes may not be saved in %s", persist.path);
}
