/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/save.h"

#include "store/database.h"
#include "store/schema.h"
#include "store/tables.h"

/* After an error nothing else is done. */
struct writer {
	sqlite3 *db;
	const struct save *save;
	int code; /* SQLITE_OK, or the first error */
};

/* The SQL may have one %lld. */
static void
run(struct writer *w, const char *sql, int64_t number)
{
	char buf[160];

	sqlite3_snprintf(sizeof(buf), buf, sql, (long long)number);
	if (w->code == SQLITE_OK)
		w->code = sqlite3_exec(w->db, buf, NULL, NULL, NULL);
}

/* Write an array of records of this size. */
static void
write_rows(struct writer *w, const struct table *table, const char *verb, const char *rest,
	   const void *records, size_t count, size_t size)
{
	const char *record = records;
	sqlite3_stmt *stmt = NULL;

	if (w->code == SQLITE_OK)
		w->code = table_insert(table, verb, rest, w->db, &stmt);
	for (size_t i = 0; i < count && w->code == SQLITE_OK; i++)
		w->code = table_write(table, record + i * size, w->save->runtime_us, stmt);
	sqlite3_finalize(stmt);
}

static void
write_setting(struct writer *w)
{
	const struct state *state = &w->save->changes->state;
	const struct setting_row row = {
	    .number = 1,
	    .clean = state->clean,
	    .quiet = state->quiet,
	    .last_id = state->last_id,
	    .runtime_us = w->save->runtime_us,
	    .saved_ms = w->save->saved_ms,
	    .interval = state->interval,
	    .notifications = state->notifications,
	};

	write_rows(w, &setting_table, "REPLACE", "", &row, 1, sizeof(row));
}

static void
insert_links(struct writer *w)
{
	const struct state *state = &w->save->changes->state;

	write_rows(w, &link_table, "INSERT", "ON CONFLICT DO NOTHING", state->links,
		   state->link_count, sizeof(*state->links));
}

/* Pages are written only if the links have changed, which is rare. */
static void
write_links(struct writer *w)
{
	int64_t count = 0;

	insert_links(w);
	if (w->code == SQLITE_OK)
		w->code = database_ask(w->db, "SELECT count(*) FROM link", &count);
	if ((size_t)count == w->save->changes->state.link_count)
		return;
	run(w, "DELETE FROM link", 0);
	insert_links(w);
}

static void
write_managers(struct writer *w)
{
	const struct changes *changes = w->save->changes;
	const struct state *state = &changes->state;

	if (w->save->all || changes->all_managers)
		run(w, "DELETE FROM manager", 0);
	for (size_t i = 0; i < changes->removed_count; i++)
		run(w, "DELETE FROM manager WHERE address = %lld", changes->removed[i]);
	write_rows(w, &manager_table, "REPLACE", "", state->managers, state->manager_count,
		   sizeof(*state->managers));
}

static void
write_events(struct writer *w)
{
	const struct state *state = &w->save->changes->state;

	/* All that are queued are among the changes. */
	if (w->save->all)
		run(w, "UPDATE event SET queued = 0 WHERE queued", 0);
	write_rows(w, &event_table, "INSERT",
		   "ON CONFLICT (id) DO UPDATE SET queued = excluded.queued", state->events,
		   state->event_count, sizeof(*state->events));
	run(w,
	    "DELETE FROM event WHERE number <= (SELECT max(number) FROM event) - %lld "
	    "AND NOT queued",
	    (int64_t)w->save->history);
}

int
save_write(sqlite3 *db, const struct save *save)
{
	struct writer w = {.db = db, .save = save};

	run(&w, "BEGIN IMMEDIATE", 0);
	if (w.code == SQLITE_OK && save->make)
		w.code = schema_make(db);
	write_setting(&w);
	write_links(&w);
	write_managers(&w);
	write_events(&w);
	run(&w, "COMMIT", 0);
	return w.code;
}

void
save_undo(sqlite3 *db)
{
	/* Some errors have done that already. */
	if (sqlite3_get_autocommit(db) == 0)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
}
