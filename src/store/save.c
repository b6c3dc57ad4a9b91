/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/save.h"

#include "store/schema.h"
#include "store/words.h"

/* A statement with its parameters, which are bound one after the other. */
struct writing {
	sqlite3_stmt *stmt;
	int column; /* the last one bound */
	int code;   /* the first error */
};

static struct writing
prepare(sqlite3 *db, const char *sql)
{
	struct writing w = {0};

	w.code = sqlite3_prepare_v2(db, sql, -1, &w.stmt, NULL);
	return w;
}

static void
note(struct writing *w, int code)
{
	if (w->code == SQLITE_OK)
		w->code = code;
}

static void
put_number(struct writing *w, int64_t value)
{
	note(w, sqlite3_bind_int64(w->stmt, ++w->column, value));
}

static void
put_null(struct writing *w)
{
	note(w, sqlite3_bind_null(w->stmt, ++w->column));
}

/* 0: there is none. */
static void
put_optional(struct writing *w, int64_t value)
{
	if (value != 0)
		put_number(w, value);
	else
		put_null(w);
}

/* "": there is none.  It stays where it is until put_row(). */
static void
put_text(struct writing *w, const char *text)
{
	if (text[0] != '\0')
		note(w, sqlite3_bind_text(w->stmt, ++w->column, text, -1, SQLITE_STATIC));
	else
		put_null(w);
}

/* Carry it out with what is bound; then others can be bound. */
static void
put_row(struct writing *w)
{
	if (w->code == SQLITE_OK)
		sqlite3_step(w->stmt);
	/* Returns the error of the step. */
	note(w, sqlite3_reset(w->stmt));
	w->column = 0;
}

static int
finish(struct writing *w)
{
	sqlite3_finalize(w->stmt);
	return w->code;
}

static int
run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static void
put_setting(struct writing *w, const char *name, int64_t value)
{
	put_text(w, name);
	put_number(w, value);
	put_null(w);
	put_row(w);
}

static void
put_override(struct writing *w, const char *name, const struct setting_record *setting)
{
	if (!setting->set)
		return;
	put_text(w, name);
	put_number(w, setting->value);
	put_number(w, setting->over);
	put_row(w);
}

static int
write_settings(sqlite3 *db, const struct save *save)
{
	const struct state *state = &save->changes->state;
	struct writing w;
	int code = run(db, "DELETE FROM setting");

	if (code != SQLITE_OK)
		return code;
	w = prepare(db, "INSERT INTO setting (name, value, overrides) VALUES (?, ?, ?)");
	put_setting(&w, "clean", state->clean);
	put_setting(&w, "quiet", state->quiet);
	put_setting(&w, "last_id", state->last_id);
	put_setting(&w, "runtime", save->runtime_us);
	put_setting(&w, "saved", save->saved_ms);
	put_override(&w, "interval", &state->interval);
	put_override(&w, "notifications", &state->notifications);
	return finish(&w);
}

static int
insert_links(sqlite3 *db, const struct state *state)
{
	struct writing w = prepare(db, "INSERT INTO link (name) VALUES (?) ON CONFLICT DO NOTHING");

	for (size_t i = 0; i < state->link_count; i++) {
		put_text(&w, state->links[i].name);
		put_row(&w);
	}
	return finish(&w);
}

static int
count_links(sqlite3 *db, size_t *count)
{
	struct writing w = prepare(db, "SELECT count(*) FROM link");

	if (w.code == SQLITE_OK && sqlite3_step(w.stmt) == SQLITE_ROW)
		*count = (size_t)sqlite3_column_int64(w.stmt, 0);
	note(&w, sqlite3_reset(w.stmt));
	return finish(&w);
}

/* Pages are written only if the links have changed, which is rare. */
static int
write_links(sqlite3 *db, const struct state *state)
{
	size_t count = 0;
	int code = insert_links(db, state);

	if (code == SQLITE_OK)
		code = count_links(db, &count);
	if (code != SQLITE_OK || count == state->link_count)
		return code;
	code = run(db, "DELETE FROM link");
	return code == SQLITE_OK ? insert_links(db, state) : code;
}

static void
put_manager(struct writing *w, const struct manager_record *record, int64_t runtime_us)
{
	const struct manager *m = &record->m;
	const struct wire_response *other = &record->challenger_says;
	const struct notified *notified = &record->notified;

	put_number(w, m->addr);
	put_text(w, words_announced(notified->announced));
	put_text(w, m->hostname);
	put_text(w, m->version);
	put_optional(w, m->port);
	put_optional(w, m->source);
	put_text(w, record->link);
	put_optional(w, m->first_seen.wall_ms);
	put_optional(w, m->last_seen.wall_ms);
	if (manager_heard(m))
		put_number(w, runtime_us + m->last_seen.mono_us);
	else
		put_null(w);
	put_number(w, m->missed);
	put_number(w, m->transitions);
	put_number(w, m->expected_by_operator);
	if (record->changed_us != 0)
		put_number(w, runtime_us + record->changed_us);
	else
		put_null(w);
	put_number(w, notified->conflict);
	put_optional(w, record->challenger);
	put_text(w, other->hostname);
	put_text(w, other->version);
	put_optional(w, other->port);
	put_text(w, notified->description.hostname);
	put_text(w, notified->description.version);
	put_optional(w, notified->description.port);
	put_row(w);
}

static int
insert_managers(sqlite3 *db, const struct save *save)
{
	const struct state *state = &save->changes->state;
	struct writing w = prepare(db, "REPLACE INTO manager (" SCHEMA_MANAGER_COLUMNS ") VALUES "
				       "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
				       "?, ?, ?)");

	for (size_t i = 0; i < state->manager_count; i++)
		put_manager(&w, &state->managers[i], save->runtime_us);
	return finish(&w);
}

static int
remove_managers(sqlite3 *db, const struct changes *changes)
{
	struct writing w = prepare(db, "DELETE FROM manager WHERE address = ?");

	for (size_t i = 0; i < changes->removed_count; i++) {
		put_number(&w, changes->removed[i]);
		put_row(&w);
	}
	return finish(&w);
}

static int
write_managers(sqlite3 *db, const struct save *save)
{
	const struct changes *changes = save->changes;
	int code = save->all || changes->all_managers ? run(db, "DELETE FROM manager")
						      : remove_managers(db, changes);

	return code == SQLITE_OK ? insert_managers(db, save) : code;
}

static void
put_event(struct writing *w, const struct event_record *record)
{
	const struct event *event = &record->event;

	put_number(w, event->id);
	put_number(w, record->queued);
	put_text(w, words_event_type(event->type));
	put_number(w, event->time.wall_ms);
	put_optional(w, event->addr);
	put_text(w, words_status(event->status));
	put_text(w, event->hostname);
	put_text(w, event->version);
	put_optional(w, event->port);
	put_text(w, event->former_hostname);
	put_text(w, event->former_version);
	put_optional(w, event->former_port);
	put_optional(w, event->source);
	put_optional(w, event->other_source);
	put_optional(w, event->ifindex);
	put_text(w, event->reason);
	put_row(w);
}

static int
insert_events(sqlite3 *db, const struct state *state)
{
	struct writing w = prepare(db, "INSERT INTO event (" SCHEMA_EVENT_COLUMNS ") VALUES "
				       "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
				       "ON CONFLICT (id) DO UPDATE SET queued = excluded.queued");

	for (size_t i = 0; i < state->event_count; i++)
		put_event(&w, &state->events[i]);
	return finish(&w);
}

static int
remove_old_events(sqlite3 *db, size_t history)
{
	struct writing w = prepare(db, "DELETE FROM event WHERE number <= "
				       "(SELECT max(number) FROM event) - ? AND NOT queued");

	put_number(&w, (int64_t)history);
	put_row(&w);
	return finish(&w);
}

static int
write_events(sqlite3 *db, const struct save *save)
{
	int code = SQLITE_OK;

	/* All that are queued are among the changes. */
	if (save->all)
		code = run(db, "UPDATE event SET queued = 0 WHERE queued");
	if (code == SQLITE_OK)
		code = insert_events(db, &save->changes->state);
	return code == SQLITE_OK ? remove_old_events(db, save->history) : code;
}

int
save_write(sqlite3 *db, const struct save *save)
{
	int code = run(db, "BEGIN IMMEDIATE");

	if (code == SQLITE_OK && save->make)
		code = schema_make(db);
	if (code == SQLITE_OK)
		code = write_settings(db, save);
	if (code == SQLITE_OK)
		code = write_links(db, &save->changes->state);
	if (code == SQLITE_OK)
		code = write_managers(db, save);
	if (code == SQLITE_OK)
		code = write_events(db, save);
	return code == SQLITE_OK ? run(db, "COMMIT") : code;
}

void
save_undo(sqlite3 *db)
{
	/* Some errors have done that already. */
	if (sqlite3_get_autocommit(db) == 0)
		run(db, "ROLLBACK");
}
