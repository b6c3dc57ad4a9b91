/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/place_check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* PLACE_REFUSED for errors that an operator has to correct, PLACE_DEGRADED for
 * those that may pass. */
static enum place_status
status_of(int number)
{
	switch (number) {
	case EACCES:
	case ELOOP:
	case ENAMETOOLONG:
	case ENOENT:
	case ENOTDIR:
	case EPERM:
		return PLACE_REFUSED;
	default:
		return PLACE_DEGRADED;
	}
}

void
place_say(char *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, PLACE_ERROR_LEN, format, args);
	va_end(args);
}

enum place_status
place_failed(char *error, const char *what, const char *path, int number)
{
	place_say(error, "cannot %s %s: %s", what, path, strerror(number));
	return status_of(number);
}

static const char *
kind_of(const struct stat *st)
{
	switch (st->st_mode & S_IFMT) {
	case S_IFREG:
		return "a regular file";
	case S_IFLNK:
		return "a symbolic link";
	case S_IFDIR:
		return "a directory";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	default:
		return "a device";
	}
}

static enum place_status
check_file_stat(const char *path, const struct stat *st, char *error)
{
	unsigned int user = geteuid();

	if (S_ISREG(st->st_mode) && st->st_uid == user)
		return PLACE_OK;
	if (!S_ISREG(st->st_mode))
		place_say(error, "%s: is %s; expected a regular file that belongs to user %u", path,
			  kind_of(st), user);
	else
		place_say(error, "%s: belongs to user %u; expected a file that belongs to user %u",
			  path, (unsigned int)st->st_uid, user);
	return PLACE_REFUSED;
}

/* No race: nobody else may replace it. */
enum place_status
place_check_file(const char *path, char *error)
{
	enum place_status status;
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? PLACE_OK : place_failed(error, "examine", path, errno);
	status = check_file_stat(path, &st, error);
	if (status != PLACE_OK || (st.st_mode & 07777) == 0600 || chmod(path, 0600) == 0 ||
	    errno == EROFS)
		return status;
	return place_failed(error, "change the mode of", path, errno);
}

static enum place_status
check_directory_stat(const char *path, const struct stat *st, char *error)
{
	unsigned int user = geteuid(), owner = st->st_uid;

	if (!S_ISDIR(st->st_mode)) {
		place_say(error, "%s: is %s; expected a directory", path, kind_of(st));
		return PLACE_REFUSED;
	}
	if (owner != user && owner != 0) {
		place_say(error,
			  "%s: belongs to user %u; expected a directory that belongs to user %u%s",
			  path, owner, user, user != 0 ? " or root" : "");
		return PLACE_REFUSED;
	}
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0 && (st->st_mode & S_ISVTX) == 0) {
		place_say(error,
			  "%s: has mode %04o; expected a directory that only its owner may write "
			  "to, or a sticky one",
			  path, (unsigned int)st->st_mode & 07777);
		return PLACE_REFUSED;
	}
	return PLACE_OK;
}

/* Some file systems cannot sync a directory: EINVAL. */
int
place_sync_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int done, error;

	if (fd < 0)
		return -1;
	done = fsync(fd);
	error = errno;
	close(fd);
	errno = error;
	return done < 0 && error != EINVAL ? -1 : 0;
}

static enum place_status
make_directory(const char *path, char *error)
{
	char above[PATH_MAX + 8];

	if (mkdir(path, 0700) < 0 && errno != EEXIST) {
		if (errno != ENOENT)
			return place_failed(error, "make the directory", path, errno);
		place_say(error, "%s: does not exist, nor does its parent; expected a directory",
			  path);
		return PLACE_REFUSED;
	}
	/* As far as it can be had: a directory that cannot be read may still be written to. */
	snprintf(above, sizeof(above), "%s/..", path);
	place_sync_directory(above);
	return PLACE_OK;
}

enum place_status
place_check_directory(const char *path, char *error)
{
	enum place_status status;
	struct stat st;
	int found = stat(path, &st);

	if (found < 0 && errno == ENOENT) {
		status = make_directory(path, error);
		if (status != PLACE_OK)
			return status;
		found = stat(path, &st);
	}
	if (found < 0)
		return place_failed(error, "examine", path, errno);
	status = check_directory_stat(path, &st, error);
	if (status != PLACE_OK)
		return status;
	/* What is read-only may have a lock file all the same. */
	if (faccessat(AT_FDCWD, path, R_OK | W_OK | X_OK, AT_EACCESS) < 0 && errno != EROFS)
		return place_failed(error, "use the directory", path, errno);
	return PLACE_OK;
}
