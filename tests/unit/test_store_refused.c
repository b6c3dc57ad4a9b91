/* SPDX-License-Identifier: BSD-2-Clause */
/* A file with values that cannot have been saved is refused as a whole, and renamed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store_fixture.h"
#include "store_state.h"

static char aside[80];

/* The database is renamed, for a reason that contains this text; the name is free again. */
static void
assert_put_aside(const char *words)
{
	struct store *store = new_store();
	char error[PLACE_ERROR_LEN];
	struct state state;

	snprintf(aside, sizeof(aside), "%s.bad", path);
	if (load_state(store, 3600, &state, error) != STORE_DAMAGED)
		fail_msg("not refused: %s", words);
	assert_says(error, path, words);
	assert_says(error, aside, "renamed to");
	assert_int_equal(state.manager_count + state.event_count + state.link_count, 0);
	assert_null(state.managers);
	assert_false(is_there(path) || is_there(wal_path) || is_there(shm_path));
	assert_true(is_there(aside));
	assert_not_saved(store, STORE_NEEDS_ALL, false, "");
	store_free(store);
	unlink(aside);
}

#define FIRST "192.0.2.1: "

/* A statement, and a part of the resulting error text. */
static const struct {
	const char *sql, *words;
} values[] = {
    {"UPDATE setting SET clean = 2",
     "table setting, row 1: clean 2: expected an integer from 0 to 1"},
    {"UPDATE setting SET last_id = 'x'",
     "table setting, row 1: last_id x: expected an integer from 0 to 4294967295"},
    {"UPDATE setting SET runtime = -1", "runtime -1: expected"},
    {"UPDATE setting SET runtime = 3155760000000001", "runtime 3155760000000001"},
    {"UPDATE setting SET interval = 99999", "expected interval and interval_over of 100000"},
    {"UPDATE setting SET interval = 86400000001",
     "interval 86400000001: expected an integer from 0 to 86400000000"},
    {"UPDATE setting SET interval_over = 99999", "expected interval and interval_over"},
    {"UPDATE setting SET notifications = 2", "notifications 2: expected"},
    {"UPDATE setting SET number = 2", "table setting, row 2: number 2: expected an integer from 1"},
    {"INSERT INTO setting SELECT 2, clean, quiet, last_id, runtime, saved, interval_set, "
     "interval, interval_over, notifications_set, notifications, notifications_over FROM setting",
     "row 2: number 2: expected an integer from 1 to 1"},
    {"DELETE FROM setting", "table setting, row 1: is missing"},
    {"UPDATE setting SET last_id = 2", "table event, row 3: id 3: expected 2 at most, the last_id"},

    {"INSERT INTO link VALUES ('a/b')", "table link, row a/b: name a/b: expected"},
    {"INSERT INTO link VALUES ('sixteen-octets--')", "name sixteen-octets--: expected"},
    {"INSERT INTO link VALUES ('')", "table link, row : name : expected 1 to 15 octets"},
    {"INSERT INTO link VALUES (x'6161')", "a blob of 2 octets"},
    {"INSERT INTO link VALUES (CAST(x'610062' AS TEXT))", "a\\x00b"},
    {"WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1023) "
     "INSERT INTO link SELECT i FROM n",
     "expected 1024 rows at most"},

    {"UPDATE manager SET address = 4294967296 WHERE address = 3221225985",
     "table manager, row 4294967296: address 4294967296: expected"},
    {"UPDATE manager SET address = -1 WHERE address = 3221225985", "address -1"},
    {"UPDATE manager SET address = 0 WHERE address = 3221225985", "address 0"},
    {"UPDATE manager SET address = 1 WHERE address = 3221225985",
     "address 1: expected an address that a manager can have"},
    {"UPDATE manager SET address = 3758096385 WHERE address = 3221225985",
     "row 3758096385: address 3758096385: expected an address"},
    {"UPDATE manager SET announced = 'sideways'",
     FIRST "announced sideways: expected NULL or one of up, down"},
    {"UPDATE manager SET announced = 1", "announced 1: expected"},
    {"UPDATE manager SET announced = ''", "announced : expected"},
    {"UPDATE manager SET hostname = 'tab' || char(9)", FIRST "hostname tab\\x09: expected"},
    {"UPDATE manager SET hostname = char(233)", "hostname \\xc3\\xa9"},
    {"UPDATE manager SET hostname = ''", "hostname : expected NULL or 1 to 255 printable"},
    {"UPDATE manager SET hostname = x'61'", "hostname a blob of 1 octets"},
    {"UPDATE manager SET hostname = printf('%256s', 'x')", "hostname  "},
    {"UPDATE manager SET version = printf('%32s', 'x')", "NULL or 1 to 31 printable"},
    {"UPDATE manager SET port = 65536", FIRST "port 65536: expected NULL or an integer from 1"},
    {"UPDATE manager SET port = 0", "port 0"},
    {"UPDATE manager SET port = 1.5", "port 1.5"},
    {"UPDATE manager SET port = x'01'", "port a blob"},
    {"UPDATE manager SET port = NULL",
     "expected all of first_seen, last_seen, last_heard, source and port"},
    {"UPDATE manager SET source = 4294967296", "source 4294967296"},
    {"UPDATE manager SET source = NULL", "expected all of first_seen"},
    {"UPDATE manager SET interface = 'a/b'", "interface a/b"},
    {"UPDATE manager SET first_seen = NULL", "expected all of first_seen"},
    {"UPDATE manager SET first_seen = 253402300800000", "first_seen 253402300800000"},
    {"UPDATE manager SET last_seen = NULL",
     "expected all of first_seen, last_seen, last_heard, source and port"},
    {"UPDATE manager SET last_seen = -5", "last_seen -5"},
    {"UPDATE manager SET last_heard = 1", "last_heard 1: expected NULL or an integer from"},
    {"UPDATE manager SET last_heard = -9223372036854775808", "last_heard -9223372036854775808"},
    {"UPDATE manager SET last_heard = NULL", "expected all of first_seen, last_seen, last_heard"},
    {"UPDATE manager SET last_heard = -3155760000000001", "last_heard -315"},
    {"UPDATE manager SET last_seen = NULL, last_heard = NULL, first_seen = NULL, source = NULL, "
     "port = NULL, announced = NULL, conflict = 0, challenger = NULL, challenger_port = NULL, "
     "challenger_hostname = NULL, challenger_version = NULL",
     "expected last_seen, as there is hostname or version"},
    {"UPDATE manager SET missed = -1", "missed -1"},
    {"UPDATE manager SET missed = 4294967296", "missed 4294967296"},
    {"UPDATE manager SET transitions = 'many'", "transitions many"},
    {"UPDATE manager SET expected = 2", "expected 2: expected an integer from 0 to 1"},
    {"UPDATE manager SET changed = 1", "changed 1"},
    {"UPDATE manager SET conflict = -1", "conflict -1"},
    {"UPDATE manager SET challenger = NULL", "expected challenger, as there is"},
    {"UPDATE manager SET challenger = NULL, challenger_port = NULL",
     "expected challenger, as there is challenger_hostname"},
    {"UPDATE manager SET challenger_port = NULL", "expected challenger_port and last_seen"},
    {"UPDATE manager SET challenger_hostname = char(10)", "challenger_hostname \\x0a"},
    {"UPDATE manager SET challenger_version = char(127)", "challenger_version \\x7f"},
    {"UPDATE manager SET announced_port = NULL", "expected announced_port, as it is announced"},
    {"UPDATE manager SET announced_hostname = char(0)", "announced_hostname \\x00"},
    {"UPDATE manager SET announced_version = x'37'", "announced_version a blob"},
    {"UPDATE manager SET announced = 'up' WHERE address = 3221225986",
     "row 192.0.2.2: expected last_seen, as it is announced as up"},
    {"CREATE TEMP TABLE many AS "
     "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
     "SELECT manager.* FROM manager, n WHERE address = 3221225986; "
     "UPDATE many SET address = 3221226000 + rowid; "
     "INSERT INTO manager SELECT * FROM many",
     "expected 1000 rows at most"},

    {"UPDATE event SET id = 4294967296 WHERE id = 1",
     "table event, row 1: id 4294967296: expected"},
    {"UPDATE event SET id = 0 WHERE id = 1", "row 1: id 0"},
    {"UPDATE event SET id = 9 WHERE id = 3", "row 3: id 9: expected 3 at most"},
    {"UPDATE event SET id = 10 - id", "row 3: id 7: expected one after 8"},
    {"UPDATE event SET id = CASE id WHEN 1 THEN 5 WHEN 2 THEN 9 ELSE 7 END",
     "row 3: id 7: expected one after 9"},
    {"UPDATE event SET number = -number", "number -3"},
    {"UPDATE event SET number = number + 4611686018427387904 WHERE id = 3",
     "number 46116860184273"},
    {"UPDATE event SET queued = 2", "row 1: queued 2"},
    {"UPDATE event SET type = 'bored'",
     "type bored: expected one of appeared, disappeared, changed, conflict, impaired, restored"},
    {"UPDATE event SET type = 'invalid'", "type invalid: expected"},
    {"UPDATE event SET type = 1", "type 1: expected"},
    {"UPDATE event SET time = 0", "time 0: expected an integer from 1 to 253402300799999"},
    {"UPDATE event SET time = 253402300800000", "time 253402300800000"},
    {"UPDATE event SET address = 3758096385 WHERE id = 1", "an address that a manager can have"},
    {"UPDATE event SET address = NULL WHERE id = 1", "expected an address with this type"},
    {"UPDATE event SET address = 3221225985 WHERE id = 2", "expected no address with this type"},
    {"UPDATE event SET status = 'bored'", "status bored: expected one of up, missing"},
    {"UPDATE event SET hostname = char(27)", "hostname \\x1b"},
    {"UPDATE event SET version = char(27)", "version \\x1b"},
    {"UPDATE event SET port = 65536", "port 65536"},
    {"UPDATE event SET previous_hostname = char(27)", "previous_hostname \\x1b"},
    {"UPDATE event SET previous_version = char(27)", "previous_version \\x1b"},
    {"UPDATE event SET previous_port = 65536", "previous_port 65536"},
    {"UPDATE event SET source = -1", "source -1"},
    {"UPDATE event SET other_source = 'here'", "other_source here"},
    {"UPDATE event SET ifindex = 2147483648", "ifindex 2147483648"},
    {"UPDATE event SET reason = char(27)", "reason \\x1b"},
    {"UPDATE event SET reason = printf('%128s', 'x')", "NULL or 1 to 127 printable"},
    {"UPDATE event SET reason = printf('%70000s', 'x')", "too big"},
};

static void
test_each_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		make_database(values[i].sql);
		assert_put_aside(values[i].words);
	}
}

static const struct {
	const char *sql, *words;
} schemas[] = {
    {"PRAGMA application_id = 7", "application_id 7: expected"},
    {"PRAGMA user_version = 2", "user_version 2: expected 1; it is of another ldm-agentx"},
    {"PRAGMA user_version = 0", "user_version 0"},
    {"DROP TABLE link", "link: is missing"},
    {"ALTER TABLE manager RENAME TO m", "manager: is"},
    {"ALTER TABLE manager ADD COLUMN more", "manager: is another table or view"},
    {"DROP VIEW events; ALTER TABLE event DROP COLUMN reason", "event: is another table or view"},
    {"DROP VIEW managers; DROP TABLE manager; CREATE VIEW manager AS SELECT 1 AS address",
     "manager: is another table or view"},
    {"DROP VIEW events; CREATE TABLE events (a)", "events: is another table or view"},
    {"PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE nonsense'", "malformed"},
    {"PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 1 WHERE name = 'event'", ""},
};

static void
test_each_schema(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++) {
		make_database(schemas[i].sql);
		assert_put_aside(schemas[i].words);
	}
}

/* A row that is missing in its index could be saved twice. */
static void
test_index_without_a_row(void **state)
{
	(void)state;
	make_database("CREATE TABLE kept AS SELECT * FROM sqlite_master WHERE tbl_name = 'event';"
		      "PRAGMA writable_schema = ON;"
		      "UPDATE sqlite_master SET sql = replace(sql, 'UNIQUE', '') "
		      "WHERE name = 'event';"
		      "DELETE FROM sqlite_master WHERE name LIKE 'sqlite_autoindex_event%'");
	run_sql("DELETE FROM event WHERE id = 3;"
		"INSERT INTO event (id, queued, type, time, status, name) "
		"VALUES (2000, 0, 'impaired', 1, 'up', 'eth0')");
	run_sql("PRAGMA writable_schema = ON;"
		"UPDATE sqlite_master SET sql = (SELECT sql FROM kept WHERE name = 'event') "
		"WHERE name = 'event';"
		"INSERT INTO sqlite_master SELECT * FROM kept WHERE type = 'index'");
	assert_put_aside("index");
}

/* Additions of others, such as triggers, do not run and do not matter. */
static void
test_additions_are_harmless(void **state)
{
	struct changes changes = make_changes(1, 1, 4);
	struct store *store;
	char error[PLACE_ERROR_LEN];
	struct state found;

	(void)state;
	make_database("CREATE VIEW mine AS SELECT * FROM events WHERE type = 'changed';"
		      "CREATE TABLE notes (text);"
		      "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM manager; "
		      "INSERT INTO notes VALUES ('fired'); END;"
		      "ANALYZE");
	store = new_store();
	assert_int_equal(load_state(store, 10, &found, error), STORE_LOADED);
	state_clear(&found);
	assert_saves(store, &changes, false, 20);
	store_free(store);
	assert_int_equal(ask_sql("SELECT count(*) FROM notes"), 0);
	assert_int_equal(ask_sql("SELECT count(*) FROM manager"), 3);
	state_clear(&changes.state);
}

static void
test_other_files(void **state)
{
	(void)state;
	create(path, "ldm-agentx state 1\nsaved at=2026-11-24T14:40:21.123Z\n");
	assert_put_aside("file is not a database");
	create(path, "xy");
	assert_put_aside("file is not a database");
}

static long long
size_of(const char *file)
{
	struct stat st;

	assert_int_equal(stat(file, &st), 0);
	return (long long)st.st_size;
}

static void
test_truncated(void **state)
{
	long long size;

	(void)state;
	make_database("SELECT 1");
	size = size_of(path);
	for (long long len = 100; len < size; len += 4096) {
		struct store *store;
		char error[PLACE_ERROR_LEN];
		enum store_loaded found;
		struct state read;

		make_database("SELECT 1");
		assert_int_equal(truncate(path, len), 0);
		store = new_store();
		found = load_state(store, 3600, &read, error);
		if (found != STORE_DAMAGED)
			fail_msg("%lld octets: %d", len, found);
		store_free(store);
		remove_all(directory);
		assert_int_equal(mkdir(directory, 0700), 0);
	}
}

/* Whatever the file contains, it is renamed, or loaded with valid values and saved to. */
static void
test_flipped_bits(void **state)
{
	unsigned int damaged = 0, loaded_all_the_same = 0;
	long long size;

	(void)state;
	make_database("SELECT 1");
	size = size_of(path);
	for (long long at = 0; at < size; at += at < 200 ? 1 : 97) {
		struct changes changes = make_changes(2, 2, 1);
		char error[PLACE_ERROR_LEN] = "";
		struct store *store;
		struct state read;
		enum store_saved saved;
		enum store_loaded found;
		uint8_t octet;
		int fd;

		make_database("SELECT 1");
		fd = open(path, O_RDWR | O_CLOEXEC);
		assert_true(fd >= 0);
		assert_int_equal(pread(fd, &octet, 1, at), 1);
		octet ^= (uint8_t)(1 << at % 8);
		assert_int_equal(pwrite(fd, &octet, 1, at), 1);
		close(fd);
		store = new_store();
		found = load_state(store, 3600, &read, error);
		if (found == STORE_UNREAD)
			fail_msg("octet %lld: %s", at, error);
		damaged += found == STORE_DAMAGED;
		loaded_all_the_same += found == STORE_LOADED;
		saved = store_save(store, &changes, found != STORE_LOADED, at_s(3700), error);
		if (saved == STORE_NEEDS_ALL)
			saved = store_save(store, &changes, true, at_s(3700), error);
		if (saved != STORE_SAVED)
			fail_msg("octet %lld: %d: %s", at, saved, error);
		store_free(store);
		state_clear(&read);
		state_clear(&changes.state);
		remove_all(directory);
		assert_int_equal(mkdir(directory, 0700), 0);
	}
	print_message("%u times damaged, %u times loaded\n", damaged, loaded_all_the_same);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_each_value),
	    TEST(test_each_schema),
	    TEST(test_additions_are_harmless),
	    TEST(test_index_without_a_row),
	    TEST(test_other_files),
	    TEST(test_truncated),
	    TEST(test_flipped_bits),
	};

	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
