/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/discover.h"
#include "store/state.h"
#include "store/state_lines.h"

struct reader {
	struct state *state;
	const struct state_limits *limits;
	unsigned long line_number;
	bool seen[LINE_KINDS];
	size_t managers_size, events_size; /* allocated */
	char *error;
	size_t error_size;
};

static int fail(struct reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int
fail(struct reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reader->error, reader->error_size, format, args);
	va_end(args);
	return -1;
}

/* The text is not at fault. */
static int
fail_memory(struct reader *reader)
{
	fail(reader, "out of memory");
	errno = ENOMEM;
	return -1;
}

static int
check_manager(struct reader *reader, const struct manager_record *record)
{
	const struct manager *m = &record->m;
	const size_t before = reader->state->manager_count;
	const bool heard = manager_heard(m);
	char addr[TEXT_ADDRESS_LEN];

	if (!wire_valid_address(m->addr, true))
		return fail(reader, "address=%s: expected one that a manager can have",
			    text_address(m->addr, addr));
	if (before > 0 && reader->state->managers[before - 1].m.addr >= m->addr)
		return fail(reader, "address=%s: expected a higher one than in the line before",
			    text_address(m->addr, addr));
	if (heard != (m->port != 0) || heard != (m->source != 0) ||
	    heard != (m->first_seen.wall_ms != 0))
		return fail(reader,
			    "expected all of firstSeen, lastSeen, source and port, or none");
	if (!heard && (m->hostname[0] != '\0' || m->version[0] != '\0' ||
		       m->last_seen.mono_us != 0 || record->notified.announced == ANNOUNCED_UP))
		return fail(reader, "expected lastSeen: it was heard");
	/* An expected manager may be announced as down before it is ever heard. */
	if (record->notified.announced == ANNOUNCED_UP && record->notified.description.port == 0)
		return fail(reader, "announced=up: expected told.port, too");
	if (record->notified.conflict && record->challenger == 0)
		return fail(reader, "conflict: expected challenger=ADDRESS, too");
	if ((record->challenger != 0) != (record->challenger_says.port != 0) ||
	    (record->challenger != 0 && !heard) ||
	    (record->challenger == 0 && (record->challenger_says.hostname[0] != '\0' ||
					 record->challenger_says.version[0] != '\0')))
		return fail(reader, "expected challenger with lastSeen and challenger.port");
	return 0;
}

static int
check_event(struct reader *reader, const struct event_record *record)
{
	const struct event *event = &record->event;
	const size_t before = reader->state->event_count;
	const bool of_manager = event_kind(event->type)->of_manager;

	if (event->id == 0 || event->id > reader->state->last_id ||
	    (before > 0 && reader->state->events[before - 1].event.id >= event->id))
		return fail(reader,
			    "id=%" PRIu32 ": expected a higher one than in the line before, "
			    "and %" PRIu32 " at most, as in the line ids",
			    event->id, reader->state->last_id);
	if (event->type == 0 || event->status == 0 || event->time.wall_ms == 0)
		return fail(reader, "expected type, status and at");
	if (of_manager ? !wire_valid_address(event->addr, true) : event->addr != 0)
		return fail(reader, of_manager ? "expected address, one that a manager can have"
					       : "expected no address with this type");
	if (!record->logged && !record->queued)
		return fail(reader, "expected logged or queued");
	return 0;
}

/* Make room for one more element; *array and *size may change. */
static bool
grow(void **array, size_t *size, size_t count, size_t element)
{
	void *larger;

	if (count < *size)
		return true;
	larger = reallocarray(*array, *size > 0 ? 2 * *size : 64, element);
	if (larger == NULL)
		return false;
	*array = larger;
	*size = *size > 0 ? 2 * *size : 64;
	return true;
}

static int
read_fields(struct reader *reader, enum line line, const char *text, size_t len, void *record)
{
	const struct state_names names = {
	    .list = reader->state->links,
	    .count = reader->state->link_count,
	};

	return state_get_fields(text, len, state_lines[line].fields, state_lines[line].field_count,
				&names, record, reader->error, reader->error_size);
}

static int
read_link(struct reader *reader, const char *text, size_t len)
{
	struct state *state = reader->state;
	struct link_record record = {0};

	if (state->link_count == LINKS_MAX)
		return fail(reader, "expected %d links at most", LINKS_MAX);
	if (read_fields(reader, LINE_LINK, text, len, &record) < 0)
		return -1;
	if (record.name[0] == '\0' || strchr(record.name, '/') != NULL)
		return fail(reader, "expected name=\"INTERFACE\"");
	for (size_t i = 0; i < state->link_count; i++)
		if (strcmp(state->links[i].name, record.name) == 0)
			return fail(reader, "expected each link once");
	if (state->links == NULL)
		state->links = calloc(LINKS_MAX, sizeof(*state->links));
	if (state->links == NULL)
		return fail_memory(reader);
	state->links[state->link_count++] = record;
	return 0;
}

static int
read_manager(struct reader *reader, const char *text, size_t len)
{
	struct state *state = reader->state;
	struct manager_record record = {.m = {.status = MANAGER_UNKNOWN, .link = LINK_NONE}};
	void *managers = state->managers;

	if (state->manager_count == reader->limits->managers)
		return fail(reader, "expected %zu managers at most", reader->limits->managers);
	if (read_fields(reader, LINE_MANAGER, text, len, &record) < 0 ||
	    check_manager(reader, &record) < 0)
		return -1;
	record.challenged = record.challenger != 0;
	record.challenger_says.addr = record.challenged ? record.m.addr : 0;
	record.m.first_seen.mono_us = record.m.last_seen.mono_us;
	if (!grow(&managers, &reader->managers_size, state->manager_count, sizeof(record)))
		return fail_memory(reader);
	state->managers = managers;
	state->managers[state->manager_count++] = record;
	return 0;
}

static int
read_event(struct reader *reader, const char *text, size_t len)
{
	struct state *state = reader->state;
	struct event_record record = {0};
	void *events = state->events;

	if (state->event_count == reader->limits->events)
		return fail(reader, "expected %zu events at most", reader->limits->events);
	if (read_fields(reader, LINE_EVENT, text, len, &record) < 0 ||
	    check_event(reader, &record) < 0)
		return -1;
	if (!grow(&events, &reader->events_size, state->event_count, sizeof(record)))
		return fail_memory(reader);
	state->events = events;
	state->events[state->event_count++] = record;
	return 0;
}

static int
check_interval(struct reader *reader, const char *name, int64_t us)
{
	if (us >= DISCOVER_INTERVAL_MIN_US && us <= DISCOVER_INTERVAL_MAX_US)
		return 0;
	return fail(reader, "%s: expected a duration from 100ms to 1d", name);
}

static int
read_record(struct reader *reader, enum line line, const char *text, size_t len)
{
	struct state *state = reader->state;

	switch (line) {
	case LINE_LINK:
		return read_link(reader, text, len);
	case LINE_MANAGER:
		return read_manager(reader, text, len);
	case LINE_EVENT:
		return read_event(reader, text, len);
	case LINE_INTERVAL:
		state->interval.set = true;
		break;
	case LINE_NOTIFICATIONS:
		state->notifications.set = true;
		break;
	case LINE_SAVED:
	case LINE_IDS:
		break;
	}
	if (read_fields(reader, line, text, len, state) < 0)
		return -1;
	if (line == LINE_INTERVAL && (check_interval(reader, "value", state->interval.value) < 0 ||
				      check_interval(reader, "over", state->interval.over) < 0))
		return -1;
	if (line == LINE_SAVED && state->saved_wall_ms == 0)
		return fail(reader, "expected at=TIME");
	return 0;
}

/* Lines of a kind come together, and the kinds in their order. */
static bool
is_in_place(const struct reader *reader, enum line line)
{
	for (int later = (int)line + 1; later < LINE_KINDS; later++)
		if (reader->seen[later])
			return false;
	return state_lines[line].many || !reader->seen[line];
}

static int
read_line(struct reader *reader, const char *text, size_t len)
{
	char shown[40];

	for (int i = 0; i < LINE_KINDS; i++) {
		const size_t name_len = strlen(state_lines[i].name);

		if (len < name_len || memcmp(text, state_lines[i].name, name_len) != 0 ||
		    (len > name_len && text[name_len] != ' '))
			continue;
		if (!is_in_place(reader, (enum line)i))
			return fail(reader, "'%s': not expected here", state_lines[i].name);
		reader->seen[i] = true;
		return read_record(reader, (enum line)i, text + name_len, len - name_len);
	}
	return fail(reader, "'%s': expected another kind of line",
		    text_printable(text, len, shown, sizeof(shown)));
}

static int
read_heading(struct reader *reader, const char *text, size_t len)
{
	static const char heading[] = STATE_HEADING " ";
	const size_t heading_len = sizeof(heading) - 1;
	char shown[40];

	if (len <= heading_len || memcmp(text, heading, heading_len) != 0)
		return fail(reader, "'%s': expected '%s%d'",
			    text_printable(text, len, shown, sizeof(shown)), heading,
			    STATE_VERSION);
	text += heading_len;
	len -= heading_len;
	if (len != 1 || *text != '0' + STATE_VERSION)
		return fail(reader, "version '%s': expected %d; it is of another ldm-agentx",
			    text_printable(text, len, shown, sizeof(shown)), STATE_VERSION);
	return 0;
}

/* Read the whole text; an incomplete last line means that it was truncated. */
static int
read_text(struct reader *reader, const char *text, size_t len)
{
	const char *const end = text + len;
	const size_t last_len = sizeof(STATE_LAST_LINE) - 1;

	for (;;) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const size_t line_len = (size_t)((newline != NULL ? newline : end) - text);

		reader->line_number++;
		if (line_len >= STATE_LINE_MAX)
			return fail(reader, "expected a line of %d octets at most",
				    STATE_LINE_MAX - 1);
		if (newline == NULL)
			return fail(reader, "expected more: the file is cut short");
		if (memchr(text, '\0', line_len) != NULL)
			return fail(reader, "expected text, without NUL octets");
		if (reader->line_number == 1) {
			if (read_heading(reader, text, line_len) < 0)
				return -1;
		} else if (line_len + 1 == last_len &&
			   memcmp(text, STATE_LAST_LINE, last_len) == 0) {
			break;
		} else if (read_line(reader, text, line_len) < 0) {
			return -1;
		}
		text = newline + 1;
	}
	if (text + last_len != end)
		return fail(reader, "expected nothing after it");
	if (!reader->seen[LINE_SAVED] || !reader->seen[LINE_IDS])
		return fail(reader, "expected a line saved and a line ids before");
	return 0;
}

int
state_decode(struct state *state, const char *text, size_t len, const struct state_limits *limits,
	     struct state_error *error)
{
	char what[sizeof(error->text) - 32];
	struct reader reader = {
	    .state = state,
	    .limits = limits,
	    .error = what,
	    .error_size = sizeof(what),
	};

	*state = (struct state){0};
	errno = EINVAL;
	if (read_text(&reader, text, len) == 0)
		return 0;
	snprintf(error->text, sizeof(error->text), "line %lu: %s", reader.line_number, what);
	state_clear(state);
	return -1;
}

uint32_t
state_salvage_last_id(const char *text, size_t len)
{
	static const char start[] = "\nids taken=";
	const char *found;
	uint64_t id = 0;

	found = memmem(text, len < STATE_SALVAGE_LEN ? len : STATE_SALVAGE_LEN, start,
		       sizeof(start) - 1);
	if (found == NULL)
		return 0;
	found += sizeof(start) - 1;
	for (; found < text + len && *found >= '0' && *found <= '9' && id <= UINT32_MAX; found++)
		id = 10 * id + (uint64_t)(*found - '0');
	return found < text + len && *found == '\n' && id <= UINT32_MAX ? (uint32_t)id : 0;
}
