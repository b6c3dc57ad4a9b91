/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/load.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h> /* MIN */

#include "store/database.h"
#include "store/tables.h"

struct reader {
	sqlite3 *db;
	struct load *load;
	struct state *state;
	struct rows rows;
	size_t count, read; /* rows of the table, and how many of them were read */
	size_t max;         /* rows that may be there */
};

/* Start to read a table with at most `max` rows.  Returns an array for its rows, or `room`
 * of them, and for one that is too many. */
static void *
open_table(struct reader *r, const struct table *table, size_t max, size_t room)
{
	struct rows *rows = &r->rows;
	int64_t count = 0;
	char sql[64];
	void *records;

	sqlite3_finalize(rows->stmt);
	rows->stmt = NULL;
	rows->table = table;
	rows->key = 0;
	sqlite3_snprintf(sizeof(sql), sql, "SELECT count(*) FROM %s", table->name);
	if (rows->code == SQLITE_OK)
		rows->code = database_ask(r->db, sql, &count);
	if (rows->code == SQLITE_OK)
		rows->code = table_select(table, "ORDER BY 1", r->db, &rows->stmt);
	r->read = 0;
	r->count = (size_t)count;
	r->max = MIN(r->count, max);
	records = calloc(MIN(r->max, room) + 1, table->record_size);
	if (records == NULL && rows->code == SQLITE_OK)
		rows->code = SQLITE_NOMEM;
	return records;
}

static bool
next(struct reader *r, void *record)
{
	if (record == NULL || !table_read(&r->rows, record))
		return false;
	if (r->read++ == r->max)
		table_fail(&r->rows, "expected %zu rows at most", r->max);
	return r->rows.code == SQLITE_OK;
}

static void
read_setting(struct reader *r)
{
	struct setting_row *row = open_table(r, &setting_table, 1, 1);

	if (next(r, row)) {
		r->rows.runtime_us = row->runtime_us;
		r->state->clean = row->clean;
		r->state->quiet = row->quiet;
		r->state->last_id = row->last_id;
		r->state->interval = row->interval;
		r->state->notifications = row->notifications;
	}
	if (r->read == 0) {
		r->rows.key = 1;
		table_fail(&r->rows, "is missing");
	}
	next(r, row); /* a second one fails */
	free(row);
}

static void
read_links(struct reader *r)
{
	struct link_record *link = open_table(r, &link_table, LINKS_MAX, LINKS_MAX);

	r->state->links = link;
	for (; next(r, link); link++)
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): not NULL */
		if (r->state->link_count++ > 0 && strcmp(link[-1].name, link->name) >= 0)
			table_fail(&r->rows, "expected only once");
}

static void
read_managers(struct reader *r)
{
	struct load *load = r->load;
	struct manager_record *record =
	    open_table(r, &manager_table, load->managers, load->managers);

	r->state->managers = record;
	for (; next(r, record); record++) {
		struct manager *m = &record->m;

		m->status = MANAGER_UNKNOWN;
		m->link = LINK_NONE;
		load->clamped += MAX(m->first_seen.wall_ms, m->last_seen.wall_ms) > load->now_ms;
		m->first_seen.wall_ms = MIN(m->first_seen.wall_ms, load->now_ms);
		m->last_seen.wall_ms = MIN(m->last_seen.wall_ms, load->now_ms);
		m->first_seen.mono_us = m->last_seen.mono_us;
		record->challenged = record->challenger != 0;
		record->challenger_says.addr = record->challenged ? m->addr : 0;
		r->state->manager_count++;
	}
}

static void
read_events(struct reader *r)
{
	const struct load *load = r->load;
	struct state *state = r->state;
	uint32_t first = 0, last = 0;
	size_t queued = 0;
	struct event_row row;
	struct event_record *kept =
	    open_table(r, &event_table, load->history, load->events + load->queued);

	state->events = kept;
	while (next(r, &row)) {
		const uint32_t id = row.record.event.id;

		if (r->read == 1)
			first = id;
		/* Ids ascend, and may start at 1 again once. */
		else if (id - first <= last - first)
			table_fail(&r->rows,
				   "id %" PRIu32 ": expected one after %" PRIu32
				   " and before %" PRIu32 " is reached again",
				   id, last, first);
		last = id;
		queued += row.record.queued;
		if (queued > load->queued)
			table_fail(&r->rows, "expected %zu queued events at most", load->queued);
		else if (row.record.queued || r->count - r->read < load->events)
			kept[state->event_count++] = row.record;
	}
	if (last > state->last_id)
		table_fail(&r->rows, "id %" PRIu32 ": expected %" PRIu32 " at most, the last_id",
			   last, state->last_id);
}

int
load_read(sqlite3 *db, struct load *load, struct state *state, char *error, size_t size)
{
	struct reader r = {
	    .db = db,
	    .load = load,
	    .state = state,
	    .rows = {.error = error, .error_size = size},
	};

	*state = (struct state){0};
	error[0] = '\0';
	r.rows.code = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	read_setting(&r);
	read_links(&r);
	read_managers(&r);
	read_events(&r);
	load->runtime_us = r.rows.runtime_us;
	if (r.rows.code != SQLITE_OK)
		state_clear(state);
	if (r.rows.code != SQLITE_OK && error[0] == '\0')
		database_reason(db, r.rows.code, error, size);
	sqlite3_finalize(r.rows.stmt);
	if (sqlite3_get_autocommit(db) == 0)
		sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	return r.rows.code;
}
