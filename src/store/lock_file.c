/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/place_check.h"

/* Neither follow a symbolic link nor block on a FIFO. */
#define CAREFULLY (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

#define TRIES 3

static bool
is_at(int fd, const char *path)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 &&
	       opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

static enum place_status
lock_fd(int fd, const char *path, char *error)
{
	enum place_status status;
	struct stat st;
	int done;

	if (fstat(fd, &st) < 0)
		return place_failed(error, "examine", path, errno);
	status = place_check_stat(path, &st, error);
	if (status != PLACE_OK)
		return status;
	/* Whatever the umask; a read-only one stays as it is. */
	(void)!fchmod(fd, 0600);
	do
		done = flock(fd, LOCK_EX | LOCK_NB);
	while (done < 0 && errno == EINTR);
	if (done == 0)
		return PLACE_OK;
	if (errno != EWOULDBLOCK)
		return place_failed(error, "lock", path, errno);
	snprintf(error, PLACE_ERROR_LEN,
		 "%s: is locked by another process; expected to be used by one process only", path);
	return PLACE_REFUSED;
}

/* Sets *locked when there is a lock, which is so on a read-only disk too, although
 * that is not PLACE_OK. */
static enum place_status
lock_once(const char *path, int *locked, char *error)
{
	enum place_status status = place_check_file(path, error);
	bool read_only;
	int fd;

	if (status != PLACE_OK)
		return status;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | CAREFULLY, 0600);
	read_only = fd < 0 && errno == EROFS;
	if (read_only)
		fd = open(path, O_RDONLY | O_CLOEXEC | CAREFULLY);
	if (fd < 0)
		return place_failed(error, "lock", path, read_only ? EROFS : errno);
	status = lock_fd(fd, path, error);
	if (status != PLACE_OK) {
		close(fd);
		return status;
	}
	*locked = fd;
	return read_only ? place_failed(error, "write", path, EROFS) : PLACE_OK;
}

enum place_status
lock_file_take(const char *path, int *fd, char error[PLACE_ERROR_LEN])
{
	/* A lock on a file that was removed or replaced before it was locked excludes nobody. */
	for (int i = 0; i < TRIES; i++) {
		int locked = -1;
		enum place_status status = lock_once(path, &locked, error);

		if (locked < 0)
			return status;
		if (is_at(locked, path)) {
			if (*fd >= 0)
				close(*fd);
			*fd = locked;
			return status;
		}
		close(locked);
	}
	return place_failed(error, "lock", path, EAGAIN);
}

bool
lock_file_is_held(const char *path, int fd)
{
	return fd >= 0 && is_at(fd, path);
}
