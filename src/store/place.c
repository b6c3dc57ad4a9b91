/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/place.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/place_check.h"

/* Of the files of the database, which are first, the first ones are remembered. */
static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", ".lock"};
#define ALL 5
#define DATABASE 4
#define REMEMBERED 3

/* Neither follow a symbolic link nor block on a FIFO. */
#define CAREFULLY (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

#define NAME_SIZE (2 * PATH_MAX)

struct place {
	char path[PATH_MAX], directory[PATH_MAX];
	char name[NAME_SIZE]; /* see at() */
	int lock_fd;          /* -1: not locked */
	struct stat remembered[REMEMBERED];
};

/* The path followed by suffix; valid until the next call. */
static const char *
at(struct place *place, const char *suffix)
{
	snprintf(place->name, sizeof(place->name), "%s%s", place->path, suffix);
	return place->name;
}

/* Whatever the umask. */
static int
open_private(const char *path, int flags)
{
	const int fd = open(path, flags | O_CREAT | O_CLOEXEC | CAREFULLY, 0600);

	if (fd >= 0)
		(void)!fchmod(fd, 0600);
	return fd;
}

/* All zero if there is no such file. */
static struct stat
identify(struct place *place, const char *suffix)
{
	struct stat st;

	return lstat(at(place, suffix), &st) == 0 ? st : (struct stat){0};
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool
is_locked(struct place *place, int fd)
{
	const struct stat named = identify(place, ".lock");
	struct stat opened;

	return fd >= 0 && fstat(fd, &opened) == 0 && is_same(&opened, &named);
}

/* A lock on a file that was removed or replaced before it was locked excludes nobody. */
static enum place_status
lock_fd(struct place *place, int fd, char *error)
{
	const char *path = at(place, ".lock");

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return is_locked(place, fd) ? PLACE_OK : place_failed(error, "lock", path, EAGAIN);
	if (errno != EWOULDBLOCK)
		return place_failed(error, "lock", path, errno);
	place_say(error,
		  "%s: is locked by another process; expected to be used by one process only",
		  path);
	return PLACE_REFUSED;
}

/* There is a lock on a read-only disk, too, although that is not PLACE_OK. */
static enum place_status
lock(struct place *place, char *error)
{
	const char *path = at(place, ".lock");
	enum place_status status;
	int fd = open_private(path, O_RDWR);
	const bool read_only = fd < 0 && errno == EROFS;

	if (read_only)
		fd = open(path, O_RDONLY | O_CLOEXEC | CAREFULLY);
	if (fd < 0)
		return place_failed(error, "lock", path, read_only ? EROFS : errno);
	status = lock_fd(place, fd, error);
	if (status != PLACE_OK) {
		close(fd);
		return status;
	}
	if (place->lock_fd >= 0)
		close(place->lock_fd);
	place->lock_fd = fd;
	return read_only ? place_failed(error, "write", path, EROFS) : PLACE_OK;
}

static struct place *
new_place(const char *path)
{
	struct place *place = calloc(1, sizeof(*place));
	const size_t directory_len = (size_t)(strrchr(path, '/') - path);

	if (place == NULL)
		return NULL;
	place->lock_fd = -1;
	memcpy(place->path, path, strlen(path) + 1);
	memcpy(place->directory, path, directory_len > 0 ? directory_len : 1);
	return place;
}

enum place_status
place_renew(struct place *place, char error[PLACE_ERROR_LEN])
{
	enum place_status status = place_check_directory(place->directory, error);

	for (size_t i = 0; i < ALL && status == PLACE_OK; i++)
		status = place_check_file(at(place, suffixes[i]), error);
	if (status == PLACE_OK && !is_locked(place, place->lock_fd))
		status = lock(place, error);
	return status;
}

enum place_status
place_open(struct place **out, const char *path, char error[PLACE_ERROR_LEN])
{
	const bool fits = strlen(path) < PATH_MAX;
	struct place *place = fits ? new_place(path) : NULL;
	enum place_status status;

	assert(path[0] == '/');
	if (place == NULL) {
		place_failed(error, "use", path, fits ? ENOMEM : ENAMETOOLONG);
		return PLACE_REFUSED;
	}
	status = place_renew(place, error);
	if (status == PLACE_REFUSED)
		place_close(place);
	else
		*out = place;
	return status;
}

void
place_close(struct place *place)
{
	if (place != NULL && place->lock_fd >= 0)
		close(place->lock_fd);
	free(place);
}

const char *
place_path(const struct place *place)
{
	return place->path;
}

const char *
place_real_path(struct place *place)
{
	char directory[PATH_MAX];

	if (realpath(place->directory, directory) == NULL)
		return NULL;
	snprintf(place->name, sizeof(place->name), "%s%s", directory, strrchr(place->path, '/'));
	return place->name;
}

/* To SQLite a file of one octet is empty, too. */
bool
place_is_empty(const struct place *place)
{
	struct stat st;

	return lstat(place->path, &st) == 0 ? st.st_size <= 1 : errno == ENOENT;
}

/* What belonged to another database would be taken to belong to the new one. */
static int
create_alone(struct place *place)
{
	int fd;

	for (size_t i = 0; i < DATABASE; i++)
		if (unlink(at(place, suffixes[i])) < 0 && errno != ENOENT)
			return -1;
	fd = open_private(place->path, O_WRONLY | O_EXCL);
	if (fd < 0)
		return -1;
	close(fd);
	return place_sync_directory(place->directory);
}

int
place_create(struct place *place, char error[PLACE_ERROR_LEN])
{
	if (create_alone(place) == 0)
		return 0;
	place_failed(error, "write", place->path, errno);
	return -1;
}

static int
probe(struct place *place, const char *suffix)
{
	const int fd = open_private(at(place, suffix), O_WRONLY | O_EXCL);

	if (fd < 0)
		return errno == EEXIST ? 0 : -1;
	close(fd);
	return unlink(place->name);
}

int
place_probe(struct place *place)
{
	return probe(place, "-wal") == 0 && probe(place, "-shm") == 0 ? 0 : -1;
}

void
place_remember(struct place *place)
{
	for (size_t i = 0; i < REMEMBERED; i++)
		place->remembered[i] = identify(place, suffixes[i]);
}

static bool
is_unchanged(struct place *place, size_t i)
{
	const struct stat now = identify(place, suffixes[i]);

	return is_same(&place->remembered[i], &now);
}

bool
place_has_database(struct place *place)
{
	return is_unchanged(place, 0);
}

bool
place_has_files(struct place *place)
{
	return is_unchanged(place, 0) && is_unchanged(place, 1) && is_unchanged(place, 2);
}

void
place_remove_rest(struct place *place)
{
	for (size_t i = 1; i < REMEMBERED; i++)
		if (is_unchanged(place, i))
			unlink(at(place, suffixes[i]));
}

/* Give a file of the database the name `to`, followed by its suffix. */
static int
move_file(struct place *place, const char *suffix, const char *to)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "%s%s", to, suffix);
	return rename(at(place, suffix), name);
}

static int
move_aside(struct place *place, const char *name)
{
	if (move_file(place, "", name) < 0)
		return -1;
	/* There need not be any. */
	move_file(place, "-wal", name);
	move_file(place, "-journal", name);
	unlink(at(place, "-shm"));
	place_sync_directory(place->directory);
	return 0;
}

/* No link(2), which some file systems lack, and which needs room where others have
 * none left: nobody else may put anything there between look and move. */
int
place_keep_aside(struct place *place, char *name, size_t size)
{
	for (int i = 1; i <= PLACE_ASIDE_MAX; i++) {
		char suffix[16] = "";
		struct stat st;

		if (i > 1)
			snprintf(suffix, sizeof(suffix), ".%d", i);
		if ((size_t)snprintf(name, size, "%s.bad%s", place->path, suffix) >= size) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (lstat(name, &st) < 0)
			return errno == ENOENT ? move_aside(place, name) : -1;
	}
	errno = EEXIST;
	return -1;
}
