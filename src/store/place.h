/* SPDX-License-Identifier: BSD-2-Clause */
/* place.h - the files of a database that one process uses, but not their contents.
 *
 * Beside PATH there are PATH.lock, which is locked as long as the process lives, PATH-wal,
 * PATH-shm and PATH-journal, which belong to the database, and PATH.bad (PATH.bad.2, ...),
 * a damaged one that was renamed, with its PATH.bad-wal.  Only their owner has access.
 *
 * No file of the database is opened here, except for a new one before it has any contents:
 * closing it would release the locks that SQLite holds on it for this process.
 *
 * Not thread-safe: one thread at a time.  Errors are logged by the caller.
 */
#ifndef PLACE_H
#define PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "store/place_check.h"

struct place;

#define PLACE_ASIDE_MAX 99 /* damaged files that are kept */

/* Lock `path`, which is absolute and copied; its directory is created (mode 0700) if only
 * that is missing.  Call it after privileges are dropped, and after fork(2): children share
 * the lock.
 *
 * PLACE_REFUSED, with *error naming path and what would be right: another process has the
 * lock (or this one, with another struct place); one of the files above, except for
 * PATH.bad, is not a regular file (a symbolic link is not) or is not owned by this user;
 * users other than its owner and root may replace files in the directory (it belongs to
 * another user, or is writable by others and not sticky); permission is denied; part of the
 * path is missing, not a directory or too long; there is no memory.
 * PLACE_DEGRADED, with *error: the directory or the lock file cannot be created or examined,
 * because the disk is full or read-only or fails.  *out can be used nevertheless.
 * *out is set unless refused. */
enum place_status place_open(struct place **out, const char *path, char error[PLACE_ERROR_LEN]);

/* Release the lock.  No file is removed. */
void place_close(struct place *place);

/* As given to place_open(). */
const char *place_path(const struct place *place);

/* Check everything again, as place_open() does, and lock again if the lock file was replaced
 * or could not be locked so far. */
enum place_status place_renew(struct place *place, char error[PLACE_ERROR_LEN]);

/* The path with the symbolic links of its directories resolved, valid until the next call
 * with this place; or NULL with errno. */
const char *place_real_path(struct place *place);

/* Whether PATH does not exist, or is an empty file, which a crash leaves where a new
 * database was made. */
bool place_is_empty(const struct place *place);

/* Create PATH, which must not exist unless it is empty, as an empty file, and remove the
 * other files of a previous database.  On disk when it returns.  Returns 0, or -1 with
 * *error. */
int place_create(struct place *place, char error[PLACE_ERROR_LEN]);

/* Check that PATH-wal and PATH-shm exist or can be created: SQLite itself would only report
 * the error of a second attempt, to open them for reading.  Returns 0, or -1 with errno. */
int place_probe(struct place *place);

/* Remember which files PATH, PATH-wal and PATH-shm are now, while SQLite has them open. */
void place_remember(struct place *place);

/* Whether PATH, or all three, are still the files remembered; to be called while SQLite has
 * them open. */
bool place_has_database(struct place *place);
bool place_has_files(struct place *place);

/* Remove PATH-wal and PATH-shm if they are still the files remembered, after PATH was
 * replaced. */
void place_remove_rest(struct place *place);

/* Rename the database, with its PATH-wal and PATH-journal, to the first free name, which is
 * stored in name[].  Returns 0, or -1 with errno: EEXIST if all names are taken. */
int place_keep_aside(struct place *place, char *name, size_t size);

#endif /* PLACE_H */
