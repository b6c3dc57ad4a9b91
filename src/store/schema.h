/* SPDX-License-Identifier: BSD-2-Clause */
/* schema.h - the tables of the database, and its views for people.
 *
 * The comments in the SQL stay in the database: `.schema` of sqlite3(1) shows them.
 */
#ifndef SCHEMA_H
#define SCHEMA_H

#include <sqlite3.h>
#include <stddef.h>

#define SCHEMA_APPLICATION_ID 0x4c444d41 /* "LDMA" */
#define SCHEMA_VERSION 1                 /* the database's user_version */

/* Make everything in an empty database, within the caller's transaction.  Returns
 * SQLITE_OK or an error of SQLite's. */
int schema_make(sqlite3 *db);

enum schema_verdict {
	SCHEMA_OURS,
	SCHEMA_EMPTY,   /* nothing has been made in it */
	SCHEMA_WRONG,   /* foreign, newer or changed: error says so */
	SCHEMA_UNKNOWN, /* it cannot be read: sqlite3_errcode() */
};

/* Whether everything in it is as schema_make() makes it.  What else is in it (somebody's
 * own view, statistics of ANALYZE) is ignored. */
enum schema_verdict schema_check(sqlite3 *db, char *error, size_t size);

#endif /* SCHEMA_H */
