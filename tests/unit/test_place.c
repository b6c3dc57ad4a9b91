/* SPDX-License-Identifier: BSD-2-Clause */
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
#include <time.h>
#include <unistd.h>

#include "statefile_fixture.h"

/* What is done to make it last, in order: these come before the C library's. */
static char order[64];

static void
note(const char *what)
{
	strncat(order, what, sizeof(order) - strlen(order) - 1);
}

int
fsync(int fd)
{
	struct stat st;

	note(fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) ? "fsync directory, " : "fsync file, ");
	return fdatasync(fd);
}

int
rename(const char *from, const char *to)
{
	note("rename, ");
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

static void
test_on_disk_before_it_has_its_name(void **state)
{
	struct statefile *file = opened();

	(void)state;
	order[0] = '\0';
	replace(file, "on disk");
	assert_string_equal(order, "fsync file, rename, fsync directory, ");
	statefile_close(file);
}

static void
test_replace_and_read(void **state)
{
	struct statefile *file = opened();
	mode_t previous = umask(0);

	(void)state;
	assert_unreadable(file, MAX, ENOENT);
	replace(file, "one");
	assert_reads(file, "one");
	assert_mode(path, 0600);
	assert_mode(lock_path, 0600);
	replace(file, "second");
	assert_reads(file, "second");
	replace(file, "");
	assert_reads(file, "");
	statefile_close(file);
	umask(previous);

	file = opened();
	assert_reads(file, "");
	statefile_close(file);
	statefile_close(NULL);
}

static void
test_zeros_and_much(void **state)
{
	static char text[300000];
	struct statefile *file = opened();
	char error[STATEFILE_ERROR_LEN];
	size_t len;
	char *got;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i % 251);
	assert_int_equal(statefile_replace(file, text, sizeof(text), error), 0);
	got = statefile_read(file, sizeof(text), &len);
	assert_non_null(got);
	assert_int_equal(len, sizeof(text));
	assert_memory_equal(got, text, sizeof(text));
	free(got);
	assert_unreadable(file, sizeof(text) - 1, EFBIG);
	statefile_close(file);
}

static void
test_lock_in_this_process(void **state)
{
	struct statefile *file = opened();

	(void)state;
	assert_refused(lock_path, "is locked by another process");
	assert_true(is_there(lock_path));
	statefile_close(file);
	statefile_close(opened());
}

/* It does not outlive a failed test for long. */
static pid_t
fork_child(void)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		alarm(60);
	return child;
}

/* A child that holds the lock until it is killed. */
static pid_t
start_holder(void)
{
	int fds[2];
	char word;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork_child();
	if (child == 0) {
		char error[STATEFILE_ERROR_LEN];
		struct statefile *file;

		if (statefile_open(&file, path, error) != STATEFILE_OK || write(fds[1], "", 1) != 1)
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
	statefile_close(opened());
}

static void
test_lock_file_removed(void **state)
{
	struct statefile *file = opened();
	pid_t child;

	(void)state;
	assert_int_equal(unlink(lock_path), 0);
	replace(file, "one");
	assert_true(is_there(lock_path));
	assert_refused(lock_path, "is locked");

	assert_int_equal(unlink(lock_path), 0);
	child = start_holder();
	assert_not_replaced(file, lock_path, "is locked by another process");
	assert_reads(file, "one");
	kill_child(child);
	replace(file, "two");
	assert_refused(lock_path, "is locked");
	statefile_close(file);
}

static void
test_stale_new(void **state)
{
	struct statefile *file;

	(void)state;
	create(new_path, "longer than what will be written");
	file = opened();
	replace(file, "one");
	assert_reads(file, "one");

	make_symlink(new_path);
	replace(file, "two");
	assert_reads(file, "two");
	assert_content(other, "other");

	create(new_path, "");
	assert_int_equal(unlink(other), 0);
	assert_int_equal(link(path, other), 0);
	unlink(new_path);
	assert_int_equal(link(path, new_path), 0);
	replace(file, "three");
	assert_reads(file, "three");
	assert_content(other, "two");

	assert_int_equal(mkdir(new_path, 0700), 0);
	assert_not_replaced(file, new_path, strerror(EISDIR));
	assert_reads(file, "three");
	statefile_close(file);
}

static void
test_keep_aside(void **state)
{
	struct statefile *file = opened();
	char name[80], wanted[80];

	(void)state;
	assert_int_equal(statefile_keep_aside(file, name, sizeof(name)), -1);
	assert_int_equal(errno, ENOENT);
	for (int i = 1; i <= 99; i++) {
		char text[8];

		snprintf(text, sizeof(text), "%d", i);
		replace(file, text);
		assert_int_equal(statefile_keep_aside(file, name, sizeof(name)), 0);
		if (i == 1)
			snprintf(wanted, sizeof(wanted), "%s.bad", path);
		else
			snprintf(wanted, sizeof(wanted), "%s.bad.%d", path, i);
		assert_string_equal(name, wanted);
		assert_content(name, text);
		assert_unreadable(file, MAX, ENOENT);
	}
	replace(file, "100");
	assert_int_equal(statefile_keep_aside(file, name, sizeof(name)), -1);
	assert_int_equal(errno, EEXIST);
	assert_reads(file, "100");
	snprintf(wanted, sizeof(wanted), "%s.bad.99", path);
	assert_content(wanted, "99");

	/* Any kind of thing is in the way, and the first gap is taken. */
	snprintf(wanted, sizeof(wanted), "%s.bad.2", path);
	assert_int_equal(unlink(wanted), 0);
	make_dangling_symlink(wanted);
	snprintf(wanted, sizeof(wanted), "%s.bad.3", path);
	assert_int_equal(unlink(wanted), 0);
	assert_int_equal(statefile_keep_aside(file, name, strlen(wanted)), -1);
	assert_int_equal(errno, ENAMETOOLONG);
	assert_reads(file, "100");
	assert_int_equal(statefile_keep_aside(file, name, strlen(wanted) + 1), 0);
	assert_string_equal(name, wanted);
	assert_content(name, "100");
	statefile_close(file);
}

static void
test_read_aside(void **state)
{
	struct statefile *file = opened();
	char name[80], buf[4];

	(void)state;
	assert_int_equal(statefile_read_aside(file, 1, buf, sizeof(buf)), -1);
	assert_int_equal(errno, ENOENT);
	replace(file, "one");
	assert_int_equal(statefile_keep_aside(file, name, sizeof(name)), 0);
	replace(file, "two and more");
	assert_int_equal(statefile_keep_aside(file, name, sizeof(name)), 0);
	assert_int_equal(statefile_read_aside(file, 1, buf, sizeof(buf)), 3);
	assert_memory_equal(buf, "one", 3);
	assert_int_equal(statefile_read_aside(file, 2, buf, sizeof(buf)), 4);
	assert_memory_equal(buf, "two ", 4);
	assert_int_equal(statefile_read_aside(file, 3, buf, sizeof(buf)), -1);
	assert_int_equal(unlink(name), 0);
	make_symlink(name);
	assert_int_equal(statefile_read_aside(file, 2, buf, sizeof(buf)), -1);
	assert_int_equal(errno, ELOOP);
	statefile_close(file);
}

static void
test_directory_removed_meanwhile(void **state)
{
	struct statefile *file = opened();

	(void)state;
	replace(file, "one");
	remove_all(directory);
	replace(file, "two");
	assert_mode(directory, 0700);
	assert_reads(file, "two");
	assert_refused(lock_path, "is locked");

	remove_all(directory);
	create(directory, "");
	assert_not_replaced(file, directory, "is a regular file; expected a directory");
	assert_int_equal(unlink(directory), 0);
	assert_int_equal(mkdir(directory, 0755), 0);
	replace(file, "three");
	assert_reads(file, "three");
	assert_refused(lock_path, "is locked");

	assert_int_equal(chmod(directory, 0777), 0);
	assert_not_replaced(file, directory, "has mode 0777;");
	assert_reads(file, "three");
	statefile_close(file);
}

static void
test_full_disk(void **state)
{
	static char text[200000];
	char error[STATEFILE_ERROR_LEN], wanted[100];
	struct statefile *file;

	(void)state;
	mount_or_skip("size=64k,mode=0700");
	file = opened();
	replace(file, "one");
	memset(text, 'x', sizeof(text));
	assert_int_equal(statefile_replace(file, text, sizeof(text), error), -1);
	snprintf(wanted, sizeof(wanted), "cannot write %s: %s", new_path, strerror(ENOSPC));
	assert_string_equal(error, wanted);
	assert_false(is_there(new_path));
	assert_reads(file, "one");
	replace(file, "two");
	assert_reads(file, "two");
	statefile_close(file);
}

static void
test_no_room_for_the_lock(void **state)
{
	struct statefile *file;
	char filler[80];

	(void)state;
	mount_or_skip("nr_inodes=3,mode=0700"); /* the directory is one */
	snprintf(filler, sizeof(filler), "%s/filler", directory);
	create(path, "one");
	create(filler, "");
	file = opened_degraded(lock_path, strerror(ENOSPC));
	assert_reads(file, "one");
	assert_not_replaced(file, lock_path, strerror(ENOSPC));
	assert_int_equal(unlink(filler), 0);
	/* Now there is room for the lock, but for nothing else. */
	assert_not_replaced(file, new_path, strerror(ENOSPC));
	assert_refused(lock_path, "is locked");
	assert_reads(file, "one");

	remount(false, "nr_inodes=10");
	replace(file, "two");
	assert_reads(file, "two");
	statefile_close(file);
}

static void
test_no_room_for_the_directory(void **state)
{
	char error[STATEFILE_ERROR_LEN], deep[80];
	struct statefile *file = NULL;

	(void)state;
	mount_or_skip("nr_inodes=1,mode=0700");
	snprintf(deep, sizeof(deep), "%s/a/state", directory);
	assert_int_equal(statefile_open(&file, deep, error), STATEFILE_DEGRADED);
	assert_says(error, directory, strerror(ENOSPC));
	assert_unreadable(file, MAX, ENOENT);
	assert_not_replaced(file, directory, strerror(ENOSPC));
	remount(false, "nr_inodes=10");
	assert_int_equal(statefile_replace(file, "one", 3, error), 0);
	assert_reads(file, "one");
	statefile_close(file);
}

static void
test_read_only_without_lock_file(void **state)
{
	struct statefile *file;

	(void)state;
	mount_or_skip("size=64k,mode=0700");
	create(path, "one");
	remount(true, NULL);
	file = opened_degraded(lock_path, strerror(EROFS));
	assert_reads(file, "one");
	assert_not_replaced(file, lock_path, strerror(EROFS));
	remount(false, NULL);
	replace(file, "two");
	assert_reads(file, "two");
	assert_refused(lock_path, "is locked");
	statefile_close(file);
}

static void
test_read_only_with_lock_file(void **state)
{
	struct statefile *file;

	(void)state;
	mount_or_skip("size=64k,mode=0700");
	file = opened();
	replace(file, "one");
	statefile_close(file);
	remount(true, NULL);
	file = opened_degraded(lock_path, strerror(EROFS));
	assert_refused(lock_path, "is locked");
	assert_reads(file, "one");
	assert_not_replaced(file, new_path, strerror(EROFS));
	remount(false, NULL);
	replace(file, "two");
	assert_refused(lock_path, "is locked");
	statefile_close(file);
}

static void
test_no_descriptors(void **state)
{
	struct rlimit previous, none = {0};
	struct statefile *file;

	(void)state;
	create(path, "one");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &previous), 0);
	none.rlim_max = previous.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	file = opened_degraded(lock_path, strerror(EMFILE));
	assert_unreadable(file, MAX, EMFILE);
	assert_not_replaced(file, lock_path, strerror(EMFILE));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &previous), 0);
	assert_reads(file, "one");
	replace(file, "two");
	assert_refused(lock_path, "is locked");
	statefile_close(file);
}

/* A short write and then none: the limit is the size of a file. */
static void
test_file_size_limit(void **state)
{
	static char text[200000];
	struct rlimit previous, small = {.rlim_cur = 100001};
	void (*previous_action)(int) = signal(SIGXFSZ, SIG_IGN);
	char error[STATEFILE_ERROR_LEN];
	struct statefile *file = opened();
	int done;

	(void)state;
	replace(file, "one");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &previous), 0);
	small.rlim_max = previous.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	done = statefile_replace(file, text, sizeof(text), error);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &previous), 0);
	signal(SIGXFSZ, previous_action);
	assert_int_equal(done, -1);
	assert_says(error, new_path, strerror(EFBIG));
	assert_false(is_there(new_path));
	assert_reads(file, "one");
	statefile_close(file);
}

static size_t
open_descriptors(void)
{
	size_t count = 0;

	for (int fd = 0; fd < 1000; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void
test_no_descriptor_is_left(void **state)
{
	size_t before = open_descriptors();
	struct statefile *file = opened();

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		kinds[i].make(new_path);
		assert_refused(new_path, kinds[i].words);
		if (kinds[i].make == make_directory)
			assert_not_replaced(file, new_path, strerror(EISDIR));
		remove(new_path);
		unlink(other);
		unlink(lock_path);
		replace(file, "one");
		assert_refused(lock_path, "is locked");
		assert_reads(file, "one");
		assert_unreadable(file, 2, EFBIG);
	}
	statefile_close(file);
	assert_int_equal(open_descriptors(), before);
}

#define CRASHES 100
#define SHORT_LEN 1000
#define LONG_LEN 1000000

static char crash_text[LONG_LEN];

static _Noreturn void
replace_for_ever(int ready_fd)
{
	char error[STATEFILE_ERROR_LEN];
	struct statefile *file;

	if (statefile_open(&file, path, error) != STATEFILE_OK)
		_exit(1);
	for (;;) {
		memset(crash_text, 's', SHORT_LEN);
		if (statefile_replace(file, crash_text, SHORT_LEN, error) < 0)
			_exit(1);
		memset(crash_text, 'l', LONG_LEN);
		if (statefile_replace(file, crash_text, LONG_LEN, error) < 0)
			_exit(1);
		if (write(ready_fd, "", 1) < 0)
			_exit(1);
	}
}

static void
crash_once(unsigned short random[3])
{
	struct timespec moment = {.tv_nsec = nrand48(random) % 10000000};
	int fds[2];
	char word;
	pid_t child;

	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	child = fork_child();
	if (child == 0)
		replace_for_ever(fds[1]);
	close(fds[1]);
	fcntl(fds[0], F_SETFL, 0);
	if (read(fds[0], &word, 1) == 1)
		nanosleep(&moment, NULL);
	kill_child(child);
	close(fds[0]);
}

/* Returns whether what is there is the long one. */
static bool
assert_whole(void)
{
	struct statefile *file = opened(); /* the lock died with its process */
	bool is_long;
	size_t len;
	char *text = statefile_read(file, LONG_LEN + 1, &len);

	assert_non_null(text);
	is_long = len == LONG_LEN;
	assert_true(is_long || len == SHORT_LEN);
	for (size_t i = 0; i < len; i++)
		if (text[i] != (is_long ? 'l' : 's'))
			fail_msg("octet %zu of %zu is '%c'", i, len, text[i]);
	free(text);
	statefile_close(file);
	return is_long;
}

static void
test_kill_at_any_instant(void **state)
{
	unsigned short random[3] = {1, 2, 3};
	int longs = 0, interrupted = 0;

	(void)state;
	for (int i = 0; i < CRASHES; i++) {
		crash_once(random);
		interrupted += is_there(new_path);
		longs += assert_whole();
	}
	print_message("%d times the longer one, %d times in the midst of writing\n", longs,
		      interrupted);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_replace_and_read),
	    TEST(test_on_disk_before_it_has_its_name),
	    TEST(test_zeros_and_much),
	    TEST(test_lock_in_this_process),
	    TEST(test_lock_of_another_process),
	    TEST(test_lock_file_removed),
	    TEST(test_stale_new),
	    TEST(test_keep_aside),
	    TEST(test_read_aside),
	    TEST(test_directory_removed_meanwhile),
	    TEST(test_full_disk),
	    TEST(test_no_room_for_the_lock),
	    TEST(test_no_room_for_the_directory),
	    TEST(test_read_only_without_lock_file),
	    TEST(test_read_only_with_lock_file),
	    TEST(test_no_descriptors),
	    TEST(test_file_size_limit),
	    TEST(test_no_descriptor_is_left),
	    TEST(test_kill_at_any_instant),
	};

	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
