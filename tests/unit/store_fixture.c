/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "store_fixture.h"

char top[] = "/tmp/test_store.XXXXXX";
char directory[64], other[64];
char path[64], lock_path[64], wal_path[64], shm_path[64], journal_path[64];
static bool may_mount, mounted;

#ifdef HAVE_UNSHARE

/* Away from what others mount, and they from what we do. */
static bool
unshare_mounts(void)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool
mount_directory(const char *options)
{
	return mount("none", directory, "tmpfs", 0, options) == 0;
}

static void
unmount_directory(void)
{
	umount2(directory, MNT_DETACH);
}

void
remount(bool read_only, const char *options)
{
	const unsigned long flags = MS_REMOUNT | (read_only ? MS_RDONLY : 0);

	assert_int_equal(mount("none", directory, NULL, flags, options), 0);
}

#else /* tests that need it are skipped */

static bool
unshare_mounts(void)
{
	return false;
}

static bool
mount_directory(const char *options)
{
	(void)options;
	return false;
}

static void
unmount_directory(void)
{
}

void
remount(bool read_only, const char *options)
{
	(void)read_only;
	(void)options;
}

#endif

int
set_up_all(void **state)
{
	(void)state;
	if (mkdtemp(top) == NULL)
		return -1;
	snprintf(directory, sizeof(directory), "%s/d", top);
	snprintf(path, sizeof(path), "%s/d/state", top);
	snprintf(lock_path, sizeof(lock_path), "%s/d/state.lock", top);
	snprintf(wal_path, sizeof(wal_path), "%s/d/state-wal", top);
	snprintf(shm_path, sizeof(shm_path), "%s/d/state-shm", top);
	snprintf(journal_path, sizeof(journal_path), "%s/d/state-journal", top);
	snprintf(other, sizeof(other), "%s/other", top);
	may_mount = unshare_mounts();
	return 0;
}

int
set_up(void **state)
{
	(void)state;
	return mkdir(directory, 0700);
}

void
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

int
tear_down(void **state)
{
	(void)state;
	if (seteuid(getuid()) < 0)
		return -1;
	chmod(directory, 0700);
	if (mounted)
		unmount_directory();
	mounted = false;
	remove_all(directory);
	unlink(other);
	return 0;
}

int
tear_down_all(void **state)
{
	(void)state;
	return rmdir(top);
}

/* For the rest of the test. */
void
mount_or_skip(const char *options)
{
	if (!may_mount || !mount_directory(options)) {
		print_message(
		    "skipped: cannot mount a file system of its own (privileges, system)\n");
		skip();
	}
	mounted = true;
}

void
give_away_or_skip(const char *file)
{
	if (lchown(file, 1, (gid_t)-1) < 0) {
		print_message("skipped: cannot give a file to another user (privileges)\n");
		skip();
	}
}

void
create(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void
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

bool
is_there(const char *file)
{
	struct stat st;

	return lstat(file, &st) == 0;
}

void
assert_mode(const char *file, unsigned int wanted)
{
	struct stat st;

	assert_int_equal(lstat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, wanted);
}

void
assert_says(const char *error, const char *file, const char *words)
{
	if (strstr(error, file) == NULL || strstr(error, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\" and \"%s\"", error, file, words);
}

struct place *
opened(void)
{
	char error[PLACE_ERROR_LEN];
	struct place *place;

	if (place_open(&place, path, error) != PLACE_OK)
		fail_msg("%s", error);
	return place;
}

struct place *
opened_degraded(const char *about, const char *words)
{
	char error[PLACE_ERROR_LEN] = "";
	struct place *place = NULL;

	assert_int_equal(place_open(&place, path, error), PLACE_DEGRADED);
	assert_non_null(place);
	assert_says(error, about, words);
	return place;
}

void
assert_refused(const char *about, const char *words)
{
	char error[PLACE_ERROR_LEN] = "";
	struct place *place = NULL;

	assert_int_equal(place_open(&place, path, error), PLACE_REFUSED);
	assert_null(place);
	assert_says(error, about, words);
}

void
assert_renews(struct place *place)
{
	char error[PLACE_ERROR_LEN];

	if (place_renew(place, error) != PLACE_OK)
		fail_msg("%s", error);
}

void
assert_does_not_renew(struct place *place, const char *about, const char *words)
{
	char error[PLACE_ERROR_LEN] = "";

	assert_int_not_equal(place_renew(place, error), PLACE_OK);
	assert_says(error, about, words);
}

size_t
open_descriptors(void)
{
	size_t count = 0;

	for (int fd = 0; fd < 1000; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void
make_fifo(const char *file)
{
	assert_int_equal(mkfifo(file, 0600), 0);
}

void
make_symlink(const char *file)
{
	create(other, "other");
	assert_int_equal(symlink(other, file), 0);
}

void
make_dangling_symlink(const char *file)
{
	assert_int_equal(symlink(other, file), 0);
}

void
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

const struct kind kinds[KINDS] = {
    {make_symlink, "is a symbolic link; expected a regular file"},
    {make_dangling_symlink, "is a symbolic link; expected a regular file"},
    {make_directory, "is a directory; expected a regular file"},
    {make_fifo, "is a FIFO; expected a regular file"},
    {make_socket, "is a socket; expected a regular file"},
};
