/* SPDX-License-Identifier: BSD-2-Clause */
/* store.h - the saved state and the history of events, in an SQLite database.
 *
 * Beside PATH there are PATH.lock, which is locked as long as the process lives, PATH-wal
 * and PATH-shm, which belong to the database, and PATH.bad (PATH.bad.2, ...) where a
 * damaged one was put.  All are for their owner only (mode 0600).
 *
 * PATH-wal, where each save goes first, is emptied when it has 4 megabytes.  While another
 * program reads within one transaction, as sqlite3(1) does when its output is not taken, it
 * cannot be emptied: it grows by what is saved until that program ends, or the disk is full.
 *
 * Not thread-safe: one thread at a time, and no fork(2) after store_load().  Whoever calls
 * logs.
 */
#ifndef STORE_H
#define STORE_H

#include <stddef.h>
#include <stdint.h>

#include "core/record.h"
#include "store/place.h"

struct store;

#define STORE_HISTORY 100000     /* events kept, apart from those that are queued */
#define STORE_QUEUED_MAX 1000000 /* as many as may be queued: see queueLimit */

/* Lock `path`, which is absolute and copied, as place_open() describes.  *out is set unless
 * the place is refused.  No database is opened yet. */
enum place_status store_new(struct store **out, const char *path, char error[PLACE_ERROR_LEN]);

/* Close the database and release the lock; store_free(NULL) is allowed. */
void store_free(struct store *store);

/* How much may be loaded: more than managers is refused; of the events, the last ones and
 * all that are queued. */
struct store_limits {
	size_t managers, events;
};

enum store_loaded {
	STORE_LOADED,
	STORE_NONE,    /* there was no database */
	STORE_DAMAGED, /* it was damaged, foreign or newer and is kept aside; error says it all */
	STORE_UNREAD,  /* it cannot be read now, but may be good; error has the reason */
};

/* Open the database and read it; every value is checked.  *state is to be released with
 * state_clear(), and is empty unless STORE_LOADED.  The time in which no daemon ran does not
 * count as silence: a manager last heard a minute before the last save was heard a minute
 * before `now`.  Wall times that are in the future, because the clock was ahead, become
 * now.wall_ms; *clamped is the number of managers with such. */
enum store_loaded store_load(struct store *store, const struct store_limits *limits,
			     struct moment now, struct state *state, size_t *clamped,
			     char error[PLACE_ERROR_LEN]);

enum store_saved {
	STORE_SAVED,
	STORE_NEEDS_ALL, /* the database is new, as the last one was moved, removed or is
			  * damaged (kept aside then, which error says, else it is ""): call again
			  * at once with MONITOR_ALL */
	STORE_FAILED,    /* error has the reason, nothing is changed; try again later */
};

/* Save in one transaction, which is on disk when this returns STORE_SAVED.  The place is
 * checked, made and locked first where that could not be done so far, and so is the
 * database.  all: *changes has everything (MONITOR_ALL); a database that is there keeps its
 * other events.  now.mono_us is not before that of earlier calls. */
enum store_saved store_save(struct store *store, const struct changes *changes, bool all,
			    struct moment now, char error[PLACE_ERROR_LEN]);

#endif /* STORE_H */
