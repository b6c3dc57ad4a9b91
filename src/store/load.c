/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/load.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/discover.h"
#include "store/columns.h"
#include "store/database.h"
#include "store/event_row.h"
#include "store/rules.h"
#include "store/schema.h"
#include "store/words.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define RUNTIME_MAX_US (36525 * US_PER_DAY) /* a century */
#define NUMBER_MAX (INT64_C(1) << 62)       /* SQLite can go on from there */

/* Settings by their place in `settings`. */
enum setting {
	SETTING_CLEAN,
	SETTING_QUIET,
	SETTING_LAST_ID,
	SETTING_RUNTIME,
	SETTING_SAVED,
	SETTING_INTERVAL,
	SETTING_NOTIFICATIONS,
};
#define SETTINGS (SETTING_NOTIFICATIONS + 1)

static const struct {
	const char *name;
	int64_t min, max;
	bool overrides; /* it is optional, and has a value that it overrides */
} settings[SETTINGS] = {
    [SETTING_CLEAN] = {"clean", 0, 1, false},
    [SETTING_QUIET] = {"quiet", 0, 1, false},
    [SETTING_LAST_ID] = {"last_id", 0, UINT32_MAX, false},
    [SETTING_RUNTIME] = {"runtime", 0, RUNTIME_MAX_US, false},
    [SETTING_SAVED] = {"saved", 0, COLUMNS_WALL_MAX_MS, false},
    [SETTING_INTERVAL] = {"interval", DISCOVER_INTERVAL_MIN_US, DISCOVER_INTERVAL_MAX_US, true},
    [SETTING_NOTIFICATIONS] = {"notifications", 0, 1, true},
};

struct reader {
	sqlite3 *db;
	const struct load *load;
	struct state *state;
	struct columns row;
	struct setting_record settings[SETTINGS];
	size_t managers_size, events_size; /* allocated */

	/* Events: */
	size_t skipped; /* so many are not returned, unless they are queued */
	size_t seen, queued;
	uint32_t first_id, previous_id;
	bool wrapped; /* an id was lower than the one before */
};

/* Read the columns of a row. */
typedef void row_fn(struct reader *r);

static bool
is_bad(const struct reader *r)
{
	return r->row.bad;
}

static void
fail_memory(struct reader *r)
{
	r->row.no_memory = true;
	columns_fail(&r->row, "out of memory");
}

/* Call read_row for each row that the statement returns.  Returns SQLITE_OK, also if one
 * is bad, or an error. */
static int
read_rows(struct reader *r, const char *table, const char *sql, row_fn *read_row)
{
	int code = sqlite3_prepare_v2(r->db, sql, -1, &r->row.stmt, NULL);

	if (code != SQLITE_OK)
		return code;
	r->row.table = table;
	while (!is_bad(r) && (code = sqlite3_step(r->row.stmt)) == SQLITE_ROW) {
		columns_start(&r->row);
		read_row(r);
	}
	sqlite3_finalize(r->row.stmt);
	return code == SQLITE_DONE || is_bad(r) ? SQLITE_OK : code;
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

static void
read_setting(struct reader *r)
{
	struct setting_record *setting;
	char name[32];
	size_t i = 0;

	columns_text(&r->row, name, sizeof(name));
	while (i < LENGTH(settings) && strcmp(settings[i].name, name) != 0)
		i++;
	if (i == LENGTH(settings)) {
		columns_fail(&r->row, "expected no setting of this name");
		return;
	}
	setting = &r->settings[i];
	if (setting->set)
		columns_fail(&r->row, "expected only once");
	setting->set = true;
	setting->value = columns_number(&r->row, settings[i].min, settings[i].max);
	if (settings[i].overrides)
		setting->over = columns_number(&r->row, settings[i].min, settings[i].max);
	else
		columns_null(&r->row);
}

/* Those that have to be there, and what follows from them. */
static void
use_settings(struct reader *r)
{
	for (size_t i = 0; i < LENGTH(settings); i++) {
		if (r->settings[i].set || settings[i].overrides)
			continue;
		snprintf(r->row.row, sizeof(r->row.row), "%s", settings[i].name);
		columns_fail(&r->row, "is missing");
	}
	r->state->clean = r->settings[SETTING_CLEAN].value != 0;
	r->state->quiet = r->settings[SETTING_QUIET].value != 0;
	r->state->last_id = (uint32_t)r->settings[SETTING_LAST_ID].value;
	r->state->interval = r->settings[SETTING_INTERVAL];
	r->state->notifications = r->settings[SETTING_NOTIFICATIONS];
}

static void
read_link(struct reader *r)
{
	struct state *state = r->state;
	struct link_record record = {0};

	columns_name(&r->row, record.name, sizeof(record.name));
	if (record.name[0] == '\0')
		columns_fail(&r->row, "expected a name");
	if (state->link_count == LINKS_MAX)
		columns_fail(&r->row, "expected %d links at most", LINKS_MAX);
	for (size_t i = 0; i < state->link_count; i++)
		if (strcmp(state->links[i].name, record.name) == 0)
			columns_fail(&r->row, "expected only once");
	if (state->links == NULL)
		state->links = calloc(LINKS_MAX, sizeof(*state->links));
	if (state->links == NULL)
		fail_memory(r);
	if (!is_bad(r))
		state->links[state->link_count++] = record;
}

/* A time on the clock that counts only while daemons run, as an age: 0 or negative. */
static int64_t
read_age(struct reader *r)
{
	const int64_t now_us = r->settings[SETTING_RUNTIME].value;
	const int64_t us = columns_number(&r->row, -RUNTIME_MAX_US, now_us);

	return us - now_us;
}

static int64_t
read_optional_age(struct reader *r)
{
	if (sqlite3_column_type(r->row.stmt, r->row.next) != SQLITE_NULL)
		return read_age(r);
	r->row.next++;
	return 0;
}

static void
read_manager_columns(struct reader *r, struct manager_record *record)
{
	struct columns *c = &r->row;
	struct manager *m = &record->m;
	struct wire_response *other = &record->challenger_says;
	struct wire_response *notified = &record->notified.description;

	m->addr = columns_address(c);
	if (!is_bad(r))
		text_address(m->addr, c->row);
	record->notified.announced = (enum announced)columns_word(c, words_announced, true);
	columns_text(c, m->hostname, sizeof(m->hostname));
	columns_text(c, m->version, sizeof(m->version));
	m->port = (uint16_t)columns_optional(c, 1, UINT16_MAX);
	m->source = columns_address(c);
	columns_name(c, record->link, sizeof(record->link));
	m->first_seen.wall_ms = columns_optional(c, 1, COLUMNS_WALL_MAX_MS);
	m->last_seen.wall_ms = columns_optional(c, 1, COLUMNS_WALL_MAX_MS);
	if (manager_heard(m))
		m->last_seen.mono_us = read_age(r);
	else
		columns_null(c);
	m->first_seen.mono_us = m->last_seen.mono_us;
	m->missed = (uint32_t)columns_number(c, 0, UINT32_MAX);
	m->transitions = (uint32_t)columns_number(c, 0, UINT32_MAX);
	m->expected_by_operator = columns_flag(c);
	record->changed_us = read_optional_age(r);
	record->notified.conflict = columns_flag(c);
	record->challenger = columns_address(c);
	columns_text(c, other->hostname, sizeof(other->hostname));
	columns_text(c, other->version, sizeof(other->version));
	other->port = (uint16_t)columns_optional(c, 1, UINT16_MAX);
	columns_text(c, notified->hostname, sizeof(notified->hostname));
	columns_text(c, notified->version, sizeof(notified->version));
	notified->port = (uint16_t)columns_optional(c, 1, UINT16_MAX);
}

static void
read_manager(struct reader *r)
{
	struct state *state = r->state;
	struct manager_record record = {.m = {.status = MANAGER_UNKNOWN, .link = LINK_NONE}};
	const size_t before = state->manager_count;
	void *managers = state->managers;
	const char *expected;

	read_manager_columns(r, &record);
	expected = is_bad(r) ? NULL : rules_manager(&record);
	if (expected != NULL)
		columns_fail(&r->row, "%s", expected);
	if (before > 0 && state->managers[before - 1].m.addr >= record.m.addr)
		columns_fail(&r->row, "expected only once");
	if (before == r->load->managers)
		columns_fail(&r->row, "expected %zu managers at most", r->load->managers);
	record.challenged = record.challenger != 0;
	record.challenger_says.addr = record.challenged ? record.m.addr : 0;
	if (!grow(&managers, &r->managers_size, before, sizeof(record)))
		fail_memory(r);
	state->managers = managers;
	if (!is_bad(r))
		state->managers[state->manager_count++] = record;
}

/* Ids ascend, and may start at 1 again once: then they are lower than the first of all. */
static void
check_id(struct reader *r, uint32_t id)
{
	if (r->seen == 0)
		r->first_id = id;
	else if (id <= r->previous_id && r->wrapped)
		columns_fail(&r->row, "expected a higher id than that of the event before");
	else if (id <= r->previous_id)
		r->wrapped = true;
	if (r->wrapped && id >= r->first_id)
		columns_fail(&r->row, "expected an id lower than the first one, %" PRIu32,
			     r->first_id);
	r->previous_id = id;
}

static void
read_event(struct reader *r)
{
	struct state *state = r->state;
	struct event_record record = {0};
	void *events = state->events;

	event_row_read(&r->row, &record);
	check_id(r, record.event.id);
	r->queued += record.queued;
	if (r->queued > r->load->queued)
		columns_fail(&r->row, "expected %zu queued events at most", r->load->queued);
	if (r->seen++ < r->skipped && !record.queued)
		return;
	if (!grow(&events, &r->events_size, state->event_count, sizeof(record)))
		fail_memory(r);
	state->events = events;
	if (!is_bad(r))
		state->events[state->event_count++] = record;
}

static void
read_count(struct reader *r)
{
	const int64_t count = columns_number(&r->row, 0, (int64_t)r->load->history);

	columns_optional(&r->row, 1, NUMBER_MAX);
	columns_optional(&r->row, 1, NUMBER_MAX);
	if ((size_t)count > r->load->events)
		r->skipped = (size_t)count - r->load->events;
}

/* The last event has the last id, or one that was given before it. */
static void
check_last_id(struct reader *r)
{
	if (r->seen > 0 && r->previous_id > r->state->last_id)
		columns_fail(&r->row, "expected an id of %" PRIu32 " at most, the setting last_id",
			     r->state->last_id);
}

static int
read_tables(struct reader *r)
{
	int code =
	    read_rows(r, "setting", "SELECT name, value, overrides FROM setting", read_setting);

	if (code == SQLITE_OK && !is_bad(r))
		use_settings(r);
	if (code == SQLITE_OK && !is_bad(r))
		code = read_rows(r, "link", "SELECT name FROM link", read_link);
	if (code == SQLITE_OK && !is_bad(r))
		code = read_rows(r, "manager",
				 "SELECT " SCHEMA_MANAGER_COLUMNS " FROM manager ORDER BY address",
				 read_manager);
	if (code == SQLITE_OK && !is_bad(r))
		code = read_rows(r, "event", "SELECT count(*), min(number), max(number) FROM event",
				 read_count);
	if (code == SQLITE_OK && !is_bad(r))
		code = read_rows(r, "event",
				 "SELECT " SCHEMA_EVENT_COLUMNS " FROM event ORDER BY number",
				 read_event);
	if (code == SQLITE_OK && !is_bad(r))
		check_last_id(r);
	return code;
}

enum load_result
load_read(sqlite3 *db, const struct load *load, struct state *state, int64_t *runtime_us,
	  char *error, size_t size)
{
	struct reader r = {
	    .db = db,
	    .load = load,
	    .state = state,
	    .row = {.error = error, .error_size = size},
	};
	int code = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);

	*state = (struct state){0};
	if (code == SQLITE_OK)
		code = read_tables(&r);
	if (code == SQLITE_OK && !is_bad(&r)) {
		*runtime_us = r.settings[SETTING_RUNTIME].value;
		sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
		return LOAD_DONE;
	}
	state_clear(state);
	if (code != SQLITE_OK)
		database_reason(db, code, error, size);
	if (sqlite3_get_autocommit(db) == 0)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	if (code != SQLITE_OK)
		return database_is_damaged(db, code) ? LOAD_BAD : LOAD_FAILED;
	return r.row.no_memory ? LOAD_FAILED : LOAD_BAD;
}
