/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of a database: locked, checked, private, renamed, still the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store_fixture.h"

static void
test_private_whatever_the_umask(void **state)
{
	const mode_t masks[] = {0, 0777};
	char error[PLACE_ERROR_LEN];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const mode_t previous = umask(masks[i]);
		struct place *place = opened();

		assert_int_equal(place_create(place, error), 0);
		umask(previous);
		assert_mode(lock_path, 0600);
		assert_mode(path, 0600);
		place_close(place);
		unlink(lock_path);
	}
	place_close(NULL);
}

/* A copy that somebody restored. */
static void
test_what_was_there_becomes_private(void **state)
{
	const char *const files[] = {path, wal_path, shm_path, journal_path, lock_path};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		create(files[i], "x");
		assert_int_equal(chmod(files[i], 0644), 0);
	}
	place_close(opened());
	for (size_t i = 0; i < 5; i++)
		assert_mode(files[i], 0600);
}

static void
test_create(void **state)
{
	struct place *place = opened();
	char error[PLACE_ERROR_LEN];

	(void)state;
	create(wal_path, "of another");
	create(journal_path, "of another");
	create(shm_path, "of another");
	assert_int_equal(place_create(place, error), 0);
	assert_content(path, "");
	assert_false(is_there(wal_path) || is_there(journal_path) || is_there(shm_path));
	assert_int_equal(place_create(place, error), 0);

	assert_int_equal(unlink(path), 0);
	make_directory(path);
	assert_int_equal(place_create(place, error), -1);
	assert_says(error, path, strerror(EISDIR));
	place_close(place);
}

static void
test_empty(void **state)
{
	struct place *place = opened();

	(void)state;
	assert_true(place_is_empty(place));
	create(path, "1"); /* to SQLite, too */
	assert_true(place_is_empty(place));
	create(path, "12");
	assert_false(place_is_empty(place));
	remove_all(directory);
	create(directory, "");
	assert_false(place_is_empty(place)); /* as far as can be seen */
	assert_int_equal(unlink(directory), 0);
	place_close(place);
}

/* SQLite refuses a path with a symbolic link anywhere. */
static void
test_real_path(void **state)
{
	char error[PLACE_ERROR_LEN], linked[80];
	struct place *place;

	(void)state;
	assert_int_equal(symlink(directory, other), 0);
	snprintf(linked, sizeof(linked), "%s/state", other);
	assert_int_equal(place_open(&place, linked, error), PLACE_OK);
	assert_string_equal(place_path(place), linked);
	assert_string_equal(place_real_path(place), path);
	remove_all(directory);
	assert_null(place_real_path(place));
	assert_int_equal(errno, ENOENT);
	place_close(place);
}

static void
test_remembered(void **state)
{
	struct place *place = opened();

	(void)state;
	create(path, "one");
	create(wal_path, "one");
	place_remember(place);
	assert_true(place_has_files(place));

	create(shm_path, "new");
	assert_false(place_has_files(place));
	assert_true(place_has_database(place));
	place_remember(place);

	assert_int_equal(rename(wal_path, other), 0);
	assert_false(place_has_files(place));
	create(wal_path, "one");
	assert_false(place_has_files(place));
	place_remove_rest(place);
	assert_true(is_there(wal_path));
	assert_false(is_there(shm_path));
	place_remember(place);

	assert_int_equal(rename(path, other), 0);
	assert_false(place_has_database(place));
	assert_false(place_has_files(place));
	create(path, "one");
	assert_false(place_has_database(place));
	place_close(place);
}

static void
test_lock_in_this_process(void **state)
{
	struct place *place = opened();

	(void)state;
	assert_refused(lock_path, "is locked by another process");
	assert_true(is_there(lock_path));
	place_close(place);
	place_close(opened());
}

/* A child that holds the lock until it is killed; it does not outlive a failed test for
 * long. */
static pid_t
start_holder(void)
{
	int fds[2];
	char word;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char error[PLACE_ERROR_LEN];
		struct place *place;

		alarm(60);
		if (place_open(&place, path, error) != PLACE_OK || write(fds[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &word, 1), 1);
	close(fds[0]);
	return child;
}

static void
kill_child(pid_t child)
{
	int status;

	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

static void
test_lock_of_another_process(void **state)
{
	pid_t child = start_holder();

	(void)state;
	assert_refused(lock_path, "is locked by another process");
	kill_child(child);
	place_close(opened());
}

static void
test_lock_file_removed(void **state)
{
	struct place *place = opened();
	pid_t child;

	(void)state;
	assert_int_equal(unlink(lock_path), 0);
	assert_renews(place);
	assert_true(is_there(lock_path));
	assert_refused(lock_path, "is locked");

	assert_int_equal(unlink(lock_path), 0);
	child = start_holder();
	assert_does_not_renew(place, lock_path, "is locked by another process");
	kill_child(child);
	assert_renews(place);
	assert_refused(lock_path, "is locked");
	place_close(place);
}

static void
keep_aside_99_times(struct place *place)
{
	char name[80], wanted[80];

	for (int i = 1; i <= 99; i++) {
		char text[8];

		snprintf(text, sizeof(text), "%d", i);
		create(path, text);
		assert_int_equal(place_keep_aside(place, name, sizeof(name)), 0);
		if (i == 1)
			snprintf(wanted, sizeof(wanted), "%s.bad", path);
		else
			snprintf(wanted, sizeof(wanted), "%s.bad.%d", path, i);
		assert_string_equal(name, wanted);
		assert_content(name, text);
		assert_false(is_there(path));
	}
}

static void
test_keep_aside(void **state)
{
	struct place *place = opened();
	char name[80], wanted[80];

	(void)state;
	assert_int_equal(place_keep_aside(place, name, sizeof(name)), -1);
	assert_int_equal(errno, ENOENT);
	keep_aside_99_times(place);
	create(path, "100");
	assert_int_equal(place_keep_aside(place, name, sizeof(name)), -1);
	assert_int_equal(errno, EEXIST);
	assert_content(path, "100");
	snprintf(wanted, sizeof(wanted), "%s.bad.99", path);
	assert_content(wanted, "99");

	/* Files of any kind have the first names; the first free one is taken. */
	snprintf(wanted, sizeof(wanted), "%s.bad.2", path);
	assert_int_equal(unlink(wanted), 0);
	make_dangling_symlink(wanted);
	snprintf(wanted, sizeof(wanted), "%s.bad.3", path);
	assert_int_equal(unlink(wanted), 0);
	assert_int_equal(place_keep_aside(place, name, strlen(wanted)), -1);
	assert_int_equal(errno, ENAMETOOLONG);
	assert_content(path, "100");
	assert_int_equal(place_keep_aside(place, name, strlen(wanted) + 1), 0);
	assert_string_equal(name, wanted);
	assert_content(name, "100");
	place_close(place);
}

static void
test_keep_aside_with_the_rest(void **state)
{
	struct place *place = opened();
	char name[80], rest[100];

	(void)state;
	create(path, "database");
	create(wal_path, "wal");
	create(journal_path, "journal");
	create(shm_path, "shm");
	assert_int_equal(place_keep_aside(place, name, sizeof(name)), 0);
	assert_content(name, "database");
	snprintf(rest, sizeof(rest), "%s-wal", name);
	assert_content(rest, "wal");
	snprintf(rest, sizeof(rest), "%s-journal", name);
	assert_content(rest, "journal");
	snprintf(rest, sizeof(rest), "%s-shm", name);
	assert_false(is_there(rest) || is_there(wal_path) || is_there(shm_path) ||
		     is_there(journal_path) || is_there(path));
	place_close(place);
}

static void
test_directory_removed_meanwhile(void **state)
{
	struct place *place = opened();

	(void)state;
	remove_all(directory);
	assert_renews(place);
	assert_mode(directory, 0700);
	assert_refused(lock_path, "is locked");

	remove_all(directory);
	create(directory, "");
	assert_does_not_renew(place, directory, "is a regular file; expected a directory");
	assert_int_equal(unlink(directory), 0);
	assert_int_equal(mkdir(directory, 0755), 0);
	assert_renews(place);
	assert_refused(lock_path, "is locked");

	assert_int_equal(chmod(directory, 0777), 0);
	assert_does_not_renew(place, directory, "has mode 0777;");
	place_close(place);
}

static void
test_no_room_for_the_lock(void **state)
{
	char filler[80], error[PLACE_ERROR_LEN];
	struct place *place;

	(void)state;
	mount_or_skip("nr_inodes=2,mode=0700"); /* the directory is one */
	snprintf(filler, sizeof(filler), "%s/filler", directory);
	create(filler, "");
	place = opened_degraded(lock_path, strerror(ENOSPC));
	assert_does_not_renew(place, lock_path, strerror(ENOSPC));
	assert_int_equal(unlink(filler), 0);
	/* Now there is room for the lock only. */
	assert_renews(place);
	assert_refused(lock_path, "is locked");
	assert_int_equal(place_create(place, error), -1);
	assert_says(error, path, strerror(ENOSPC));
	place_close(place);
}

static void
test_no_room_for_the_directory(void **state)
{
	char error[PLACE_ERROR_LEN], deep[80];
	struct place *place = NULL;

	(void)state;
	mount_or_skip("nr_inodes=1,mode=0700");
	snprintf(deep, sizeof(deep), "%s/a/state", directory);
	assert_int_equal(place_open(&place, deep, error), PLACE_DEGRADED);
	assert_says(error, directory, strerror(ENOSPC));
	assert_does_not_renew(place, directory, strerror(ENOSPC));
	remount(false, "nr_inodes=10");
	assert_renews(place);
	place_close(place);
}

static void
test_read_only_without_lock_file(void **state)
{
	struct place *place;

	(void)state;
	mount_or_skip("size=64k,mode=0700");
	create(path, "one");
	remount(true, NULL);
	place = opened_degraded(lock_path, strerror(EROFS));
	assert_does_not_renew(place, lock_path, strerror(EROFS));
	remount(false, NULL);
	assert_renews(place);
	assert_refused(lock_path, "is locked");
	place_close(place);
}

static void
test_read_only_with_lock_file(void **state)
{
	struct place *place;

	(void)state;
	mount_or_skip("size=64k,mode=0700");
	place_close(opened());
	create(path, "one");
	assert_int_equal(chmod(path, 0644), 0);
	remount(true, NULL);
	place = opened_degraded(lock_path, strerror(EROFS));
	assert_refused(lock_path, "is locked");
	remount(false, NULL);
	assert_renews(place);
	assert_mode(path, 0600);
	assert_refused(lock_path, "is locked");
	place_close(place);
}

static void
test_no_descriptors(void **state)
{
	struct rlimit previous, none = {0};
	struct place *place;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &previous), 0);
	none.rlim_max = previous.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	place = opened_degraded(lock_path, strerror(EMFILE));
	assert_does_not_renew(place, lock_path, strerror(EMFILE));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &previous), 0);
	assert_renews(place);
	assert_refused(lock_path, "is locked");
	place_close(place);
}

static void
test_no_descriptor_is_left(void **state)
{
	size_t before = open_descriptors();
	struct place *place = opened();

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		kinds[i].make(wal_path);
		assert_refused(wal_path, kinds[i].words);
		assert_does_not_renew(place, wal_path, kinds[i].words);
		remove(wal_path);
		unlink(other);
		unlink(lock_path);
		assert_renews(place);
		assert_refused(lock_path, "is locked");
	}
	place_close(place);
	assert_int_equal(open_descriptors(), before);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_private_whatever_the_umask),
	    TEST(test_what_was_there_becomes_private),
	    TEST(test_create),
	    TEST(test_empty),
	    TEST(test_real_path),
	    TEST(test_remembered),
	    TEST(test_lock_in_this_process),
	    TEST(test_lock_of_another_process),
	    TEST(test_lock_file_removed),
	    TEST(test_keep_aside),
	    TEST(test_keep_aside_with_the_rest),
	    TEST(test_directory_removed_meanwhile),
	    TEST(test_no_room_for_the_lock),
	    TEST(test_no_room_for_the_directory),
	    TEST(test_read_only_without_lock_file),
	    TEST(test_read_only_with_lock_file),
	    TEST(test_no_descriptors),
	    TEST(test_no_descriptor_is_left),
	};

	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
