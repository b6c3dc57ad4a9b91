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

/* Create the tables and views in an empty database, within the caller's transaction.  Returns
 * SQLITE_OK or an SQLite error. */
int schema_make(sqlite3 *db);

enum schema_verdict {
	SCHEMA_OURS,
	SCHEMA_EMPTY,   /* it has no tables */
	SCHEMA_WRONG,   /* foreign, newer or changed: error says so */
	SCHEMA_UNKNOWN, /* it cannot be read: sqlite3_errcode() */
};

/* Whether all tables and views are as created by schema_make().  Further ones, such as a view
 * of the administrator's or the statistics of ANALYZE, are ignored. */
enum schema_verdict schema_check(sqlite3 *db, char *error, size_t size);

#endif /* SCHEMA_H */
