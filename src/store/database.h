/* SPDX-License-Identifier: BSD-2-Clause */
/* database.h - a connection to an SQLite database that may hold anything, and its errors in
 * words.
 */
#ifndef DATABASE_H
#define DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Open the file, which is there, and whose path has no symbolic links.  *db is to be closed
 * by sqlite3_close() also if an error of SQLite's is returned, and may be NULL then. */
int database_open(sqlite3 **db, const char *path);

/* The same for reading only, for a disk that is full or read-only: nothing is made beside
 * it.  Unlocked: without -wal. */
int database_open_readonly(sqlite3 **db, const char *path);
int database_open_unlocked(sqlite3 **db, const char *path);

/* Switch to a write-ahead log, which has an effect if it is new. */
int database_use_wal(sqlite3 *db);

/* Read all of its pages, and compare tables with indexes: 30 ms for 10000 managers and
 * 100000 events.  Returns SQLITE_OK or an error of SQLite's: SQLITE_CORRUPT, with no
 * more in it than this, comes with *error. */
int database_check(sqlite3 *db, char *error, size_t size);

/* The number that a SELECT returns; unchanged if it returns nothing.  sql NULL: out of memory.
 * Returns SQLITE_OK or an error. */
int database_ask(sqlite3 *db, const char *sql, int64_t *answer);

/* Whether an error is one of what is in the file, so that it will not pass. */
bool database_is_damaged(sqlite3 *db, int code);

/* The reason of an error that has just been returned, fit for a log: "No space left on
 * device".  Returns buf. */
const char *database_reason(sqlite3 *db, int code, char *buf, size_t size);

#endif /* DATABASE_H */
