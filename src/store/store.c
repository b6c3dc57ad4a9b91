/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/store.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/database.h"
#include "store/load.h"
#include "store/save.h"
#include "store/schema.h"

#define WHY_LEN 320

struct store {
	struct place *place;
	sqlite3 *db;   /* NULL: not open */
	bool complete; /* it has everything but the changes since the last save, also if it is
			* not open */

	/* The clock that counts only while daemons run with this database: */
	bool started;
	int64_t runtime_us; /* at this monotonic time: */
	int64_t since_us;
};

enum opened {
	OPENED,
	OPENED_EMPTY, /* there is nothing in it */
	OPENED_DAMAGED,
	OPENED_LOCKED, /* another program has locked it */
	OPENED_NOT,
};

enum place_status
store_new(struct store **out, const char *path, char error[PLACE_ERROR_LEN])
{
	struct store *store = calloc(1, sizeof(*store));
	enum place_status status;

	if (store == NULL) {
		place_failed(error, "use", path, ENOMEM);
		return PLACE_REFUSED;
	}
	status = place_open(&store->place, path, error);
	if (status == PLACE_REFUSED)
		free(store);
	else
		*out = store;
	return status;
}

static void
close_database(struct store *store)
{
	sqlite3_close(store->db);
	store->db = NULL;
}

void
store_free(struct store *store)
{
	if (store == NULL)
		return;
	close_database(store);
	place_close(store->place);
	free(store);
}

static void
start_clock(struct store *store, int64_t runtime_us, struct moment now)
{
	store->started = true;
	store->runtime_us = runtime_us;
	store->since_us = now.mono_us;
}

static int64_t
runtime_us(struct store *store, struct moment now)
{
	if (!store->started)
		start_clock(store, 0, now);
	return store->runtime_us + now.mono_us - store->since_us;
}

/* "cannot WHAT PATH: REASON". */
static void
explain(const struct store *store, const char *what, int code, char *error)
{
	char reason[WHY_LEN];

	database_reason(store->db, code, reason, sizeof(reason));
	if ((code & 0xff) == SQLITE_CANTOPEN && place_probe(store->place) < 0)
		snprintf(reason, sizeof(reason), "%s", strerror(errno));
	place_say(error, "cannot %s %s: %s", what, place_path(store->place), reason);
}

/* An error of SQLite's while it was opened. */
static enum opened
fail_to_open(struct store *store, const char *what, int code, char *error)
{
	if (database_is_damaged(store->db, code)) {
		/* error may have the reason already. */
		if (error[0] == '\0')
			database_reason(store->db, code, error, PLACE_ERROR_LEN);
		return OPENED_DAMAGED;
	}
	explain(store, what, code, error);
	return database_is_locked(code) ? OPENED_LOCKED : OPENED_NOT;
}

static enum opened
examine(struct store *store, const char *what, char *error)
{
	enum schema_verdict verdict = schema_check(store->db, error, PLACE_ERROR_LEN);
	int code;

	switch (verdict) {
	case SCHEMA_WRONG:
		return OPENED_DAMAGED;
	case SCHEMA_UNKNOWN:
		return fail_to_open(store, what, sqlite3_extended_errcode(store->db), error);
	case SCHEMA_OURS:
	case SCHEMA_EMPTY:
		break;
	}
	code = database_check(store->db, error, PLACE_ERROR_LEN);
	if (code != SQLITE_OK)
		return fail_to_open(store, what, code, error);
	return verdict == SCHEMA_EMPTY ? OPENED_EMPTY : OPENED;
}

typedef int open_fn(sqlite3 **db, const char *path);

/* For OPENED_DAMAGED *error is the reason, without the path. */
static enum opened
open_database(struct store *store, open_fn *open, const char *what, char *error)
{
	const char *path = place_real_path(store->place);
	enum opened opened;
	int code;

	error[0] = '\0';
	if (path == NULL) {
		place_failed(error, what, place_path(store->place), errno);
		return OPENED_NOT;
	}
	code = open(&store->db, path);
	opened = code == SQLITE_OK ? examine(store, what, error)
				   : fail_to_open(store, what, code, error);
	if (opened >= OPENED_LOCKED)
		close_database(store);
	return opened;
}

/* Its -wal stays as it is, too.  Returns 0, or -1 if it could not be renamed. */
static int
keep_aside(struct store *store, const char *why, char *error)
{
	char reason[WHY_LEN], name[PLACE_ERROR_LEN];
	const char *path = place_path(store->place);

	snprintf(reason, sizeof(reason), "%s", why);
	if (store->db != NULL)
		sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	close_database(store);
	store->complete = false;
	if (place_keep_aside(store->place, name, sizeof(name)) == 0) {
		place_say(error, "%s: %s; renamed to %s", path, reason, name);
		return 0;
	}
	place_say(error, "%s: %s; cannot rename it: %s", path, reason, strerror(errno));
	return -1;
}

static int
open_readonly(sqlite3 **db, const char *path)
{
	bool locked;

	return database_open_readonly(db, path, &locked);
}

/* Also where -wal and -shm cannot be made, because the disk is full or read-only; but past
 * the lock of another program there may be half a transaction. */
static enum opened
open_to_read(struct store *store, char *error)
{
	char error_again[PLACE_ERROR_LEN];
	enum opened opened = open_database(store, database_open, "read", error);

	if (opened != OPENED_NOT)
		return opened;
	opened = open_database(store, open_readonly, "read", error_again);
	if (opened < OPENED_LOCKED)
		memcpy(error, error_again, sizeof(error_again));
	return opened;
}

static enum store_loaded
read_database(struct store *store, const struct store_limits *limits, struct moment now,
	      struct state *state, size_t *clamped, char *error)
{
	struct load load = {
	    .managers = limits->managers,
	    .events = limits->events,
	    .queued = STORE_QUEUED_MAX,
	    .history = STORE_HISTORY + STORE_QUEUED_MAX,
	    .now_ms = now.wall_ms,
	};
	char why[WHY_LEN];
	const int code = load_read(store->db, &load, state, why, sizeof(why));

	if (code == SQLITE_OK) {
		start_clock(store, load.runtime_us, now);
		*clamped = load.clamped;
		return STORE_LOADED;
	}
	if (database_is_damaged(store->db, code)) {
		keep_aside(store, why, error);
		return STORE_DAMAGED;
	}
	place_say(error, "cannot read %s: %s", place_path(store->place), why);
	return STORE_UNREAD;
}

enum store_loaded
store_load(struct store *store, const struct store_limits *limits, struct moment now,
	   struct state *state, size_t *clamped, char error[PLACE_ERROR_LEN])
{
	enum store_loaded loaded = STORE_UNREAD;

	*state = (struct state){0};
	*clamped = 0;
	if (place_renew(store->place, error) == PLACE_REFUSED)
		return STORE_UNREAD;
	if (place_is_empty(store->place))
		return STORE_NONE;
	switch (open_to_read(store, error)) {
	case OPENED:
		loaded = read_database(store, limits, now, state, clamped, error);
		break;
	case OPENED_EMPTY:
		loaded = STORE_NONE;
		break;
	case OPENED_DAMAGED:
		keep_aside(store, error, error);
		return STORE_DAMAGED;
	case OPENED_LOCKED:
	case OPENED_NOT:
		break;
	}
	store->complete = loaded == STORE_LOADED;
	if (store->complete)
		place_remember(store->place);
	if (!store->complete || sqlite3_db_readonly(store->db, "main") != 0)
		close_database(store);
	return loaded;
}

/* The file was moved, removed or replaced, or only -wal or -shm was.  Sets *error if
 * what is there now is put aside.  Returns 0, or -1 if it cannot be. */
static int
leave_database(struct store *store, char *error)
{
	const bool moved = !place_has_database(store->place);

	/* What was moved should be complete.  This fails if another program reads it. */
	if (store->db != NULL)
		sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (moved)
		place_remove_rest(store->place);
	close_database(store);
	store->complete = false;
	if (!moved || place_is_empty(store->place))
		return 0;
	return keep_aside(store, "is not the file that was opened", error);
}

/* Open it for a save, and make it if there is none. */
static enum opened
open_to_write(struct store *store, char *error)
{
	enum opened opened;
	int code = SQLITE_OK;

	if (place_is_empty(store->place) && place_create(store->place, error) < 0)
		return OPENED_NOT;
	opened = open_database(store, database_open, "write", error);
	if (opened != OPENED && opened != OPENED_EMPTY)
		return opened;
	if (sqlite3_db_readonly(store->db, "main") != 0)
		code = SQLITE_READONLY;
	else
		code = database_use_wal(store->db);
	if (code == SQLITE_OK)
		return opened;
	opened = fail_to_open(store, "write", code, error);
	if (opened >= OPENED_LOCKED)
		close_database(store);
	return opened;
}

static enum store_saved
put_aside(struct store *store, const char *why, char *error)
{
	return keep_aside(store, why, error) == 0 ? STORE_NEEDS_ALL : STORE_FAILED;
}

static enum store_saved
write_changes(struct store *store, const struct save *save, char *error)
{
	char why[WHY_LEN];
	int code = save_write(store->db, save);

	if (code == SQLITE_OK) {
		store->complete = true;
		return STORE_SAVED;
	}
	if (database_is_damaged(store->db, code)) {
		database_reason(store->db, code, why, sizeof(why));
		save_undo(store->db);
		return put_aside(store, why, error);
	}
	explain(store, "write", code, error);
	save_undo(store->db);
	/* What is in it has to be looked at again. */
	if (!store->complete)
		close_database(store);
	return STORE_FAILED;
}

/* Whether it is still what was opened.  STORE_SAVED: yes, or everything is at hand and can
 * be saved in another one. */
static enum store_saved
check_database(struct store *store, bool all, char *error)
{
	const bool open = store->db != NULL;
	enum store_saved saved = STORE_SAVED;

	if (place_renew(store->place, error) != PLACE_OK)
		return STORE_FAILED;
	if (open ? !place_has_files(store->place)
		 : store->complete && !place_has_database(store->place)) {
		if (leave_database(store, error) < 0)
			return STORE_FAILED;
		if (error[0] != '\0')
			saved = STORE_NEEDS_ALL;
	}
	return store->complete || all ? saved : STORE_NEEDS_ALL;
}

static enum store_saved
open_and_write(struct store *store, struct save *save, char *error)
{
	enum store_saved saved;

	switch (open_to_write(store, error)) {
	case OPENED_DAMAGED:
		return put_aside(store, error, error);
	case OPENED_LOCKED:
	case OPENED_NOT:
		return STORE_FAILED;
	case OPENED_EMPTY:
		store->complete = false;
		save->make = true;
		break;
	case OPENED:
		break;
	}
	if (!store->complete && !save->all)
		return STORE_NEEDS_ALL;
	saved = write_changes(store, save, error);
	if (saved == STORE_SAVED)
		place_remember(store->place);
	return saved;
}

enum store_saved
store_save(struct store *store, const struct changes *changes, bool all, struct moment now,
	   char error[PLACE_ERROR_LEN])
{
	struct save save = {
	    .changes = changes,
	    .all = all,
	    .history = STORE_HISTORY,
	    .saved_ms = now.wall_ms,
	    .runtime_us = runtime_us(store, now),
	};
	enum store_saved saved;

	error[0] = '\0';
	saved = check_database(store, all, error);
	if (saved != STORE_SAVED)
		return saved;
	return store->db != NULL ? write_changes(store, &save, error)
				 : open_and_write(store, &save, error);
}
