/* SPDX-License-Identifier: BSD-2-Clause */
/* readonly.h - opens a database for reading so that nothing beside it is made, changed or
 * removed.
 *
 * SQLite's own files would be: in WAL mode even a reader makes PATH-wal and PATH-shm, may
 * rebuild the index in PATH-shm, and removes PATH-wal if the database is empty.  Whoever
 * runs as root, or on a read-only disk, must not or cannot do that.
 */
#ifndef READONLY_H
#define READONLY_H

#include <sqlite3.h>
#include <stdbool.h>

/* Open the database at `path`, which is absolute.  wal: PATH-wal is there; without it the
 * database is read as it is, and its journal mode does not matter.  One connection at a
 * time.  Returns as sqlite3_open_v2(), so *db must be closed in any case. */
int readonly_open(const char *path, bool wal, sqlite3 **db);

/* Whether what has been read since readonly_open() was protected from writers by locks.  If
 * not, there was no PATH-wal, or no PATH-shm to put locks on, so there was no writer, or one
 * that has started since: what was read is valid only if no file was changed meanwhile. */
bool readonly_is_guarded(void);

#endif /* READONLY_H */
