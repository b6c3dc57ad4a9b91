/* SPDX-License-Identifier: BSD-2-Clause */
#include "persist.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "core/state.h"
#include "log.h"
#include "statefile.h"
#include "writer.h"

#define PERIOD_S 600 /* how old the file's "last heard" may be */

/* Beyond any use, and yet no danger to memory: a lower maxManagers or queueLimit
 * must not make yesterday's file unreadable. */
#define RECORDS_MIN 100000

/* Once the writer is started, its thread alone uses these, `final` excepted. */
static struct {
	struct statefile *file;            /* NULL: none */
	const char *path;                  /* the configuration's */
	char trouble[STATEFILE_ERROR_LEN]; /* why it cannot be written to; "": it can */
	struct registry *registry;
	void (*on_saved)(void);
	atomic_bool final; /* the last save is asked for */
} persist;

static struct writer *writer;

int
persist_open(const struct config *config)
{
	char error[STATEFILE_ERROR_LEN] = "";

	persist.path = config_state_file(config);
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

/* One line when it begins and one when it is over. */
static void
note_trouble(const char *error)
{
	if (persist.trouble[0] == '\0' && error[0] != '\0')
		log_error("the state is not saved: %s", error);
	else if (persist.trouble[0] != '\0' && error[0] == '\0')
		log_notice("the state is saved again in %s", persist.path);
	strlcpy(persist.trouble, error, sizeof(persist.trouble));
}

static char *
encode(uint32_t *last_id, size_t *len)
{
	struct state state;
	char *text;

	if (registry_export(persist.registry, &state, last_id, persist.final) < 0)
		return NULL;
	text = state_encode(&state, len);
	state_clear(&state);
	return text;
}

static bool
save(void *ctx)
{
	char error[STATEFILE_ERROR_LEN] = "";
	uint32_t last_id;
	size_t len;
	char *text = encode(&last_id, &len);

	(void)ctx;
	if (text == NULL)
		strlcpy(error, strerror(ENOMEM), sizeof(error));
	else
		(void)statefile_replace(persist.file, text, len, error);
	free(text);
	note_trouble(error);
	/* If it failed: better told, and perhaps told again after a crash, than not
	 * at all. */
	registry_release(persist.registry, last_id);
	persist.on_saved();
	return error[0] == '\0';
}

static void
keep_aside(const char *why)
{
	char name[STATEFILE_ERROR_LEN];

	if (statefile_keep_aside(persist.file, name, sizeof(name)) == 0)
		log_error("%s: %s; starting without it, it is kept as %s", persist.path, why, name);
	else
		log_error("%s: %s; starting without it, and it could not be kept aside: %s",
			  persist.path, why, strerror(errno));
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

enum loaded {
	LOADED,
	LOADED_NOTHING,
	LOADED_NOT, /* for want of memory: the file may be good */
};

static enum loaded
load(const struct config *config, struct state *state)
{
	const struct state_limits limits = {
	    .managers = larger(config->max_managers, RECORDS_MIN),
	    .events = larger(config->event_log + config->queue_limit, RECORDS_MIN),
	};
	struct state_error error;
	size_t len;
	char *text = statefile_read(persist.file, state_max_len(&limits), &len);
	enum loaded loaded = LOADED_NOTHING;

	if (text != NULL && state_decode(state, text, len, &limits, &error) == 0) {
		loaded = LOADED;
	} else if (errno == ENOMEM) {
		loaded = LOADED_NOT;
	} else if (text == NULL && errno == ENOENT) {
		log_info("%s: there is none yet, starting without a state", persist.path);
	} else if (text == NULL) {
		keep_aside(strerror(errno));
	} else {
		state->last_id = state_salvage_last_id(text, len);
		keep_aside(error.text);
	}
	free(text);
	return loaded;
}

int
persist_load(const struct config *config, struct registry *registry)
{
	struct state state = {0};
	const enum loaded loaded = persist.file != NULL ? load(config, &state) : LOADED_NOTHING;
	int status = -1;

	if (loaded != LOADED_NOT)
		status = registry_restore(registry, &state, config, clock_now());
	if ((loaded == LOADED_NOTHING || state.quiet) && !config->announce_first)
		registry_start_quietly(registry);
	if (status < 0)
		log_error("%s: %s", persist.path, strerror(ENOMEM));
	else if (loaded == LOADED)
		log_info("%s: %zu managers are known from before", persist.path,
			 state.manager_count);
	state_clear(&state);
	return status;
}

int
persist_start(struct registry *registry, void (*on_saved)(void))
{
	const struct writer_job job = {.save = save, .period_s = PERIOD_S};

	if (persist.file == NULL)
		return 0;
	if (persist.trouble[0] != '\0')
		log_error("the state is not saved: %s", persist.trouble);
	persist.registry = registry;
	persist.on_saved = on_saved;
	writer = writer_start(&job);
	if (writer == NULL) {
		log_error("cannot start the thread that saves: %s", strerror(errno));
		return -1;
	}
	registry_save_with(registry, writer);
	writer_ask(writer, WRITER_NOW);
	return 0;
}

void
persist_finish(int timeout_ms)
{
	if (writer == NULL)
		return;
	persist.final = true;
	if (!writer_finish(writer, timeout_ms))
		log_warning("what was last heard may not be saved in %s", persist.path);
}
