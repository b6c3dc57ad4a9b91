/* SPDX-License-Identifier: BSD-2-Clause */
/* What is saved can be loaded, and the cost of a save depends on what changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store_fixture.h"
#include "store_state.h"

static void
test_everything_comes_back(void **state)
{
	struct changes changes = make_changes(5, 5, 7);
	struct store *store = new_store();
	char error[PLACE_ERROR_LEN];
	struct state found;

	(void)state;
	assert_int_equal(load_state(store, 0, &found, error), STORE_NONE);
	fill_in(&changes);
	changes.state.clean = true;
	assert_saves(store, &changes, true, 0);
	store_free(store);
	found = loaded();
	assert_same_state(&found, &changes.state);
	state_clear(&found);
	state_clear(&changes.state);
}

static void
test_nothing_at_all(void **state)
{
	struct changes changes = {0};
	struct store *store = new_store();
	struct state found;

	(void)state;
	assert_saves(store, &changes, true, 0);
	store_free(store);
	found = loaded();
	assert_same_state(&found, &changes.state);
	state_clear(&found);
}

static void
test_changes_are_merged(void **state)
{
	struct changes all = make_changes(5, 5, 1), some = make_changes(3, 2, 5);
	struct store *store = new_store();
	struct state found;

	(void)state;
	assert_saves(store, &all, true, 0);
	/* 192.0.2.3 changes, 192.0.2.4 goes, 192.0.2.5 goes and comes back, 192.0.2.6 is new. */
	for (size_t i = 0; i < 3; i++)
		some.state.managers[i].m.addr = ADDR(((const int[]){5, 3, 6})[i]);
	some.state.managers[1].m.transitions = 77;
	some.removed[some.removed_count++] = ADDR(4);
	some.removed[some.removed_count++] = ADDR(5);
	some.state.events[0].queued = false;
	assert_saves(store, &some, false, 10);
	store_free(store);

	found = loaded();
	assert_int_equal(found.manager_count, 5);
	assert_int_equal(found.managers[2].m.addr, ADDR(3));
	assert_int_equal(found.managers[2].m.transitions, 77);
	assert_int_equal(found.managers[3].m.addr, ADDR(5));
	assert_int_equal(found.managers[4].m.addr, ADDR(6));
	assert_int_equal(found.event_count, 6);
	assert_true(found.events[3].queued);
	assert_false(found.events[4].queued);
	assert_int_equal(found.events[5].event.id, 6);
	assert_int_equal(found.last_id, 6);
	state_clear(&found);
	state_clear(&all.state);
	state_clear(&some.state);
}

static void
test_all_managers_replace_all(void **state)
{
	struct changes all = make_changes(5, 2, 1), some = make_changes(2, 0, 0);
	struct store *store = new_store();
	struct state found;

	(void)state;
	assert_saves(store, &all, true, 0);
	some.all_managers = true;
	some.state.last_id = 2;
	assert_saves(store, &some, false, 0);
	store_free(store);
	found = loaded();
	assert_int_equal(found.manager_count, 2);
	assert_int_equal(found.event_count, 2);
	assert_true(found.events[0].queued);
	state_clear(&found);
	state_clear(&all.state);
	state_clear(&some.state);
}

static void
test_links_are_replaced(void **state)
{
	struct changes changes = make_changes(0, 0, 0);
	struct store *store = new_store();
	struct state found;

	(void)state;
	memcpy(changes.state.links[0].name, "eth0", 5);
	memcpy(changes.state.links[1].name, "eth1", 5);
	changes.state.link_count = 2;
	assert_saves(store, &changes, true, 0);
	memcpy(changes.state.links[0].name, "eth2", 5);
	assert_saves(store, &changes, false, 0);
	changes.state.link_count = 1;
	assert_saves(store, &changes, false, 0);
	store_free(store);
	found = loaded();
	assert_int_equal(found.link_count, 1);
	assert_string_equal(found.links[0].name, "eth2");
	state_clear(&found);
	state_clear(&changes.state);
}

/* Only time during which a daemon runs counts. */
static void
test_ages_over_restarts(void **state)
{
	struct changes all = make_changes(2, 0, 0), one = make_changes(1, 0, 0);
	struct store *store = new_store();
	char error[PLACE_ERROR_LEN];
	struct state found;

	(void)state;
	assert_saves(store, &all, true, 0);
	/* 10 s later only the first one, which was heard 3 s ago. */
	one.state.managers[0].m.last_seen.mono_us = -3 * US_PER_S;
	one.state.managers[0].changed_us = -4 * US_PER_S;
	assert_saves(store, &one, false, 10);
	store_free(store);
	for (int64_t life = 1; life <= 3; life++) {
		store = new_store();
		assert_int_equal(load_state(store, 100000 * life, &found, error), STORE_LOADED);
		assert_int_equal(found.managers[0].m.last_seen.mono_us,
				 -(3 + 20 * (life - 1)) * US_PER_S);
		assert_int_equal(found.managers[0].changed_us, -(4 + 20 * (life - 1)) * US_PER_S);
		assert_int_equal(found.managers[1].m.last_seen.mono_us,
				 -(11 + 20 * (life - 1)) * US_PER_S);
		state_clear(&found);
		one.state.manager_count = 0;
		assert_saves(store, &one, false, 100000 * life + 20);
		store_free(store);
	}
	state_clear(&all.state);
	state_clear(&one.state);
}

static void
test_clock_was_ahead(void **state)
{
	const struct store_limits limits = {.managers = 10, .events = 10};
	char error[PLACE_ERROR_LEN];
	struct store *store;
	struct state found;
	size_t clamped;

	(void)state;
	make_database("UPDATE manager SET first_seen = first_seen + 86400000000, "
		      "last_seen = last_seen + 86400000000 "
		      "WHERE address = 3221225987"); /* 192.0.2.3 */
	store = new_store();
	assert_int_equal(store_load(store, &limits, at_s(60), &found, &clamped, error),
			 STORE_LOADED);
	assert_int_equal(clamped, 1);
	assert_int_equal(found.managers[2].m.first_seen.wall_ms, at_s(60).wall_ms);
	assert_int_equal(found.managers[2].m.last_seen.wall_ms, at_s(60).wall_ms);
	state_clear(&found);
	store_free(store);
}

/* Ids 4294967294, 4294967295, 1, 2 are in this order. */
static void
test_ids_start_again(void **state)
{
	struct changes changes = make_changes(1, 4, UINT32_MAX - 1);
	struct store *store = new_store();
	struct state found;

	(void)state;
	assert_saves(store, &changes, true, 0);
	state_clear(&changes.state);
	changes = make_changes(1, 1, 3);
	assert_saves(store, &changes, false, 0);
	store_free(store);
	found = loaded();
	assert_int_equal(found.event_count, 5);
	assert_int_equal(found.events[0].event.id, UINT32_MAX - 1);
	assert_int_equal(found.events[2].event.id, 1);
	assert_int_equal(found.events[4].event.id, 3);
	assert_int_equal(found.last_id, 3);
	state_clear(&found);
	state_clear(&changes.state);
}

/* The whole state saved to an existing database: other events stay, but are not queued. */
static void
test_all_over_an_existing_one(void **state)
{
	struct changes changes = make_changes(2, 4, 1);
	struct store *store = new_store();
	struct state found;

	(void)state;
	assert_saves(store, &changes, true, 0);
	state_clear(&changes.state);
	changes = make_changes(1, 2, 4);
	assert_saves(store, &changes, true, 0);
	store_free(store);
	found = loaded();
	assert_int_equal(found.manager_count, 1);
	assert_int_equal(found.event_count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(found.events[i].queued, i >= 3);
	state_clear(&found);
	state_clear(&changes.state);
}

static void
test_history_is_limited(void **state)
{
	const size_t more = 100;
	struct changes changes = make_changes(1, STORE_HISTORY, 1);
	struct store *store = new_store();
	struct state found;

	(void)state;
	for (size_t i = 10; i < STORE_HISTORY; i++)
		changes.state.events[i].queued = false;
	assert_saves(store, &changes, true, 0);
	state_clear(&changes.state);
	changes = make_changes(0, more, STORE_HISTORY + 1);
	assert_saves(store, &changes, false, 0);
	state_clear(&changes.state);
	/* The first ten are kept, because they are queued. */
	assert_int_equal(ask_sql("SELECT count(*) FROM event"), STORE_HISTORY + 10);
	assert_int_equal(ask_sql("SELECT min(id) FROM event WHERE NOT queued"), more + 1);

	changes = make_changes(0, 10, 1);
	for (size_t i = 0; i < 10; i++)
		changes.state.events[i].queued = false;
	changes.state.last_id = STORE_HISTORY + more;
	assert_saves(store, &changes, false, 0);
	state_clear(&changes.state);
	assert_int_equal(ask_sql("SELECT count(*) FROM event"), STORE_HISTORY);
	store_free(store);

	/* Of those the last thousand are loaded, and all that are queued. */
	run_sql("UPDATE event SET queued = 1 WHERE id = 50000");
	found = loaded();
	assert_int_equal(found.event_count, 1001);
	assert_int_equal(found.events[0].event.id, 50000);
	assert_int_equal(found.events[1].event.id, STORE_HISTORY + more - 999);
	state_clear(&found);
}

static long long
wal_size(void)
{
	struct stat st;

	assert_int_equal(stat(wal_path, &st), 0);
	return (long long)st.st_size;
}

/* The growth of -wal when one manager and one event, or all managers, are saved. */
static void
measure(size_t managers, long long *one, long long *all)
{
	const struct store_limits limits = {.managers = managers, .events = 1000};
	struct changes changes = make_changes(managers, 1000, 1);
	struct store *store = new_store();
	char error[PLACE_ERROR_LEN];
	struct state found;
	size_t clamped;

	assert_saves(store, &changes, true, 0);
	store_free(store);
	store = new_store();
	assert_int_equal(store_load(store, &limits, at_s(0), &found, &clamped, error),
			 STORE_LOADED);
	state_clear(&found);
	assert_int_equal(wal_size(), 0);
	changes.state.manager_count = 1;
	changes.state.event_count = 1;
	changes.state.events[0].event.id = 1001;
	changes.state.last_id = 1001;
	assert_saves(store, &changes, false, 0);
	*one = wal_size();
	changes.state.manager_count = managers;
	changes.all_managers = true;
	assert_saves(store, &changes, false, 0);
	*all = wal_size() - *one;
	store_free(store);
	state_clear(&changes.state);
	assert_int_equal(remove(path), 0);
}

static void
test_cost_is_what_changed(void **state)
{
	long long one_of_10, one_of_10000, all_of_10, all_of_10000;

	(void)state;
	measure(10, &one_of_10, &all_of_10);
	measure(10000, &one_of_10000, &all_of_10000);
	print_message("one event of 10 managers: %lld octets, of 10000: %lld; all 10000: %lld\n",
		      one_of_10, one_of_10000, all_of_10000);
	assert_true(one_of_10000 * 10 < one_of_10 * 12);
	assert_true(one_of_10000 < 65536);
	assert_true(all_of_10000 > 50 * one_of_10000);
}

/* A long transaction of a reader does not prevent saves; -wal shrinks after it. */
static void
test_long_reader(void **state)
{
	struct changes changes = make_changes(500, 3, 1);
	struct store *store = new_store();
	sqlite3_stmt *stmt;
	sqlite3 *db;

	(void)state;
	assert_saves(store, &changes, true, 0);
	changes.all_managers = true;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT * FROM managers", -1, &stmt, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	for (int i = 0; i < 40; i++)
		assert_saves(store, &changes, false, i);
	print_message("-wal after 40 saves under a reader: %lld octets\n", wal_size());
	while (sqlite3_step(stmt) == SQLITE_ROW)
		;
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	assert_saves(store, &changes, false, 60);
	assert_saves(store, &changes, false, 60);
	assert_true(wal_size() <= 4194304);
	store_free(store);
	assert_false(is_there(wal_path) || is_there(shm_path));
	state_clear(&changes.state);
}

static void
test_group_commit_of_a_burst(void **state)
{
	struct changes changes = make_changes(5000, 0, 1), burst = make_changes(5000, 5000, 1);
	struct store *store = new_store();

	(void)state;
	assert_saves(store, &changes, true, 0);
	assert_saves(store, &burst, false, 1);
	assert_int_equal(ask_sql("SELECT count(*) FROM event WHERE queued"), 5000);
	store_free(store);
	state_clear(&changes.state);
	state_clear(&burst.state);
}

/* The views. */
static void
test_views(void **state)
{
	struct changes changes = make_changes(2, 3, 1);
	struct store *store = new_store();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct event *event = &changes.state.events[i].event;

		event->addr = ADDR(1);
		event->time.wall_ms = WALL_MS + (const int64_t[]){0, 61500, 61500 + 90000000}[i];
	}
	changes.state.events[1].event.type = EVENT_CHANGED;
	snprintf(changes.state.events[1].event.previous_hostname, WIRE_HOSTNAME_LEN, "before");
	memcpy(changes.state.managers[0].link, "e\033[2J", 6);
	assert_saves(store, &changes, true, 0);
	state_clear(&changes.state);
	store_free(store);
	assert_int_equal(ask_sql("SELECT count(*) FROM managers WHERE address = '192.0.2.1' AND "
				 "announced = 'up' AND hostname = 'host-1.example.com' AND "
				 "last_seen = '2026-11-18T11:06:39.000Z' AND expected = 'no' AND "
				 "source = '192.0.2.1' AND conflict = 'no' AND "
				 "other_source IS NULL AND interface = 'hexadecimal 651B5B324A'"),
			 1);
	assert_int_equal(ask_sql("SELECT count(*) FROM events WHERE id = 1 AND "
				 "time = '2026-11-18T11:06:40.000Z' AND after IS NULL AND "
				 "queued = 'yes' AND type = 'appeared'"),
			 1);
	assert_int_equal(ask_sql("SELECT count(*) FROM events WHERE id = 2 AND after = '1m01s' AND "
				 "type = 'changed' AND previous_hostname = 'before' AND "
				 "previous_port IS NULL"),
			 1);
	assert_int_equal(ask_sql("SELECT count(*) FROM events WHERE after = '1d01h'"), 1);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_everything_comes_back),    TEST(test_nothing_at_all),
	    TEST(test_changes_are_merged),       TEST(test_all_managers_replace_all),
	    TEST(test_links_are_replaced),       TEST(test_ages_over_restarts),
	    TEST(test_clock_was_ahead),          TEST(test_ids_start_again),
	    TEST(test_all_over_an_existing_one), TEST(test_history_is_limited),
	    TEST(test_cost_is_what_changed),     TEST(test_long_reader),
	    TEST(test_group_commit_of_a_burst),  TEST(test_views),
	};

	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
