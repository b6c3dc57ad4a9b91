/* SPDX-License-Identifier: BSD-2-Clause */
/* place.h - the files of a database that is used by one process, apart from what is in
 * them.
 *
 * Beside PATH there are PATH.lock, which is locked as long as the process lives, PATH-wal,
 * PATH-shm and PATH-journal, which belong to the database, and PATH.bad (PATH.bad.2, ...)
 * where a damaged one was put, with its PATH.bad-wal.  All are for their owner only.
 *
 * No file of the database is opened here, except for a new one before it has a content:
 * closing it would release the locks that SQLite holds on it for this process.
 *
 * Not thread-safe: one thread at a time.  Whoever calls logs.
 */
#ifndef PLACE_H
#define PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "store/place_check.h"

struct place;

#define PLACE_ASIDE_MAX 99 /* limit of damaged files that are kept */

/* Lock `path`, which is absolute and copied; its directory is made (mode 0700) if only
 * that is missing.  To be called by the user who will write, so after privileges
 * are dropped, and by the process that stays: a lock is shared with all children.
 *
 * PLACE_REFUSED, with *error naming path and what would be right: another process has the
 * lock (or this one, with another struct place); one of the files above, except for
 * PATH.bad, is there and is no regular file (a symbolic link is none) or is not owned by
 * this user; others than its owner and root may replace files in the directory (it belongs
 * to another user, or is writable by others and not sticky); permission is denied; part of
 * the path is missing, no directory or too long; there is no memory.
 * PLACE_DEGRADED, with *error: directory or lock file cannot be made or looked at,
 * as the disk is full or read-only or fails.  *out is to be used all the same.
 * *out is set unless refused. */
enum place_status place_open(struct place **out, const char *path, char error[PLACE_ERROR_LEN]);

/* Release the lock.  The files stay. */
void place_close(struct place *place);

/* As given to place_open(). */
const char *place_path(const struct place *place);

/* Check everything again, as place_open() does, and lock again if the lock file is no
 * longer the one that was locked, or could not be locked so far. */
enum place_status place_renew(struct place *place, char error[PLACE_ERROR_LEN]);

/* The path without symbolic links among its directories, for the caller to free; or NULL
 * with errno. */
char *place_real_path(const struct place *place);

/* The size of PATH followed by suffix, or -1 with errno. */
long long place_size(const struct place *place, const char *suffix);

/* Make an empty PATH, of which there is none or another empty one, and remove what is left
 * of another database.  On disk when it returns.  Returns 0, or -1 with *error. */
int place_create(struct place *place, char error[PLACE_ERROR_LEN]);

/* Whether PATH-wal and PATH-shm are there or can be made: SQLite reports the error of a
 * second attempt, to read what is not there.  Returns 0, or -1 with errno. */
int place_probe(const struct place *place);

/* Remember which files PATH, PATH-wal and PATH-shm are now, while SQLite has them open. */
void place_remember(struct place *place);

/* Whether PATH, or all three, are still the files remembered; to be asked while SQLite
 * has them open. */
bool place_has_database(const struct place *place);
bool place_has_files(const struct place *place);

/* Remove PATH-wal and PATH-shm if they are still those remembered: PATH is not. */
void place_remove_rest(struct place *place);

/* Put the database aside, with its PATH-wal and PATH-journal, under the first free name,
 * which goes to name[].  Returns 0, or -1 with errno: EEXIST when all names are taken. */
int place_keep_aside(struct place *place, char *name, size_t size);

#endif /* PLACE_H */
