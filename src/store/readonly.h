/* SPDX-License-Identifier: BSD-2-Clause */
/* readonly.h - opens a database for reading so that no file beside it is created, changed or
 * removed.
 *
 * By default, even a reader of a database in WAL mode creates PATH-wal and PATH-shm, may
 * rebuild the index in PATH-shm, and removes PATH-wal if the database is empty.  A process
 * of root must not do that, and on a read-only disk it cannot be done.
 */
#ifndef READONLY_H
#define READONLY_H

#include <sqlite3.h>
#include <stdbool.h>

/* Open the database at `path`, which is absolute.  wal: PATH-wal exists; otherwise the
 * database is read as it is, whatever its journal mode.  One connection at a time.  Returns
 * the result of sqlite3_open_v2(); *db must be closed in either case. */
int readonly_open(const char *path, bool wal, sqlite3 **db);

/* Whether reads since readonly_open() were protected from writers by locks.  If not, there
 * was no PATH-wal, or no PATH-shm for locks, so there was no writer, or it has started since:
 * what was read is valid only if no file has changed meanwhile. */
bool readonly_is_guarded(void);

#endif /* READONLY_H */
