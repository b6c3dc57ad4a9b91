/* SPDX-License-Identifier: BSD-2-Clause */
/* Which paths are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store_fixture.h"

#define COMPANIONS 5

static void
test_no_regular_files(void **state)
{
	const char *const companions[] = {path, lock_path, wal_path, shm_path, journal_path};

	(void)state;
	for (size_t i = 0; i < KINDS; i++)
		for (size_t j = 0; j < COMPANIONS; j++) {
			kinds[i].make(companions[j]);
			assert_refused(companions[j], kinds[i].words);
			assert_true(is_there(companions[j]));
			remove(companions[j]);
			unlink(other);
			unlink(lock_path);
		}
}

static void
test_device(void **state)
{
	struct stat null;

	(void)state;
	mount_or_skip("size=64k,mode=0700");
	assert_int_equal(stat("/dev/null", &null), 0);
	if (mknod(path, S_IFCHR | 0600, null.st_rdev) < 0) {
		print_message("skipped: cannot make a device (privileges)\n");
		skip();
	}
	assert_refused(path, "is a device; expected a regular file");
}

static void
test_files_of_another_user(void **state)
{
	const char *const companions[] = {path, lock_path, wal_path, shm_path, journal_path};

	(void)state;
	for (size_t i = 0; i < COMPANIONS; i++) {
		create(companions[i], "");
		give_away_or_skip(companions[i]);
		assert_refused(companions[i], "belongs to user 1; expected a file that belongs to");
		unlink(companions[i]);
		unlink(lock_path);
	}
}

static void
test_directory_of_another_user(void **state)
{
	(void)state;
	give_away_or_skip(directory);
	assert_refused(directory, "belongs to user 1; expected a directory that belongs to user 0");
	assert_false(is_there(lock_path));
}

static void
test_directory_writable_by_others(void **state)
{
	(void)state;
	for (unsigned int bit = 020; bit >= 02; bit /= 8) {
		assert_int_equal(chmod(directory, 0700 | bit), 0);
		assert_refused(directory, bit == 020 ? "has mode 0720;" : "has mode 0702;");
		assert_false(is_there(lock_path));
	}
	assert_int_equal(chmod(directory, 01777), 0);
	place_close(opened());
	assert_int_equal(chmod(directory, 0755), 0);
	place_close(opened());
}

static void
test_directory_missing(void **state)
{
	char error[PLACE_ERROR_LEN];
	struct place *place = NULL;
	char deep[80];

	(void)state;
	assert_int_equal(rmdir(directory), 0);
	place_close(opened());
	assert_mode(directory, 0700);

	snprintf(deep, sizeof(deep), "%s/a/b/state", directory);
	assert_int_equal(place_open(&place, deep, error), PLACE_REFUSED);
	assert_null(place);
	deep[strlen(deep) - strlen("/state")] = '\0';
	assert_says(error, deep, "does not exist, nor does its parent");
	deep[strlen(deep) - strlen("/b")] = '\0';
	assert_false(is_there(deep));
}

static void
test_no_directory(void **state)
{
	(void)state;
	assert_int_equal(rmdir(directory), 0);
	create(directory, "");
	assert_refused(directory, "is a regular file; expected a directory");
	unlink(directory);
	make_dangling_symlink(directory);
	assert_refused(directory, "No such file");
	unlink(directory);
}

static void
test_no_directory_above(void **state)
{
	char error[PLACE_ERROR_LEN], deep[80];
	struct place *place;

	(void)state;
	create(path, "");
	snprintf(deep, sizeof(deep), "%s/a/state", path);
	assert_int_equal(place_open(&place, deep, error), PLACE_REFUSED);
	assert_says(error, path, strerror(ENOTDIR));
}

static void
test_name_too_long(void **state)
{
	char error[PLACE_ERROR_LEN];
	struct place *place;
	char name[400];
	int len = snprintf(name, sizeof(name), "%s/", directory);

	(void)state;
	memset(name + len, 'x', 255);
	name[len + 255] = '\0';
	assert_int_equal(place_open(&place, name, error), PLACE_REFUSED);
	assert_says(error, directory, strerror(ENAMETOOLONG));
}

/* Root may do anything, so it becomes somebody who may only look.  What would do for
 * the lock is no use where nothing can be replaced. */
static void
test_permission_denied(void **state)
{
	(void)state;
	create(lock_path, "");
	if (geteuid() != 0) {
		assert_int_equal(chmod(directory, 0500), 0);
	} else if (chown(lock_path, NOBODY, (gid_t)-1) < 0 || chmod(directory, 0755) < 0 ||
		   chmod(top, 0755) < 0 || seteuid(NOBODY) < 0) {
		print_message("skipped: cannot become another user (privileges)\n");
		skip();
	}
	assert_refused(directory, strerror(EACCES));
}

static void
test_path_changed_meanwhile(void **state)
{
	struct place *place = opened();

	(void)state;
	make_symlink(path);
	assert_does_not_renew(place, path, "is a symbolic link; expected a regular file");
	assert_content(other, "other");
	assert_int_equal(unlink(path), 0);
	assert_renews(place);
	place_close(place);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_no_regular_files),
	    TEST(test_device),
	    TEST(test_files_of_another_user),
	    TEST(test_directory_of_another_user),
	    TEST(test_directory_writable_by_others),
	    TEST(test_directory_missing),
	    TEST(test_no_directory),
	    TEST(test_no_directory_above),
	    TEST(test_name_too_long),
	    TEST(test_permission_denied),
	    TEST(test_path_changed_meanwhile),
	};

	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
