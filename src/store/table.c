/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/table.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/wire.h"

#define SHOWN_LEN 80 /* of a value in an error text */

static bool
is_text(const struct column *column)
{
	return column->kind >= COLUMN_WORD;
}

static bool
may_be_null(const struct column *column)
{
	return column->sql == NULL;
}

/* What is 0 to the column, as a number in the database. */
static int64_t
origin(const struct column *column, int64_t runtime_us)
{
	return column->kind == COLUMN_AGE ? runtime_us : 0;
}

char *
table_definition(const struct table *table)
{
	sqlite3_str *sql = sqlite3_str_new(NULL);

	if (table->column_count > 0)
		sqlite3_str_appendf(sql, "CREATE TABLE %s ( -- %s\n", table->name, table->note);
	for (size_t i = 0; i < table->column_count; i++) {
		const struct column *column = &table->columns[i];

		sqlite3_str_appendf(sql, "\t%s %s%s%s%s%s\n", column->name,
				    is_text(column) ? "TEXT" : "INTEGER", column->sql,
				    i + 1 < table->column_count ? "," : "",
				    column->note != NULL ? " -- " : "", column->note);
	}
	sqlite3_str_appendf(sql, "%s", table->sql);
	return sqlite3_str_finish(sql);
}

static void
append_names(sqlite3_str *sql, const struct table *table)
{
	for (size_t i = 0; i < table->column_count; i++)
		sqlite3_str_appendf(sql, "%s%s", i > 0 ? ", " : "", table->columns[i].name);
}

static int
prepare(sqlite3_str *str, sqlite3 *db, sqlite3_stmt **stmt)
{
	char *sql = sqlite3_str_finish(str);
	int code = sql != NULL ? sqlite3_prepare_v2(db, sql, -1, stmt, NULL) : SQLITE_NOMEM;

	sqlite3_free(sql);
	return code;
}

int
table_insert(const struct table *table, const char *verb, const char *rest, sqlite3 *db,
	     sqlite3_stmt **stmt)
{
	sqlite3_str *sql = sqlite3_str_new(NULL);

	sqlite3_str_appendf(sql, "%s INTO %s (", verb, table->name);
	append_names(sql, table);
	for (size_t i = 0; i < table->column_count; i++)
		sqlite3_str_appendall(sql, i == 0 ? ") VALUES (?" : ", ?");
	sqlite3_str_appendf(sql, ") %s", rest);
	return prepare(sql, db, stmt);
}

/* After the columns: the first rule that is broken. */
int
table_select(const struct table *table, const char *rest, sqlite3 *db, sqlite3_stmt **stmt)
{
	sqlite3_str *sql = sqlite3_str_new(NULL);

	sqlite3_str_appendall(sql, "SELECT ");
	append_names(sql, table);
	if (table->rules != NULL)
		sqlite3_str_appendf(sql, ", CASE %s END", table->rules);
	sqlite3_str_appendf(sql, " FROM %s %s", table->name, rest);
	return prepare(sql, db, stmt);
}

static int64_t
get_integer(const struct column *column, const void *record)
{
	const void *member = (const char *)record + column->offset;

	if (column->size == sizeof(uint8_t))
		return *(const uint8_t *)member;
	if (column->size == sizeof(uint16_t))
		return *(const uint16_t *)member;
	return column->size == sizeof(uint32_t) ? *(const uint32_t *)member
						: *(const int64_t *)member;
}

static void
set_integer(const struct column *column, void *record, int64_t value)
{
	void *member = (char *)record + column->offset;

	if (column->size == sizeof(uint8_t))
		*(uint8_t *)member = (uint8_t)value;
	else if (column->size == sizeof(uint16_t))
		*(uint16_t *)member = (uint16_t)value;
	else if (column->size == sizeof(uint32_t))
		*(uint32_t *)member = (uint32_t)value;
	else
		*(int64_t *)member = value;
}

/* What is not bound is NULL. */
static int
write_column(const struct column *column, const void *record, int64_t runtime_us,
	     sqlite3_stmt *stmt, int i)
{
	const char *text = (const char *)record + column->offset;
	int64_t value;

	if (column->kind == COLUMN_ROWID)
		return SQLITE_OK;
	if (column->kind >= COLUMN_TEXT)
		return text[0] != '\0' ? sqlite3_bind_text(stmt, i, text, -1, SQLITE_STATIC)
				       : SQLITE_OK;
	value = get_integer(column, record);
	if (value == 0 && may_be_null(column))
		return SQLITE_OK;
	if (column->kind == COLUMN_WORD)
		return sqlite3_bind_text(stmt, i, column->word(value), -1, SQLITE_STATIC);
	return sqlite3_bind_int64(stmt, i, value + origin(column, runtime_us));
}

int
table_write(const struct table *table, const void *record, int64_t runtime_us, sqlite3_stmt *stmt)
{
	int code = sqlite3_clear_bindings(stmt);

	for (int i = 0; i < (int)table->column_count && code == SQLITE_OK; i++)
		code = write_column(&table->columns[i], record, runtime_us, stmt, i + 1);
	if (code != SQLITE_OK)
		return code;
	sqlite3_step(stmt);
	/* Returns the error of the step. */
	return sqlite3_reset(stmt);
}

/* A value as an error text shows it. */
static void
show(sqlite3_stmt *stmt, int i, char buf[SHOWN_LEN])
{
	const char *text;

	switch (sqlite3_column_type(stmt, i)) {
	case SQLITE_NULL:
		snprintf(buf, SHOWN_LEN, "NULL");
		break;
	case SQLITE_BLOB:
		snprintf(buf, SHOWN_LEN, "a blob of %d octets", sqlite3_column_bytes(stmt, i));
		break;
	default:
		text = (const char *)sqlite3_column_text(stmt, i);
		text_printable(text != NULL ? text : "", (size_t)sqlite3_column_bytes(stmt, i), buf,
			       SHOWN_LEN);
	}
}

void
table_fail(struct rows *rows, const char *format, ...)
{
	char key[SHOWN_LEN], reason[400];
	va_list args;

	if (rows->code != SQLITE_OK)
		return;
	rows->code = SQLITE_CORRUPT;
	if (rows->key == 0)
		show(rows->stmt, 0, key);
	else if (rows->table->columns[0].kind == COLUMN_MANAGER)
		text_address((uint32_t)rows->key, key);
	else
		snprintf(key, sizeof(key), "%" PRId64, rows->key);
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	snprintf(rows->error, rows->error_size, "table %s, row %s: %s", rows->table->name, key,
		 reason);
}

/* What a value should be; returns buf. */
static const char *
describe(const struct column *column, int64_t runtime_us, char *buf, size_t size)
{
	const int64_t from = origin(column, runtime_us);
	size_t len = 0;

	switch (column->kind) {
	case COLUMN_MANAGER:
		return "an address that a manager can have";
	case COLUMN_WORD:
		for (int64_t i = 1; i <= column->max && len < size; i++)
			len += (size_t)snprintf(buf + len, size - len, "%s%s",
						i > 1 ? ", " : "one of ", column->word(i));
		return buf;
	case COLUMN_TEXT:
	case COLUMN_NAME:
		snprintf(buf, size, "1 to %zu %s", column->size - 1,
			 column->kind == COLUMN_TEXT ? "printable ASCII characters"
						     : "octets other than NUL and '/'");
		return buf;
	default:
		snprintf(buf, size, "an integer from %" PRId64 " to %" PRId64, column->min + from,
			 column->max + from);
		return buf;
	}
}

static void
refuse(struct rows *rows, int i)
{
	const struct column *column = &rows->table->columns[i];
	char shown[SHOWN_LEN], buf[160];

	show(rows->stmt, i, shown);
	table_fail(rows, "%s %s: expected %s%s", column->name, shown,
		   may_be_null(column) ? "NULL or " : "",
		   describe(column, rows->runtime_us, buf, sizeof(buf)));
}

/* These return false if the value is not what is expected. */

static bool
read_integer(const struct column *column, int64_t value, int64_t from, void *record)
{
	const bool good =
	    column->kind == COLUMN_MANAGER
		? value == (uint32_t)value && wire_valid_address((uint32_t)value, true)
		: value >= column->min + from && value <= column->max + from;

	if (good)
		set_integer(column, record, value - from);
	return good;
}

static bool
read_word(const struct column *column, const char *text, void *record)
{
	int64_t i = 1;

	while (i <= column->max && strcmp(column->word(i), text) != 0)
		i++;
	if (i <= column->max)
		set_integer(column, record, i);
	return i <= column->max;
}

static bool
read_text(const struct column *column, const char *text, void *record)
{
	const size_t len = strlen(text);

	for (const char *p = text; *p != '\0'; p++)
		if (column->kind == COLUMN_NAME ? *p == '/' : !text_is_printable(*p))
			return false;
	if (len == 0 || len >= column->size)
		return false;
	memcpy((char *)record + column->offset, text, len + 1);
	return true;
}

static bool
read_column(struct rows *rows, int i, void *record)
{
	const struct column *column = &rows->table->columns[i];
	const int type = sqlite3_column_type(rows->stmt, i);
	const char *text;

	if (type == SQLITE_NULL)
		return may_be_null(column);
	if (type != (is_text(column) ? SQLITE_TEXT : SQLITE_INTEGER))
		return false;
	if (type == SQLITE_INTEGER)
		return read_integer(column, sqlite3_column_int64(rows->stmt, i),
				    origin(column, rows->runtime_us), record);
	text = (const char *)sqlite3_column_text(rows->stmt, i);
	if (text == NULL)
		rows->code = SQLITE_NOMEM;
	if (text == NULL || strlen(text) != (size_t)sqlite3_column_bytes(rows->stmt, i))
		return false;
	return column->kind == COLUMN_WORD ? read_word(column, text, record)
					   : read_text(column, text, record);
}

/* Whether keys that are texts ascend is for the caller to see. */
static void
check_key(struct rows *rows, int64_t before, const void *record)
{
	const struct column *column = &rows->table->columns[0];

	if (is_text(column))
		return;
	rows->key = get_integer(column, record);
	if (rows->key <= before)
		table_fail(rows, "expected a higher %s than in the row before", column->name);
}

static void
read_row(struct rows *rows, void *record)
{
	const int count = (int)rows->table->column_count;
	const int64_t before = rows->key;

	rows->key = 0;
	memset(record, 0, rows->table->record_size);
	for (int i = 0; i < count && rows->code == SQLITE_OK; i++) {
		if (!read_column(rows, i, record))
			refuse(rows, i);
		else if (i == 0)
			check_key(rows, before, record);
	}
	if (rows->table->rules != NULL && sqlite3_column_type(rows->stmt, count) != SQLITE_NULL)
		table_fail(rows, "expected %s", sqlite3_column_text(rows->stmt, count));
}

bool
table_read(struct rows *rows, void *record)
{
	int code = SQLITE_DONE;

	if (rows->code == SQLITE_OK)
		code = sqlite3_step(rows->stmt);
	if (code == SQLITE_ROW)
		read_row(rows, record);
	else if (code != SQLITE_DONE)
		rows->code = code;
	return code == SQLITE_ROW && rows->code == SQLITE_OK;
}
