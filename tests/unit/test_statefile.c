/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "statefile.h"

#define NOBODY 65534
#define MAX 1000000

static char top[] = "/tmp/test_statefile.XXXXXX";
static char directory[64], path[64], lock_path[64], new_path[64], other[64];
static bool may_mount, mounted;

static int
set_up_all(void **state)
{
	(void)state;
	if (mkdtemp(top) == NULL)
		return -1;
	snprintf(directory, sizeof(directory), "%s/d", top);
	snprintf(path, sizeof(path), "%s/d/state", top);
	snprintf(lock_path, sizeof(lock_path), "%s/d/state.lock", top);
	snprintf(new_path, sizeof(new_path), "%s/d/state.new", top);
	snprintf(other, sizeof(other), "%s/other", top);
	may_mount =
	    unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	return mkdir(directory, 0700);
}

static void
remove_all(const char *where)
{
	DIR *dir = opendir(where);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char name[512];

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof(name), "%s/%s", where, entry->d_name);
		if (unlink(name) < 0)
			remove_all(name);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(where);
}

static int
tear_down(void **state)
{
	(void)state;
	if (seteuid(getuid()) < 0)
		return -1;
	chmod(directory, 0700);
	if (mounted)
		umount2(directory, MNT_DETACH);
	mounted = false;
	remove_all(directory);
	unlink(other);
	return 0;
}

static int
tear_down_all(void **state)
{
	(void)state;
	return rmdir(top);
}

/* For the rest of the test. */
static void
mount_or_skip(const char *options)
{
	if (!may_mount || mount("none", directory, "tmpfs", 0, options) < 0) {
		print_message("skipped: cannot mount a file system of its own (privileges)\n");
		skip();
	}
	mounted = true;
}

static void
remount(unsigned long flags, const char *options)
{
	assert_int_equal(mount("none", directory, NULL, MS_REMOUNT | flags, options), 0);
}

static void
give_away_or_skip(const char *file)
{
	if (lchown(file, 1, (gid_t)-1) < 0) {
		print_message("skipped: cannot give a file to another user (privileges)\n");
		skip();
	}
}

static void
create(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void
assert_content(const char *file, const char *wanted)
{
	char text[64];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	assert_true(fd >= 0);
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(len >= 0);
	text[len] = '\0';
	assert_string_equal(text, wanted);
}

static bool
is_there(const char *file)
{
	struct stat st;

	return lstat(file, &st) == 0;
}

static void
assert_mode(const char *file, unsigned int wanted)
{
	struct stat st;

	assert_int_equal(lstat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, wanted);
}

static void
assert_says(const char *error, const char *file, const char *words)
{
	if (strstr(error, file) == NULL || strstr(error, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\" and \"%s\"", error, file, words);
}

static struct statefile *
opened(void)
{
	char error[STATEFILE_ERROR_LEN];
	struct statefile *file;

	if (statefile_open(&file, path, error) != STATEFILE_OK)
		fail_msg("%s", error);
	return file;
}

static struct statefile *
opened_degraded(const char *about, const char *words)
{
	char error[STATEFILE_ERROR_LEN] = "";
	struct statefile *file = NULL;

	assert_int_equal(statefile_open(&file, path, error), STATEFILE_DEGRADED);
	assert_non_null(file);
	assert_says(error, about, words);
	return file;
}

static void
assert_refused(const char *about, const char *words)
{
	char error[STATEFILE_ERROR_LEN] = "";
	struct statefile *file = NULL;

	assert_int_equal(statefile_open(&file, path, error), STATEFILE_REFUSED);
	assert_null(file);
	assert_says(error, about, words);
}

static void
replace(struct statefile *file, const char *text)
{
	char error[STATEFILE_ERROR_LEN];

	if (statefile_replace(file, text, strlen(text), error) < 0)
		fail_msg("%s", error);
	assert_false(is_there(new_path));
}

static void
assert_not_replaced(struct statefile *file, const char *about, const char *words)
{
	char error[STATEFILE_ERROR_LEN] = "";

	assert_int_equal(statefile_replace(file, "none", 4, error), -1);
	assert_says(error, about, words);
}

static void
assert_reads(struct statefile *file, const char *wanted)
{
	size_t len;
	char *text = statefile_read(file, MAX, &len);

	assert_non_null(text);
	assert_int_equal(len, strlen(wanted));
	assert_string_equal(text, wanted);
	free(text);
}

static void
assert_unreadable(struct statefile *file, size_t max, int error)
{
	size_t len = 42;

	errno = 0;
	assert_null(statefile_read(file, max, &len));
	assert_int_equal(errno, error);
	assert_int_equal(len, 42);
}

static void
test_replace_and_read(void **state)
{
	struct statefile *file = opened();
	mode_t former = umask(0);

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
	umask(former);

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

/* It does not outlive a failed test. */
static pid_t
fork_child(void)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
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
make_fifo(const char *file)
{
	assert_int_equal(mkfifo(file, 0600), 0);
}

static void
make_symlink(const char *file)
{
	create(other, "other");
	assert_int_equal(symlink(other, file), 0);
}

static void
make_dangling_symlink(const char *file)
{
	assert_int_equal(symlink(other, file), 0);
}

static void
make_directory(const char *file)
{
	assert_int_equal(mkdir(file, 0700), 0);
}

static void
make_socket(const char *file)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_true(strlen(file) < sizeof(addr.sun_path));
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", file);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
}

static const struct kind {
	void (*make)(const char *file);
	const char *words;
	int read_error;
} kinds[] = {
    {make_symlink, "is a symbolic link; expected a regular file", ELOOP},
    {make_dangling_symlink, "is a symbolic link; expected a regular file", ELOOP},
    {make_directory, "is a directory; expected a regular file", EISDIR},
    {make_fifo, "is a FIFO; expected a regular file", EINVAL},
    {make_socket, "is a socket; expected a regular file", ENXIO},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void
test_no_regular_files(void **state)
{
	const char *const companions[] = {path, lock_path, new_path};

	(void)state;
	for (size_t i = 0; i < KINDS; i++)
		for (size_t j = 0; j < 3; j++) {
			kinds[i].make(companions[j]);
			assert_refused(companions[j], kinds[i].words);
			assert_true(is_there(companions[j]));
			remove(companions[j]);
			unlink(other);
			unlink(lock_path);
		}
}

static void
test_no_regular_file_to_read(void **state)
{
	struct statefile *file = opened();

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		kinds[i].make(path);
		assert_unreadable(file, MAX, kinds[i].read_error);
		remove(path);
		unlink(other);
	}
	statefile_close(file);
}

static void
test_device(void **state)
{
	(void)state;
	mount_or_skip("size=64k,mode=0700");
	if (mknod(path, S_IFCHR | 0600, makedev(1, 3)) < 0) {
		print_message("skipped: cannot make a device (privileges)\n");
		skip();
	}
	assert_refused(path, "is a device; expected a regular file");
}

static void
test_files_of_another_user(void **state)
{
	const char *const companions[] = {path, lock_path, new_path};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		create(companions[i], "");
		give_away_or_skip(companions[i]);
		assert_refused(companions[i], "belongs to user 1; expected a file that belongs to");
		unlink(companions[i]);
		unlink(lock_path);
	}
}

static void
test_reading_what_was_given_away(void **state)
{
	struct statefile *file = opened();

	(void)state;
	create(path, "");
	if (lchown(path, 1, (gid_t)-1) == 0)
		assert_unreadable(file, MAX, EPERM);
	statefile_close(file);
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
	statefile_close(opened());
	assert_int_equal(chmod(directory, 0755), 0);
	statefile_close(opened());
}

static void
test_directory_missing(void **state)
{
	char error[STATEFILE_ERROR_LEN];
	struct statefile *file = NULL;
	char deep[80];

	(void)state;
	assert_int_equal(rmdir(directory), 0);
	statefile_close(opened());
	assert_mode(directory, 0700);

	snprintf(deep, sizeof(deep), "%s/a/b/state", directory);
	assert_int_equal(statefile_open(&file, deep, error), STATEFILE_REFUSED);
	assert_null(file);
	deep[strlen(deep) - strlen("/state")] = '\0';
	assert_says(error, deep, "is missing, and so is what it should be in");
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
	char error[STATEFILE_ERROR_LEN], deep[80];
	struct statefile *file;

	(void)state;
	create(path, "");
	snprintf(deep, sizeof(deep), "%s/a/state", path);
	assert_int_equal(statefile_open(&file, deep, error), STATEFILE_REFUSED);
	assert_says(error, path, strerror(ENOTDIR));
}

static void
test_name_too_long(void **state)
{
	char error[STATEFILE_ERROR_LEN];
	struct statefile *file;
	char name[400];
	int len = snprintf(name, sizeof(name), "%s/", directory);

	(void)state;
	memset(name + len, 'x', 255);
	name[len + 255] = '\0';
	assert_int_equal(statefile_open(&file, name, error), STATEFILE_REFUSED);
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

/* The symbolic link goes, not what it leads to. */
static void
test_path_changed_meanwhile(void **state)
{
	struct statefile *file = opened();

	(void)state;
	make_symlink(path);
	replace(file, "one");
	assert_content(other, "other");
	assert_reads(file, "one");

	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_not_replaced(file, path, strerror(EISDIR));
	assert_false(is_there(new_path));
	assert_int_equal(rmdir(path), 0);
	replace(file, "two");
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

	remount(0, "nr_inodes=10");
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
	remount(0, "nr_inodes=10");
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
	remount(MS_RDONLY, NULL);
	file = opened_degraded(lock_path, strerror(EROFS));
	assert_reads(file, "one");
	assert_not_replaced(file, lock_path, strerror(EROFS));
	remount(0, NULL);
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
	remount(MS_RDONLY, NULL);
	file = opened_degraded(lock_path, strerror(EROFS));
	assert_refused(lock_path, "is locked");
	assert_reads(file, "one");
	assert_not_replaced(file, new_path, strerror(EROFS));
	remount(0, NULL);
	replace(file, "two");
	assert_refused(lock_path, "is locked");
	statefile_close(file);
}

static void
test_no_descriptors(void **state)
{
	struct rlimit former, none = {0};
	struct statefile *file;

	(void)state;
	create(path, "one");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &former), 0);
	none.rlim_max = former.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	file = opened_degraded(lock_path, strerror(EMFILE));
	assert_unreadable(file, MAX, EMFILE);
	assert_not_replaced(file, lock_path, strerror(EMFILE));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &former), 0);
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
	struct rlimit former, small = {.rlim_cur = 100001};
	void (*former_action)(int) = signal(SIGXFSZ, SIG_IGN);
	char error[STATEFILE_ERROR_LEN];
	struct statefile *file = opened();
	int done;

	(void)state;
	replace(file, "one");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &former), 0);
	small.rlim_max = former.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	done = statefile_replace(file, text, sizeof(text), error);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &former), 0);
	signal(SIGXFSZ, former_action);
	assert_int_equal(done, -1);
	assert_says(error, new_path, strerror(EFBIG));
	assert_false(is_there(new_path));
	assert_reads(file, "one");
	statefile_close(file);
}

static size_t
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
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
	char *text = statefile_read(file, 2 * LONG_LEN, &len);

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
	    TEST(test_zeros_and_much),
	    TEST(test_lock_in_this_process),
	    TEST(test_lock_of_another_process),
	    TEST(test_lock_file_removed),
	    TEST(test_no_regular_files),
	    TEST(test_no_regular_file_to_read),
	    TEST(test_device),
	    TEST(test_files_of_another_user),
	    TEST(test_reading_what_was_given_away),
	    TEST(test_directory_of_another_user),
	    TEST(test_directory_writable_by_others),
	    TEST(test_directory_missing),
	    TEST(test_no_directory),
	    TEST(test_no_directory_above),
	    TEST(test_name_too_long),
	    TEST(test_permission_denied),
	    TEST(test_stale_new),
	    TEST(test_path_changed_meanwhile),
	    TEST(test_keep_aside),
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
