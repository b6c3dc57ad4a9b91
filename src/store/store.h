/* SPDX-License-Identifier: BSD-2-Clause */
/* store.h - the saved state and the history of events, in an SQLite database.
 *
 * Beside PATH there are PATH.lock, which is locked as long as the process lives, PATH-wal
 * and PATH-shm, which belong to the database, and PATH.bad (PATH.bad.2, ...), a damaged one
 * that was renamed.  Only their owner has access (mode 0600).
 *
 * PATH-wal, to which each save is written first, is emptied when it reaches 4 megabytes.
 * While another program reads within one transaction, as sqlite3(1) does while its output
 * blocks, it cannot be emptied: it grows until that program ends, or the disk is full.
 *
 * Not thread-safe: one thread at a time, and no fork(2) after store_load().  Errors are
 * logged by the caller.
 */
#ifndef STORE_H
#define STORE_H

#include <stddef.h>
#include <stdint.h>

#include "core/record.h"
#include "store/place.h"

struct store;

#define STORE_HISTORY 100000     /* events kept, apart from those that are queued */
#define STORE_QUEUED_MAX 1000000 /* events queued; the maximum of queueLimit */

/* Lock `path`, which is absolute and copied, as place_open() describes.  *out is set unless
 * the place is refused.  No database is opened yet. */
enum place_status store_new(struct store **out, const char *path, char error[PLACE_ERROR_LEN]);

/* Close the database and release the lock; store_free(NULL) is allowed. */
void store_free(struct store *store);

/* How much is loaded: a file with more managers is refused; of the events, this number, the
 * last ones, and all that are queued. */
struct store_limits {
	size_t managers, events;
};

enum store_loaded {
	STORE_LOADED,
	STORE_NONE,    /* there was no database */
	STORE_DAMAGED, /* it was damaged, foreign or newer, and was renamed; see error */
	STORE_UNREAD,  /* it cannot be read at present, but may be valid; see error */
};

/* Open the database and read it; every value is checked.  *state must be released with
 * state_clear(), and is empty unless STORE_LOADED.  The time in which no daemon ran does not
 * count as silence: a manager last heard a minute before the last save was heard a minute
 * before `now`.  Wall times in the future, because the clock was ahead, become now.wall_ms;
 * *clamped is the number of managers that had any. */
enum store_loaded store_load(struct store *store, const struct store_limits *limits,
			     struct moment now, struct state *state, size_t *clamped,
			     char error[PLACE_ERROR_LEN]);

enum store_saved {
	STORE_SAVED,
	STORE_NEEDS_ALL, /* the database is new, because the last one was moved, removed or is
			  * damaged (and was renamed: see error, which is "" otherwise): call
			  * again at once with MONITOR_ALL */
	STORE_FAILED,    /* nothing is changed; error has the reason; try again later */
};

/* Save in one transaction, which is on disk when this returns STORE_SAVED.  Before that,
 * the place is checked, created and locked, and the database opened, if this could not be
 * done so far.  all: *changes has the whole state (MONITOR_ALL); other events in an existing
 * database are kept.  now.mono_us is not before that of earlier calls. */
enum store_saved store_save(struct store *store, const struct changes *changes, bool all,
			    struct moment now, char error[PLACE_ERROR_LEN]);

#endif /* STORE_H */
