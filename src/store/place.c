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
#include <sys/stat.h>
#include <unistd.h>

#include "store/lock_file.h"
#include "store/place_check.h"

/* What SQLite adds to the name of a database; those that place_remember() looks at are
 * first. */
static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
#define SUFFIXES (sizeof(suffixes) / sizeof(suffixes[0]))
#define REMEMBERED 3

struct identity {
	bool there;
	dev_t device;
	ino_t inode;
};

struct place {
	char *path;
	char *directory;
	char *lock_path;
	int lock_fd; /* -1: not locked */
	struct identity remembered[REMEMBERED];
};

/* The path followed by suffix: allocated, or NULL. */
static char *
with_suffix(const struct place *place, const char *suffix)
{
	char *name;

	return asprintf(&name, "%s%s", place->path, suffix) >= 0 ? name : NULL;
}

static enum place_status
check_files(const struct place *place, char *error)
{
	enum place_status status = PLACE_OK;

	for (size_t i = 0; i < SUFFIXES && status == PLACE_OK; i++) {
		char *name = with_suffix(place, suffixes[i]);

		if (name == NULL)
			return place_failed(error, "examine", place->path, ENOMEM);
		status = place_check_private(name, error);
		free(name);
	}
	return status;
}

static struct place *
new_place(const char *path)
{
	struct place *place = calloc(1, sizeof(*place));
	size_t directory_len = (size_t)(strrchr(path, '/') - path);

	if (place == NULL)
		return NULL;
	place->lock_fd = -1;
	place->path = strdup(path);
	place->directory = strndup(path, directory_len > 0 ? directory_len : 1);
	place->lock_path = place->path != NULL ? with_suffix(place, ".lock") : NULL;
	if (place->directory == NULL || place->lock_path == NULL) {
		place_close(place);
		return NULL;
	}
	return place;
}

enum place_status
place_renew(struct place *place, char error[PLACE_ERROR_LEN])
{
	enum place_status status = place_check_directory(place->directory, error);

	if (status == PLACE_OK)
		status = check_files(place, error);
	if (status == PLACE_OK && !lock_file_is_held(place->lock_path, place->lock_fd))
		status = lock_file_take(place->lock_path, &place->lock_fd, error);
	return status;
}

enum place_status
place_open(struct place **out, const char *path, char error[PLACE_ERROR_LEN])
{
	enum place_status status;
	struct place *place;

	assert(path[0] == '/');
	place = new_place(path);
	if (place == NULL) {
		place_failed(error, "use", path, ENOMEM);
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
	if (place == NULL)
		return;
	if (place->lock_fd >= 0)
		close(place->lock_fd);
	free(place->lock_path);
	free(place->directory);
	free(place->path);
	free(place);
}

const char *
place_path(const struct place *place)
{
	return place->path;
}

char *
place_real_path(const struct place *place)
{
	char *directory = realpath(place->directory, NULL);
	char *path;

	if (directory == NULL)
		return NULL;
	if (asprintf(&path, "%s%s", strcmp(directory, "/") == 0 ? "" : directory,
		     strrchr(place->path, '/')) < 0)
		path = NULL;
	free(directory);
	return path;
}

long long
place_size(const struct place *place, const char *suffix)
{
	char *name = with_suffix(place, suffix);
	struct stat st;
	int found;

	if (name == NULL)
		return -1;
	found = lstat(name, &st);
	free(name);
	return found < 0 ? -1 : (long long)st.st_size;
}

/* Returns 0 also if there is no such file. */
static int
remove_file(const struct place *place, const char *suffix)
{
	char *name = with_suffix(place, suffix);
	int done, number;

	if (name == NULL)
		return -1;
	done = unlink(name);
	number = errno;
	free(name);
	errno = number;
	return done < 0 && number != ENOENT ? -1 : 0;
}

/* What belonged to another database would be taken to belong to the new one. */
static int
create_alone(const struct place *place)
{
	int fd;

	for (size_t i = 0; i < SUFFIXES; i++)
		if (remove_file(place, suffixes[i]) < 0)
			return -1;
	fd = open(place->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	/* Whatever the umask. */
	(void)!fchmod(fd, 0600);
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
probe(const struct place *place, const char *suffix)
{
	char *name = with_suffix(place, suffix);
	int fd, number;

	if (name == NULL)
		return -1;
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	number = errno;
	if (fd >= 0) {
		close(fd);
		unlink(name);
	}
	free(name);
	errno = number;
	return fd >= 0 || number == EEXIST ? 0 : -1;
}

int
place_probe(const struct place *place)
{
	return probe(place, "-wal") == 0 && probe(place, "-shm") == 0 ? 0 : -1;
}

static struct identity
identify(const struct place *place, const char *suffix)
{
	char *name = with_suffix(place, suffix);
	struct identity identity = {0};
	struct stat st;

	if (name != NULL && lstat(name, &st) == 0) {
		identity.there = true;
		identity.device = st.st_dev;
		identity.inode = st.st_ino;
	}
	free(name);
	return identity;
}

void
place_remember(struct place *place)
{
	for (size_t i = 0; i < REMEMBERED; i++)
		place->remembered[i] = identify(place, suffixes[i]);
}

/* Whether it is the file remembered, or missing as it was then. */
static bool
is_same(const struct place *place, size_t i)
{
	const struct identity *was = &place->remembered[i];
	const struct identity is = identify(place, suffixes[i]);

	return is.there == was->there && is.device == was->device && is.inode == was->inode;
}

bool
place_has_database(const struct place *place)
{
	return is_same(place, 0);
}

bool
place_has_files(const struct place *place)
{
	for (size_t i = 0; i < REMEMBERED; i++)
		if (!is_same(place, i))
			return false;
	return true;
}

void
place_remove_rest(struct place *place)
{
	for (size_t i = 1; i < REMEMBERED; i++)
		if (is_same(place, i))
			remove_file(place, suffixes[i]);
}

static int
aside_name(const struct place *place, int number, char *name, size_t size)
{
	char suffix[16] = "";
	int len;

	if (number > 1)
		snprintf(suffix, sizeof(suffix), ".%d", number);
	len = snprintf(name, size, "%s.bad%s", place->path, suffix);
	if (len >= 0 && (size_t)len < size)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

/* Give a file of the database the name `to`, followed by its suffix. */
static int
move_file(const struct place *place, const char *suffix, const char *to)
{
	char *old_name = with_suffix(place, suffix);
	char *new_name = NULL;
	int done = -1, number;

	if (old_name != NULL && asprintf(&new_name, "%s%s", to, suffix) >= 0)
		done = rename(old_name, new_name);
	number = errno;
	free(old_name);
	free(new_name);
	errno = number;
	return done;
}

static int
move_aside(const struct place *place, const char *name)
{
	if (move_file(place, "", name) < 0)
		return -1;
	/* There need not be any. */
	move_file(place, "-wal", name);
	move_file(place, "-journal", name);
	remove_file(place, "-shm");
	place_sync_directory(place->directory);
	return 0;
}

/* No link(2), which some file systems lack, and which needs room where others have
 * none left: nobody else may put anything there between look and move. */
int
place_keep_aside(struct place *place, char *name, size_t size)
{
	for (int i = 1; i <= PLACE_ASIDE_MAX; i++) {
		struct stat st;

		if (aside_name(place, i, name, size) < 0)
			return -1;
		if (lstat(name, &st) < 0)
			return errno == ENOENT ? move_aside(place, name) : -1;
	}
	errno = EEXIST;
	return -1;
}
