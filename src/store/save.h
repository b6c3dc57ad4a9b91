/* SPDX-License-Identifier: BSD-2-Clause */
/* save.h - writes changes into the database. */
#ifndef SAVE_H
#define SAVE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/record.h"

struct save {
	const struct changes *changes;
	bool all;         /* they are the whole state */
	bool make;        /* the database is empty: create its tables, too */
	size_t history;   /* events to keep, apart from those that are queued */
	int64_t saved_ms; /* since 1970 */

	/* Now, on a clock that counts only while daemons run with this file: the times of the
	 * records are relative to this. */
	int64_t runtime_us;
};

/* Write them in one transaction.  Returns SQLITE_OK, or an SQLite error, which
 * database_reason() can describe; save_undo() must be called then. */
int save_write(sqlite3 *db, const struct save *save);
void save_undo(sqlite3 *db);

#endif /* SAVE_H */
