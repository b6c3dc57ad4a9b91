/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_fixture.h"
#include "store_state.h"

struct moment
at_s(int64_t s)
{
	return (struct moment){
	    .mono_us = (1000 + s) * US_PER_S,
	    .wall_ms = WALL_MS + s * 1000,
	};
}

static void
make_manager(struct manager_record *record, size_t i)
{
	struct manager *m = &record->m;
	struct wire_response *notified = &record->notified.description;

	*record = (struct manager_record){
	    .m = {.addr = ADDR(i),
		  .status = MANAGER_UNKNOWN,
		  .link = LINK_NONE,
		  .port = WIRE_XMPP_PORT,
		  .source = ADDR(i),
		  .first_seen = {.mono_us = -US_PER_S, .wall_ms = WALL_MS - 86400000},
		  .last_seen = {.mono_us = -US_PER_S, .wall_ms = WALL_MS - 1000}},
	    .link = "eth0",
	    .notified = {.announced = ANNOUNCED_UP, .description.port = WIRE_XMPP_PORT},
	};
	snprintf(m->hostname, sizeof(m->hostname), "host-%zu.example.com", i);
	snprintf(m->version, sizeof(m->version), "3.6.2.0");
	memcpy(notified->hostname, m->hostname, sizeof(m->hostname));
	memcpy(notified->version, m->version, sizeof(m->version));
}

static void
make_event(struct event_record *record, uint32_t id)
{
	*record = (struct event_record){
	    .event = {.id = id,
		      .type = EVENT_APPEARED,
		      .time.wall_ms = WALL_MS + id % 1000,
		      .addr = ADDR(1 + id % 200),
		      .status = MANAGER_UP,
		      .name = "host.example.com",
		      .hostname = "host.example.com",
		      .version = "3.6.2.0",
		      .port = WIRE_XMPP_PORT,
		      .source = ADDR(1 + id % 200),
		      .ifindex = 2,
		      .reason = "answered for the first time"},
	    .queued = true,
	};
}

static void *
zeroed(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL)
		abort();
	return memory;
}

struct changes
make_changes(size_t managers, size_t events, uint32_t first_id)
{
	struct changes changes = {0};
	struct state *state = &changes.state;
	uint32_t id = first_id;

	state->managers = zeroed(managers + 1, sizeof(*state->managers));
	state->events = zeroed(events + 1, sizeof(*state->events));
	state->links = zeroed(LINKS_MAX, sizeof(*state->links));
	state->manager_count = managers;
	state->event_count = events;
	for (size_t i = 0; i < managers; i++)
		make_manager(&state->managers[i], 1 + i);
	for (size_t i = 0; i < events; i++, id += id == UINT32_MAX ? 2 : 1) {
		make_event(&state->events[i], id);
		state->last_id = id;
	}
	return changes;
}

void
fill_in(struct changes *changes)
{
	struct state *state = &changes->state;
	struct manager_record *record = &state->managers[0];
	struct event_record *event = &state->events[0];

	state->quiet = true;
	state->interval = (struct setting_record){true, 30 * US_PER_S, 60 * US_PER_S};
	state->notifications = (struct setting_record){true, 0, 1};
	state->link_count = 2;
	memcpy(state->links[0].name, "eth\xff\n", 6);
	memcpy(state->links[1].name, "fifteen-octets-", 16);
	record->m.missed = 3;
	record->m.transitions = UINT32_MAX;
	record->m.expected_by_operator = true;
	memcpy(record->link, "fifteen-octets-", 16);
	record->m.source = 0xffffffff;
	record->m.last_seen.mono_us = -1;
	record->m.first_seen.mono_us = -1;
	record->changed_us = -1;
	record->notified.conflict = true;
	record->notified.description =
	    (struct wire_response){.hostname = "before", .version = "3.5", .port = 65535};
	record->challenged = true;
	record->challenger = ADDR(77);
	record->challenger_says = (struct wire_response){
	    .addr = record->m.addr, .hostname = "other", .version = "9", .port = 1};
	memset(record->m.hostname, 'h', sizeof(record->m.hostname) - 1);
	memset(record->m.version, '~', sizeof(record->m.version) - 1);
	/* Expected by SET, announced as down, never heard. */
	state->managers[1] = (struct manager_record){
	    .m = {.addr = ADDR(2),
		  .status = MANAGER_UNKNOWN,
		  .link = LINK_NONE,
		  .waiting_us = -1,
		  .missed = 9,
		  .expected_by_operator = true},
	    .notified.announced = ANNOUNCED_DOWN,
	};
	event->event.type = EVENT_CONFLICT;
	event->event.status = MANAGER_DOWN;
	event->event.other_source = ADDR(9);
	event->event.other_port = 9;
	memset(event->event.other_hostname, 'o', sizeof(event->event.other_hostname) - 1);
	memset(event->event.name, 'n', sizeof(event->event.name) - 1);
	event->event.ifindex = INT32_MAX;
	event->event.previous_port = 7;
	event->queued = false;
	memset(event->event.previous_hostname, 'f', sizeof(event->event.previous_hostname) - 1);
	memset(event->event.previous_version, ' ', sizeof(event->event.previous_version) - 1);
	memset(event->event.reason, 'r', sizeof(event->event.reason) - 1);
	state->events[1].event = (struct event){
	    .id = state->events[1].event.id,
	    .type = EVENT_IMPAIRED,
	    .status = MANAGER_UNKNOWN,
	    .time.wall_ms = 1,
	    .name = "eth0",
	};
}

struct store *
new_store(void)
{
	char error[PLACE_ERROR_LEN];
	struct store *store = NULL;

	if (store_new(&store, path, error) == PLACE_REFUSED)
		fail_msg("%s", error);
	return store;
}

void
assert_saves(struct store *store, const struct changes *changes, bool all, int64_t now_s)
{
	char error[PLACE_ERROR_LEN];
	const enum store_saved saved = store_save(store, changes, all, at_s(now_s), error);

	if (saved != STORE_SAVED)
		fail_msg("%d: %s", saved, error);
}

void
assert_not_saved(struct store *store, enum store_saved how, bool all, const char *words)
{
	char error[PLACE_ERROR_LEN];
	struct changes changes = make_changes(3, 3, 1);

	assert_int_equal(store_save(store, &changes, all, at_s(3600), error), how);
	state_clear(&changes.state);
	if (words[0] != '\0' || error[0] != '\0')
		assert_says(error, directory, words);
}

enum store_loaded
load_state(struct store *store, int64_t now_s, struct state *state, char *error)
{
	const struct store_limits limits = {.managers = 1000, .events = 1000};
	size_t clamped;

	return store_load(store, &limits, at_s(now_s), state, &clamped, error);
}

struct state
loaded(void)
{
	struct store *store = new_store();
	char error[PLACE_ERROR_LEN];
	struct state state;

	if (load_state(store, 3600, &state, error) != STORE_LOADED)
		fail_msg("not loaded: %s", error);
	store_free(store);
	return state;
}

void
assert_same_state(const struct state *a, const struct state *b)
{
	assert_int_equal(a->clean, b->clean);
	assert_int_equal(a->quiet, b->quiet);
	assert_int_equal(a->last_id, b->last_id);
	assert_int_equal(a->link_count, b->link_count);
	assert_memory_equal(&a->interval, &b->interval, sizeof(a->interval));
	assert_memory_equal(&a->notifications, &b->notifications, sizeof(a->interval));
	assert_int_equal(a->manager_count, b->manager_count);
	assert_int_equal(a->event_count, b->event_count);
	for (size_t i = 0; i < a->link_count; i++)
		assert_string_equal(a->links[i].name, b->links[i].name);
	/* Made from zeros, both; so padding is the same. */
	if (a->manager_count > 0)
		assert_memory_equal(a->managers, b->managers,
				    a->manager_count * sizeof(*a->managers));
	if (a->event_count > 0)
		assert_memory_equal(a->events, b->events, a->event_count * sizeof(*a->events));
}

static sqlite3 *
open_sqlite(void)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	return db;
}

void
run_sql(const char *sql)
{
	sqlite3 *db = open_sqlite();

	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int64_t
ask_sql(const char *sql)
{
	sqlite3 *db = open_sqlite();
	sqlite3_stmt *stmt;
	int64_t answer;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	answer = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return answer;
}

void
make_database(const char *sql)
{
	struct changes changes = make_changes(3, 3, 1);
	struct store *store = new_store();

	fill_in(&changes);
	assert_saves(store, &changes, true, 0);
	state_clear(&changes.state);
	store_free(store);
	run_sql(sql);
}
