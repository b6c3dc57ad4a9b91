/* SPDX-License-Identifier: BSD-2-Clause */
/* database.h - a connection to an SQLite database, whose contents are untrusted, and
 * descriptions of its errors.
 */
#ifndef DATABASE_H
#define DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Open the file, which must exist, and whose path has no symbolic links.  Returns SQLITE_OK
 * or an SQLite error; *db, which may be NULL then, must be closed with sqlite3_close() in
 * either case. */
int database_open(sqlite3 **db, const char *path);

/* Open it for reading only, also on a disk that is full or read-only: no file is created,
 * changed or removed, except that a -wal that a daemon removes at this very moment may be
 * created again, empty.  *locked: what is read is protected from writers by locks; if not,
 * there is no -wal, or no -shm for locks, so no writer has it open or one has started since:
 * what was read is valid only if no file has changed meanwhile. */
int database_open_readonly(sqlite3 **db, const char *path, bool *locked);

/* Switch a new database to a write-ahead log; no effect on others. */
int database_use_wal(sqlite3 *db);

/* Read all pages, and compare tables with indexes: 30 ms for 10000 managers and 100000
 * events.  Returns SQLITE_OK or an SQLite error; *error is set if that is SQLITE_CORRUPT
 * itself, not one of its extended codes. */
int database_check(sqlite3 *db, char *error, size_t size);

/* Store the number that a SELECT returns in *answer, which is unchanged if there is no row.
 * sql may be NULL, for lack of memory.  Returns SQLITE_OK or an SQLite error. */
int database_ask(sqlite3 *db, const char *sql, int64_t *answer);

/* Whether an error is caused by the contents of the file, so that trying again is useless. */
bool database_is_damaged(sqlite3 *db, int code);

/* Whether another program has locked it, and SQLite has waited a second for that to end. */
bool database_is_locked(int code);

/* Describe an error that has just been returned, for the log: "No space left on device".
 * Returns buf. */
const char *database_reason(sqlite3 *db, int code, char *buf, size_t size);

#endif /* DATABASE_H */
