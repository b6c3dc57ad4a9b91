/* SPDX-License-Identifier: BSD-2-Clause */
/* table.h - tables described by their columns, and their rows as records.
 *
 * What is read is untrusted: nothing enters that table_write() could not have written.  Ages
 * are saved on a clock that counts only while daemons run with this database, so that time
 * in which none did counts neither as silence nor towards a retention.
 */
#ifndef TABLE_H
#define TABLE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum column_kind {
	COLUMN_INTEGER, /* from min to max */
	COLUMN_ROWID,   /* likewise; SQLite gives it to a new row */
	COLUMN_MANAGER, /* an IPv4 address that a manager can have, host byte order */
	COLUMN_AGE,     /* microseconds; in the database the moment, on the clock runtime */
	COLUMN_WORD,    /* the name of a number from 1 to max */
	COLUMN_TEXT,    /* printable ASCII */
	COLUMN_NAME,    /* of an interface: octets other than '/' */
};

struct column {
	const char *name;
	enum column_kind kind;
	size_t offset, size; /* of the member in the record: unsigned, int64_t or char[] */
	int64_t min, max;
	const char *(*word)(int64_t value);
	const char *sql;  /* if it begins with " NOT NULL", 0 and "" are not NULL */
	const char *note; /* a comment in the database */
};

struct table {
	const char *name, *note;
	size_t record_size;
	const struct column *columns; /* the first one identifies a row; a view has none here */
	size_t column_count;
	const char *rules; /* WHEN ... THEN what is expected instead; or NULL */
	const char *sql;   /* after the columns; of a view everything */
};

/* The rows that a SELECT returns, by ascending keys. */
struct rows {
	const struct table *table;
	sqlite3_stmt *stmt;
	int64_t runtime_us; /* now, on that clock */
	int64_t key;        /* of the last row, if it is a number; 0: none yet */
	int code;           /* SQLITE_OK, or the first error; of a value it is SQLITE_CORRUPT with
			     * *error: "table manager, row 192.0.2.1: port 70000: expected ..." */
	char *error;
	size_t error_size;
};

/* The CREATE TABLE or VIEW, to be released with sqlite3_free(); NULL if there is no memory. */
char *table_definition(const struct table *table);

/* Prepare `verb` INTO the table, for table_write(), or SELECT FROM it, for table_read().
 * Returns SQLITE_OK or an error. */
int table_insert(const struct table *table, const char *verb, const char *rest, sqlite3 *db,
		 sqlite3_stmt **stmt);
int table_select(const struct table *table, const char *rest, sqlite3 *db, sqlite3_stmt **stmt);

/* Returns SQLITE_OK or an error. */
int table_write(const struct table *table, const void *record, int64_t runtime_us,
		sqlite3_stmt *stmt);

/* Read the next row.  Returns false if there is none, or after an error. */
bool table_read(struct rows *rows, void *record);

/* The last row is wrong for another reason. */
void table_fail(struct rows *rows, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif /* TABLE_H */
