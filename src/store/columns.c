/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/columns.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define SHOWN_LEN 80 /* of a value in an error text */

/* A value as an error text shows it. */
static void
show(sqlite3_stmt *stmt, int column, char *buf, size_t size)
{
	switch (sqlite3_column_type(stmt, column)) {
	case SQLITE_INTEGER:
		snprintf(buf, size, "%lld", (long long)sqlite3_column_int64(stmt, column));
		break;
	case SQLITE_FLOAT:
		snprintf(buf, size, "%g", sqlite3_column_double(stmt, column));
		break;
	case SQLITE_TEXT:
		if (sqlite3_column_text(stmt, column) != NULL)
			text_printable((const char *)sqlite3_column_text(stmt, column),
				       (size_t)sqlite3_column_bytes(stmt, column), buf, size);
		else
			snprintf(buf, size, "a text");
		break;
	case SQLITE_BLOB:
		snprintf(buf, size, "a blob of %d octets", sqlite3_column_bytes(stmt, column));
		break;
	default:
		snprintf(buf, size, "NULL");
	}
}

void
columns_start(struct columns *c)
{
	c->next = 0;
	show(c->stmt, 0, c->row, sizeof(c->row));
}

void
columns_fail(struct columns *c, const char *format, ...)
{
	va_list args;
	int len;

	if (c->bad)
		return;
	c->bad = true;
	len = snprintf(c->error, c->error_size, "table %s, row %s: ", c->table, c->row);
	if (len < 0 || (size_t)len >= c->error_size)
		return;
	va_start(args, format);
	vsnprintf(c->error + len, c->error_size - (size_t)len, format, args);
	va_end(args);
}

/* The value of the column just taken is not what is expected. */
static void refuse(struct columns *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
refuse(struct columns *c, const char *format, ...)
{
	char shown[SHOWN_LEN], expected[160];
	va_list args;

	va_start(args, format);
	vsnprintf(expected, sizeof(expected), format, args);
	va_end(args);
	show(c->stmt, c->next - 1, shown, sizeof(shown));
	columns_fail(c, "%s %s: expected %s", sqlite3_column_name(c->stmt, c->next - 1), shown,
		     expected);
}

static bool
is_integer(sqlite3_stmt *stmt, int column, int64_t min, int64_t max)
{
	return sqlite3_column_type(stmt, column) == SQLITE_INTEGER &&
	       sqlite3_column_int64(stmt, column) >= min &&
	       sqlite3_column_int64(stmt, column) <= max;
}

int64_t
columns_number(struct columns *c, int64_t min, int64_t max)
{
	const int column = c->next++;

	if (is_integer(c->stmt, column, min, max))
		return sqlite3_column_int64(c->stmt, column);
	refuse(c, "an integer from %" PRId64 " to %" PRId64, min, max);
	return min;
}

int64_t
columns_optional(struct columns *c, int64_t min, int64_t max)
{
	const int column = c->next++;

	if (sqlite3_column_type(c->stmt, column) == SQLITE_NULL)
		return 0;
	if (is_integer(c->stmt, column, min, max))
		return sqlite3_column_int64(c->stmt, column);
	refuse(c, "NULL or an integer from %" PRId64 " to %" PRId64, min, max);
	return 0;
}

void
columns_null(struct columns *c)
{
	if (sqlite3_column_type(c->stmt, c->next++) != SQLITE_NULL)
		refuse(c, "NULL");
}

uint32_t
columns_address(struct columns *c)
{
	return (uint32_t)columns_optional(c, 1, UINT32_MAX);
}

bool
columns_flag(struct columns *c)
{
	return columns_number(c, 0, 1) != 0;
}

/* The next column as a text of 1 to size - 1 octets without NUL; or NULL, with *len 0, if it
 * is NULL or something else, which is refused. */
static const char *
take_text(struct columns *c, size_t size, const char *expected)
{
	const int column = c->next++;
	const char *text;
	size_t len;

	if (sqlite3_column_type(c->stmt, column) == SQLITE_NULL)
		return NULL;
	if (sqlite3_column_type(c->stmt, column) != SQLITE_TEXT) {
		refuse(c, "NULL or 1 to %zu %s", size - 1, expected);
		return NULL;
	}
	text = (const char *)sqlite3_column_text(c->stmt, column);
	if (text == NULL) {
		c->no_memory = true;
		columns_fail(c, "out of memory");
		return NULL;
	}
	len = (size_t)sqlite3_column_bytes(c->stmt, column);
	if (len >= 1 && len < size && memchr(text, '\0', len) == NULL)
		return text;
	refuse(c, "NULL or 1 to %zu %s", size - 1, expected);
	return NULL;
}

void
columns_text(struct columns *c, char *buf, size_t size)
{
	static const char expected[] = "printable ASCII characters";
	const char *text = take_text(c, size, expected);

	buf[0] = '\0';
	if (text == NULL)
		return;
	for (const char *p = text; *p != '\0'; p++) {
		if (!text_is_printable(*p)) {
			refuse(c, "NULL or 1 to %zu %s", size - 1, expected);
			return;
		}
	}
	memcpy(buf, text, strlen(text) + 1);
}

void
columns_name(struct columns *c, char *buf, size_t size)
{
	static const char expected[] = "octets other than NUL and '/'";
	const char *text = take_text(c, size, expected);

	buf[0] = '\0';
	if (text == NULL)
		return;
	if (strchr(text, '/') != NULL)
		refuse(c, "NULL or 1 to %zu %s", size - 1, expected);
	else
		memcpy(buf, text, strlen(text) + 1);
}

unsigned int
columns_word(struct columns *c, word_fn *word, bool optional)
{
	const int column = c->next++;
	const int type = sqlite3_column_type(c->stmt, column);
	const char *text =
	    type == SQLITE_TEXT ? (const char *)sqlite3_column_text(c->stmt, column) : NULL;
	char expected[120] = "";
	size_t len = 0;

	if (type == SQLITE_NULL && optional)
		return 0;
	for (unsigned int i = 1; word(i) != NULL; i++) {
		if (text != NULL && strcmp(text, word(i)) == 0 &&
		    (size_t)sqlite3_column_bytes(c->stmt, column) == strlen(text))
			return i;
		if (len < sizeof(expected))
			len += (size_t)snprintf(expected + len, sizeof(expected) - len, "%s%s",
						len > 0 ? ", " : "", word(i));
	}
	refuse(c, "%s%s", optional ? "NULL or one of " : "one of ", expected);
	return 0;
}
