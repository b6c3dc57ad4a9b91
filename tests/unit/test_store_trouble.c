/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are moved, removed or replaced, disks that are full or read-only, other
 * programs, owners and modes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store_fixture.h"
#include "store_state.h"

/* With three managers and events saved. */
static struct store *
saved_store(void)
{
	struct changes changes = make_changes(3, 3, 1);
	struct store *store = new_store();

	assert_saves(store, &changes, true, 0);
	state_clear(&changes.state);
	return store;
}

static void
save_event(struct store *store, bool all, uint32_t id)
{
	struct changes changes = make_changes(all ? 3 : 0, 1, id);

	assert_saves(store, &changes, all, id);
	state_clear(&changes.state);
}

static void
test_modes_whatever_the_umask(void **state)
{
	const mode_t masks[] = {0, 0777};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const mode_t previous = umask(masks[i]);
		struct store *store = saved_store();

		umask(previous);
		assert_mode(path, 0600);
		assert_mode(wal_path, 0600);
		assert_mode(shm_path, 0600);
		assert_mode(lock_path, 0600);
		store_free(store);
		assert_false(is_there(wal_path) || is_there(shm_path) || is_there(journal_path));
		unlink(path);
	}
	store_free(NULL);
}

static void
assert_owner(const char *file, unsigned int owner)
{
	struct stat st;

	assert_int_equal(lstat(file, &st), 0);
	assert_int_equal(st.st_uid, owner);
}

/* Root reads the database of a daemon that was killed. */
static void
test_root_leaves_no_files_of_root(void **state)
{
	struct store *store;
	sqlite3_stmt *stmt;
	sqlite3 *db;

	(void)state;
	if (geteuid() != 0 || chown(directory, NOBODY, (gid_t)-1) < 0 || chmod(top, 0755) < 0 ||
	    seteuid(NOBODY) < 0) {
		print_message("skipped: cannot become another user (privileges)\n");
		skip();
	}
	store = saved_store();
	store_free(store);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT * FROM events", -1, &stmt, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_owner(wal_path, NOBODY);
	assert_owner(shm_path, NOBODY);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

static void
test_second_store(void **state)
{
	struct store *store = saved_store(), *second = NULL;
	char error[PLACE_ERROR_LEN];

	(void)state;
	assert_int_equal(store_new(&second, path, error), PLACE_REFUSED);
	assert_says(error, lock_path, "is locked by another process");
	assert_null(second);
	save_event(store, false, 4);
	store_free(store);
}

static void
test_removed(void **state)
{
	struct store *store = saved_store();

	(void)state;
	assert_int_equal(unlink(path), 0);
	assert_not_saved(store, STORE_NEEDS_ALL, false, "");
	assert_not_saved(store, STORE_NEEDS_ALL, false, "");
	assert_false(is_there(wal_path) || is_there(shm_path));
	save_event(store, true, 9);
	save_event(store, false, 10);
	assert_int_equal(ask_sql("SELECT count(*) FROM event"), 2);
	store_free(store);
}

/* A file that was moved is complete without its -wal. */
static void
test_moved(void **state)
{
	struct store *store = saved_store();

	(void)state;
	save_event(store, false, 4);
	assert_int_equal(rename(path, other), 0);
	assert_not_saved(store, STORE_NEEDS_ALL, false, "");
	save_event(store, true, 5);
	assert_int_equal(ask_sql("SELECT count(*) FROM event"), 1);
	store_free(store);
	assert_int_equal(rename(other, path), 0);
	assert_int_equal(ask_sql("SELECT count(*) FROM event"), 4);
}

/* A damaged file that replaces it is renamed, too. */
static void
test_replaced(void **state)
{
	struct store *store = saved_store();
	char aside[80], wal_aside[100];

	(void)state;
	snprintf(aside, sizeof(aside), "%s.bad", path);
	snprintf(wal_aside, sizeof(wal_aside), "%s.bad-wal", path);
	create(other, "of another");
	assert_int_equal(rename(other, path), 0);
	assert_not_saved(store, STORE_NEEDS_ALL, false, "is not the file that was opened; renamed");
	assert_content(aside, "of another");
	assert_false(is_there(wal_aside) || is_there(path) || is_there(wal_path));
	save_event(store, true, 5);
	store_free(store);
	unlink(aside);
}

static void
test_wal_or_shm_removed(void **state)
{
	const char *const files[] = {wal_path, shm_path};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct store *store = saved_store();

		assert_int_equal(unlink(files[i]), 0);
		assert_not_saved(store, STORE_NEEDS_ALL, false, "");
		/* Nothing is lost of what was saved. */
		save_event(store, true, 5);
		assert_true(is_there(files[i]));
		assert_int_equal(ask_sql("SELECT count(*) FROM event"), 4);
		save_event(store, false, 6);
		store_free(store);
		assert_int_equal(unlink(path), 0);
	}
}

static void
test_directory_removed(void **state)
{
	struct store *store = saved_store();

	(void)state;
	remove_all(directory);
	assert_not_saved(store, STORE_NEEDS_ALL, false, "");
	save_event(store, true, 5);
	assert_mode(directory, 0700);
	assert_mode(path, 0600);
	assert_refused(lock_path, "is locked");
	store_free(store);
}

/* The directory did not exist at the start. */
static void
test_directory_moved_and_back(void **state)
{
	struct store *store = saved_store();
	struct state found;

	(void)state;
	assert_int_equal(rename(directory, other), 0);
	create(directory, "");
	assert_not_saved(store, STORE_FAILED, false, "");
	assert_int_equal(unlink(directory), 0);
	assert_int_equal(rename(other, directory), 0);
	save_event(store, false, 4);
	store_free(store);
	found = loaded();
	assert_int_equal(found.event_count, 4);
	state_clear(&found);
}

static void
test_damaged_while_open(void **state)
{
	struct store *store = saved_store();
	char aside[80];

	(void)state;
	snprintf(aside, sizeof(aside), "%s.bad", path);
	run_sql("DROP TABLE event");
	assert_not_saved(store, STORE_NEEDS_ALL, false, "renamed to");
	assert_true(is_there(aside));
	save_event(store, true, 5);
	store_free(store);
	unlink(aside);
}

static void
test_another_program_has_a_lock(void **state)
{
	struct store *store = saved_store();
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_not_saved(store, STORE_FAILED, false, "another program has locked it");
	assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	save_event(store, false, 4);
	sqlite3_close(db);
	store_free(store);
}

/* Nothing is read past its lock: it may be in the middle of something. */
static void
test_another_program_has_it_alone(void **state)
{
	static const char *const how[] = {
	    "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; DELETE FROM event",
	    "PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE; DELETE FROM event",
	    "PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; DELETE FROM event",
	};

	(void)state;
	store_free(saved_store());
	for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		struct store *store = new_store();
		char error[PLACE_ERROR_LEN];
		struct state found;
		sqlite3 *db;

		assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, how[i], NULL, NULL, NULL), SQLITE_OK);
		assert_int_equal(load_state(store, 10, &found, error), STORE_UNREAD);
		assert_says(error, path, "another program has locked it");
		sqlite3_close(db);
		assert_int_equal(load_state(store, 10, &found, error), STORE_LOADED);
		assert_int_equal(found.event_count, 3);
		state_clear(&found);
		store_free(store);
	}
}

static void
test_full_disk(void **state)
{
	struct changes much = make_changes(5000, 0, 1);
	struct store *store;
	struct state found;

	(void)state;
	much.state.last_id = 3;
	mount_or_skip("size=256k,mode=0700");
	store = saved_store();
	for (int i = 0; i < 2; i++) {
		char error[PLACE_ERROR_LEN];

		assert_int_equal(store_save(store, &much, false, at_s(1), error), STORE_FAILED);
		assert_says(error, path, "No space left on device");
		assert_says(error, path, "cannot write ");
	}
	save_event(store, false, 4);
	remount(false, "size=16m");
	much.state.last_id = 4;
	assert_saves(store, &much, false, 5);
	store_free(store);
	assert_int_equal(ask_sql("SELECT count(*) FROM manager"), 5000);
	run_sql("DELETE FROM manager");
	found = loaded();
	assert_int_equal(found.event_count, 4);
	state_clear(&found);
	state_clear(&much.state);
}

/* Errors of write(2) other than ENOSPC: when it is committed, or before that, because it does
 * not fit into the cache. */
static void
test_reason_of_the_system(void **state)
{
	const size_t counts[] = {600, 5000};
	struct store *store = saved_store();
	struct rlimit previous, small = {.rlim_cur = 98304};

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &previous), 0);
	small.rlim_max = previous.rlim_max;
	for (size_t i = 0; i < 2; i++) {
		struct changes changes = make_changes(counts[i], 0, 1);
		char error[PLACE_ERROR_LEN];

		changes.state.last_id = 3;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
		assert_int_equal(store_save(store, &changes, false, at_s(1), error), STORE_FAILED);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &previous), 0);
		assert_says(error, path, strerror(EFBIG));
		assert_saves(store, &changes, false, 2);
		state_clear(&changes.state);
	}
	store_free(store);
}

/* No room for a -shm: it is read nevertheless, and saved to once there is room. */
static void
test_full_disk_at_the_start(void **state)
{
	char error[PLACE_ERROR_LEN], fillers[2][80];
	struct store *store;
	struct state found;

	(void)state;
	mount_or_skip("nr_inodes=5,mode=0700"); /* the directory, the lock, the database */
	store_free(saved_store());
	for (int i = 0; i < 2; i++) {
		snprintf(fillers[i], sizeof(fillers[i]), "%s/filler%d", directory, i);
		create(fillers[i], "");
	}
	store = new_store();
	if (load_state(store, 10, &found, error) != STORE_LOADED)
		fail_msg("%s", error);
	assert_int_equal(found.event_count, 3);
	state_clear(&found);
	assert_not_saved(store, STORE_FAILED, false, "No space left on device");
	assert_int_equal(unlink(fillers[0]), 0);
	assert_not_saved(store, STORE_FAILED, false, "No space left on device");
	remount(false, "nr_inodes=20");
	save_event(store, false, 4);
	assert_int_equal(ask_sql("SELECT count(*) FROM event"), 4);
	store_free(store);
}

static void
test_no_room_for_the_database(void **state)
{
	struct store *store;

	(void)state;
	mount_or_skip("nr_inodes=2,mode=0700");
	store = new_store();
	assert_not_saved(store, STORE_FAILED, true, "No space left on device");
	remount(false, "nr_inodes=20");
	save_event(store, true, 4);
	store_free(store);
}

static void
assert_exits_with_0(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
read_only_start(bool killed)
{
	char error[PLACE_ERROR_LEN];
	struct store *store;
	struct state found;
	pid_t child;

	mount_or_skip("size=1m,mode=0700");
	child = fork();
	if (child == 0) {
		store = saved_store();
		if (!killed)
			store_free(store);
		_exit(0);
	}
	assert_exits_with_0(child);
	assert_int_equal(is_there(wal_path), killed);
	remount(true, NULL);
	store = new_store();
	if (load_state(store, 10, &found, error) != STORE_LOADED)
		fail_msg("%s", error);
	assert_int_equal(found.event_count, 3);
	state_clear(&found);
	assert_not_saved(store, STORE_FAILED, false, "Read-only file system");
	remount(false, NULL);
	save_event(store, false, 4);
	assert_int_equal(ask_sql("SELECT count(*) FROM event"), 4);
	store_free(store);
}

static void
test_read_only_at_the_start(void **state)
{
	(void)state;
	read_only_start(false);
}

static void
test_read_only_after_a_crash(void **state)
{
	(void)state;
	read_only_start(true);
}

/* Its transaction cannot be undone there, and must not be read. */
static void
test_read_only_after_another_program_crashed(void **state)
{
	char error[PLACE_ERROR_LEN];
	struct store *store;
	struct state found;
	pid_t child;

	(void)state;
	mount_or_skip("size=1m,mode=0700");
	store_free(saved_store());
	child = fork();
	if (child == 0) {
		sqlite3 *db;

		_exit(sqlite3_open(path, &db) != SQLITE_OK ||
		      sqlite3_exec(db,
				   "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1;"
				   "BEGIN; DELETE FROM event; CREATE TABLE x (y);"
				   "INSERT INTO x WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
				   "SELECT i + 1 FROM n WHERE i < 99) SELECT zeroblob(3000) FROM n",
				   NULL, NULL, NULL) != SQLITE_OK);
	}
	assert_exits_with_0(child);
	assert_true(is_there(journal_path));
	remount(true, NULL);
	store = new_store();
	assert_int_equal(load_state(store, 10, &found, error), STORE_UNREAD);
	assert_says(error, path, "Read-only file system");
	remount(false, NULL);
	assert_int_equal(load_state(store, 10, &found, error), STORE_LOADED);
	assert_int_equal(found.event_count, 3);
	state_clear(&found);
	store_free(store);
}

/* For as long as the store is open, and after many errors. */
static void
test_no_descriptor_is_left(void **state)
{
	const size_t before = open_descriptors();
	struct store *store = saved_store();

	(void)state;
	for (int i = 0; i < 5; i++) {
		assert_int_equal(unlink(path), 0);
		assert_not_saved(store, STORE_NEEDS_ALL, false, "");
		make_symlink(path);
		assert_not_saved(store, STORE_FAILED, true, "is a symbolic link; expected");
		assert_int_equal(unlink(path), 0);
		unlink(other);
		make_directory(wal_path);
		assert_not_saved(store, STORE_FAILED, true, "is a directory; expected");
		assert_int_equal(rmdir(wal_path), 0);
		save_event(store, true, 4);
	}
	store_free(store);
	assert_int_equal(open_descriptors(), before);
}

#define KILLS 40

static _Noreturn void
save_until_killed(int ready_fd, uint32_t id)
{
	struct store *store = new_store();
	char error[PLACE_ERROR_LEN];
	struct state found;
	const enum store_loaded how = load_state(store, 0, &found, error);

	if (how != STORE_LOADED && how != STORE_NONE)
		_exit(1);
	for (bool all = how == STORE_NONE;; all = false, id++) {
		struct changes changes = make_changes(id % 50, 1, id);

		if (store_save(store, &changes, all, at_s(1), error) != STORE_SAVED ||
		    write(ready_fd, &id, sizeof(id)) != sizeof(id))
			_exit(1);
		state_clear(&changes.state);
	}
}

/* What was reported as saved is on disk, whenever the process is killed. */
static void
test_killed_at_any_moment(void **state)
{
	unsigned short random[3] = {1, 2, 3};
	uint32_t last = 0;

	(void)state;
	for (int i = 0; i < KILLS; i++) {
		struct timespec moment = {.tv_nsec = nrand48(random) % 20000000};
		struct state found;
		int fds[2], status;
		uint32_t id;
		pid_t child;

		assert_int_equal(pipe(fds), 0);
		child = fork();
		if (child == 0) {
			alarm(60);
			save_until_killed(fds[1], last + 1);
		}
		close(fds[1]);
		assert_int_equal(read(fds[0], &id, sizeof(id)), sizeof(id));
		last = id;
		nanosleep(&moment, NULL);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		while (read(fds[0], &id, sizeof(id)) == sizeof(id))
			last = id;
		close(fds[0]);
		found = loaded();
		assert_true(found.last_id == last || found.last_id == last + 1);
		last = found.last_id;
		assert_int_equal(found.events[found.event_count - 1].event.id, last);
		state_clear(&found);
	}
	print_message("%u saves, killed %d times\n", last, KILLS);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_modes_whatever_the_umask),
	    TEST(test_root_leaves_no_files_of_root),
	    TEST(test_second_store),
	    TEST(test_removed),
	    TEST(test_moved),
	    TEST(test_replaced),
	    TEST(test_wal_or_shm_removed),
	    TEST(test_directory_removed),
	    TEST(test_directory_moved_and_back),
	    TEST(test_damaged_while_open),
	    TEST(test_another_program_has_a_lock),
	    TEST(test_another_program_has_it_alone),
	    TEST(test_full_disk),
	    TEST(test_reason_of_the_system),
	    TEST(test_full_disk_at_the_start),
	    TEST(test_no_room_for_the_database),
	    TEST(test_read_only_at_the_start),
	    TEST(test_read_only_after_a_crash),
	    TEST(test_read_only_after_another_program_crashed),
	    TEST(test_no_descriptor_is_left),
	    TEST(test_killed_at_any_moment),
	};

	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
