/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/event_row.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "core/wire.h"

struct cursor {
	sqlite3_stmt *stmt;
	int column;
	const char *wrong; /* the first such column; NULL: none */
};

static void
judge(struct cursor *cursor, bool right)
{
	if (!right && cursor->wrong == NULL)
		cursor->wrong = sqlite3_column_name(cursor->stmt, cursor->column);
	cursor->column++;
}

/* A number from min to max. */
static int64_t
take_number(struct cursor *cursor, int64_t min, int64_t max)
{
	const int64_t number = sqlite3_column_int64(cursor->stmt, cursor->column);
	const bool right = sqlite3_column_type(cursor->stmt, cursor->column) == SQLITE_INTEGER &&
			   number >= min && number <= max;

	judge(cursor, right);
	return right ? number : 0;
}

/* A number from 1 to max, or 0 for NULL. */
static int64_t
take_known(struct cursor *cursor, int64_t max)
{
	if (sqlite3_column_type(cursor->stmt, cursor->column) != SQLITE_NULL)
		return take_number(cursor, 1, max);
	judge(cursor, true);
	return 0;
}

static bool
all_printable(const char *text)
{
	while (text_is_printable(*text))
		text++;
	return *text == '\0';
}

/* A text that is not empty, or "" for NULL, of at most size - 1 octets. */
static void
take_text(struct cursor *cursor, char *out, size_t size, bool printable)
{
	const int type = sqlite3_column_type(cursor->stmt, cursor->column);
	const unsigned char *octets;
	size_t len;

	out[0] = '\0';
	if (type == SQLITE_NULL) {
		judge(cursor, true);
		return;
	}
	octets = sqlite3_column_text(cursor->stmt, cursor->column);
	len = (size_t)sqlite3_column_bytes(cursor->stmt, cursor->column);
	if (type != SQLITE_TEXT || octets == NULL || len == 0 || len >= size ||
	    memchr(octets, '\0', len) != NULL) {
		judge(cursor, false);
		return;
	}
	memcpy(out, octets, len);
	out[len] = '\0';
	judge(cursor, !printable || all_printable(out));
}

/* The place of a text in a list of names from 1 to count - 1, or 0. */
static int
take_name(struct cursor *cursor, const char *(*name_of)(int), int count)
{
	char text[32];
	int i = count - 1;

	take_text(cursor, text, sizeof(text), true);
	while (i > 0 && strcmp(name_of(i), text) != 0)
		i--;
	cursor->column--;
	judge(cursor, i > 0);
	return i;
}

static const char *
type_name(int type)
{
	return event_type_name((enum event_type)type);
}

static const char *
status_name(int status)
{
	return manager_status_name((enum manager_status)status);
}

static uint32_t
take_address(struct cursor *cursor, bool of_manager)
{
	const uint32_t address = (uint32_t)take_known(cursor, UINT32_MAX);

	cursor->column--;
	judge(cursor, of_manager ? wire_valid_address(address, true) : address == 0);
	return address;
}

const char *
event_row_read(sqlite3_stmt *stmt, int first, struct event_record *record)
{
	struct cursor cursor = {.stmt = stmt, .column = first};
	struct event_record row = {0};
	struct event *event = &row.event;

	event->id = (uint32_t)take_number(&cursor, 1, UINT32_MAX);
	row.queued = take_number(&cursor, 0, 1) != 0;
	event->type = (enum event_type)take_name(&cursor, type_name, EVENT_TYPES);
	event->time.wall_ms = take_number(&cursor, 1, INT64_MAX);
	event->addr = take_address(&cursor, event_kind(event->type)->of_manager);
	event->status = (enum manager_status)take_name(&cursor, status_name, MANAGER_STATUSES);
	take_text(&cursor, event->hostname, sizeof(event->hostname), true);
	take_text(&cursor, event->version, sizeof(event->version), true);
	event->port = (uint16_t)take_known(&cursor, UINT16_MAX);
	take_text(&cursor, event->former_hostname, sizeof(event->former_hostname), true);
	take_text(&cursor, event->former_version, sizeof(event->former_version), true);
	event->former_port = (uint16_t)take_known(&cursor, UINT16_MAX);
	event->source = (uint32_t)take_known(&cursor, UINT32_MAX);
	event->other_source = (uint32_t)take_known(&cursor, UINT32_MAX);
	event->ifindex = (unsigned int)take_known(&cursor, INT32_MAX);
	take_text(&cursor, event->reason, sizeof(event->reason), false);
	if (cursor.wrong == NULL)
		*record = row;
	return cursor.wrong;
}
