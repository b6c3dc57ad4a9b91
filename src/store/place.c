/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* for asprintf(3): configure turns the system's extensions on */

#include "store/place.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/place_check.h"

/* Neither follow a symbolic link nor block on a FIFO. */
#define CAREFULLY (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

#define LOCK_TRIES 3

struct place {
	char *path;
	char *directory;
	char *lock_path;
	char *new_path;
	int lock_fd; /* -1: not locked */
};

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

/* A lock on a file that was removed or replaced before it was locked excludes nobody. */
static enum place_status
take_lock(struct place *file, char *error)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		int fd = -1;
		enum place_status status = lock_once(file->lock_path, &fd, error);

		if (fd < 0)
			return status;
		if (is_at(fd, file->lock_path)) {
			if (file->lock_fd >= 0)
				close(file->lock_fd);
			file->lock_fd = fd;
			return status;
		}
		close(fd);
	}
	return place_failed(error, "lock", file->lock_path, EAGAIN);
}

static struct place *
new_place(const char *path)
{
	struct place *file = calloc(1, sizeof(*file));
	size_t directory_len = (size_t)(strrchr(path, '/') - path);

	if (file == NULL)
		return NULL;
	file->lock_fd = -1;
	file->path = strdup(path);
	file->directory = strndup(path, directory_len > 0 ? directory_len : 1);
	if (asprintf(&file->lock_path, "%s.lock", path) < 0)
		file->lock_path = NULL;
	if (asprintf(&file->new_path, "%s.new", path) < 0)
		file->new_path = NULL;
	if (file->path != NULL && file->directory != NULL && file->lock_path != NULL &&
	    file->new_path != NULL)
		return file;
	place_close(file);
	return NULL;
}

static enum place_status
check_and_lock(struct place *file, char *error)
{
	enum place_status status = place_check_directory(file->directory, error);

	if (status == PLACE_OK)
		status = place_check_file(file->path, error);
	if (status == PLACE_OK)
		status = place_check_file(file->new_path, error);
	if (status == PLACE_OK)
		status = take_lock(file, error);
	return status;
}

enum place_status
place_open(struct place **out, const char *path, char error[PLACE_ERROR_LEN])
{
	enum place_status status;
	struct place *file;

	assert(path[0] == '/');
	file = new_place(path);
	if (file == NULL) {
		place_failed(error, "use", path, ENOMEM);
		return PLACE_REFUSED;
	}
	status = check_and_lock(file, error);
	if (status == PLACE_REFUSED)
		place_close(file);
	else
		*out = file;
	return status;
}

void
place_close(struct place *file)
{
	if (file == NULL)
		return;
	if (file->lock_fd >= 0)
		close(file->lock_fd);
	free(file->new_path);
	free(file->lock_path);
	free(file->directory);
	free(file->path);
	free(file);
}

/* The size of a file that may be read, or -1 with errno. */
static off_t
readable_size(int fd, size_t max)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode))
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	else if (st.st_uid != geteuid())
		errno = EPERM;
	else if ((uintmax_t)st.st_size > max)
		errno = EFBIG;
	else
		return st.st_size;
	return -1;
}

/* Returns the number of octets read, at most size, or -1 with errno. */
static ssize_t
read_all(int fd, char *text, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t got = read(fd, text + len, size - len);

		if (got == 0)
			break;
		if (got > 0)
			len += (size_t)got;
		else if (errno != EINTR)
			return -1;
	}
	return (ssize_t)len;
}

static char *
read_fd(int fd, size_t max, size_t *len)
{
	off_t size = readable_size(fd, max);
	ssize_t got;
	char *text;

	if (size < 0)
		return NULL;
	text = malloc((size_t)size + 1);
	if (text == NULL)
		return NULL;
	got = read_all(fd, text, (size_t)size);
	if (got < 0) {
		free(text);
		return NULL;
	}
	text[got] = '\0';
	*len = (size_t)got;
	return text;
}

char *
place_read(struct place *file, size_t max, size_t *len)
{
	int fd = open(file->path, O_RDONLY | O_CLOEXEC | CAREFULLY);
	char *text;
	int error;

	if (fd < 0)
		return NULL;
	text = read_fd(fd, max, len);
	error = errno;
	close(fd);
	errno = error;
	return text;
}

static int
aside_name(const struct place *file, int number, char *name, size_t size)
{
	char suffix[16] = "";
	int len;

	if (number > 1)
		snprintf(suffix, sizeof(suffix), ".%d", number);
	len = snprintf(name, size, "%s.bad%s", file->path, suffix);
	if (len >= 0 && (size_t)len < size)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

ssize_t
place_read_aside(const struct place *file, int number, char *buf, size_t size)
{
	char name[PLACE_ERROR_LEN];
	ssize_t len = -1;
	int fd, error;

	if (aside_name(file, number, name, sizeof(name)) < 0)
		return -1;
	fd = open(name, O_RDONLY | O_CLOEXEC | CAREFULLY);
	if (fd < 0)
		return -1;
	if (readable_size(fd, SIZE_MAX) >= 0)
		len = read_all(fd, buf, size);
	error = errno;
	close(fd);
	errno = error;
	return len;
}

/* No link(2), which some file systems lack, and which needs room where others have
 * none left: nobody else may put anything there between look and move. */
int
place_keep_aside(struct place *file, char *name, size_t size)
{
	for (int i = 1; i <= PLACE_ASIDE_MAX; i++) {
		struct stat st;

		if (aside_name(file, i, name, size) < 0)
			return -1;
		if (lstat(name, &st) < 0)
			return errno == ENOENT ? rename(file->path, name) : -1;
	}
	errno = EEXIST;
	return -1;
}

static int
create_new(const char *path)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = open(path, flags, 0600);

	if (fd >= 0 || errno != EEXIST || unlink(path) < 0)
		return fd;
	return open(path, flags, 0600);
}

static int
write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, text, len);

		if (put < 0 && errno != EINTR)
			return -1;
		if (put > 0) {
			text += put;
			len -= (size_t)put;
		}
	}
	return 0;
}

/* All octets are on disk before the file gets its name. */
static int
write_new(const char *path, const char *text, size_t len, char *error)
{
	int fd = create_new(path);
	int number = 0;

	if (fd < 0) {
		place_failed(error, "write", path, errno);
		return -1;
	}
	if (write_all(fd, text, len) < 0 || place_sync(fd) < 0)
		number = errno;
	if (close(fd) < 0 && number == 0)
		number = errno;
	if (number == 0)
		return 0;
	place_failed(error, "write", path, number);
	unlink(path);
	return -1;
}

static bool
is_locked(const struct place *file)
{
	return file->lock_fd >= 0 && is_at(file->lock_fd, file->lock_path);
}

int
place_replace(struct place *file, const char *text, size_t len,
		  char error[PLACE_ERROR_LEN])
{
	if (place_check_directory(file->directory, error) != PLACE_OK)
		return -1;
	if (!is_locked(file) && take_lock(file, error) != PLACE_OK)
		return -1;
	if (write_new(file->new_path, text, len, error) < 0)
		return -1;
	if (rename(file->new_path, file->path) < 0) {
		place_failed(error, "replace", file->path, errno);
		unlink(file->new_path);
		return -1;
	}
	if (place_sync_directory(file->directory) < 0) {
		place_failed(error, "write", file->directory, errno);
		return -1;
	}
	return 0;
}
