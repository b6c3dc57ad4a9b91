/* SPDX-License-Identifier: BSD-2-Clause */
#include "io_count.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void function(void);

static struct io_count count;
static char counted[PATH_MAX]; /* the directory; "": none */

void
io_count_begin(const char *directory)
{
	snprintf(counted, sizeof(counted), "%s", directory);
	count = (struct io_count){0};
}

struct io_count
io_count_now(void)
{
	return count;
}

struct io_count
io_count_since(const struct io_count *then)
{
	return (struct io_count){
	    .wal = count.wal - then->wal,
	    .database = count.database - then->database,
	    .other = count.other - then->other,
	    .writes = count.writes - then->writes,
	    .syncs = count.syncs - then->syncs,
	};
}

/* Whether it is the directory or a file in it; then *name is the part after it. */
static bool
is_counted(int fd, char file[PATH_MAX], const char **name)
{
	const size_t len = strlen(counted);
	char link[64];
	ssize_t got;

	if (len == 0)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	got = readlink(link, file, PATH_MAX - 1);
	if (got < 0)
		return false;
	file[got] = '\0';
	*name = file + len;
	return strncmp(file, counted, len) == 0 && (**name == '\0' || **name == '/');
}

static bool
ends_in(const char *name, const char *end)
{
	const size_t len = strlen(name), end_len = strlen(end);

	return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

static void
note_written(int fd, size_t octets)
{
	char file[PATH_MAX];
	const char *name;

	if (!is_counted(fd, file, &name))
		return;
	count.writes++;
	if (ends_in(name, "-wal"))
		count.wal += octets;
	else if (ends_in(name, ".db"))
		count.database += octets;
	else
		count.other += octets;
}

static void
note_synced(int fd)
{
	char file[PATH_MAX];
	const char *name;

	count.syncs += is_counted(fd, file, &name);
}

static ssize_t
noted(int fd, ssize_t octets)
{
	if (octets > 0)
		note_written(fd, (size_t)octets);
	return octets;
}

/* The C library's function of that name. */
static function *
next_function(const char *name)
{
	function *found = NULL;
	void *symbol = dlsym(RTLD_NEXT, name);

	memcpy(&found, &symbol, sizeof(found));
	return found;
}

static function *
require_function(const char *name)
{
	function *found = next_function(name);

	if (found == NULL)
		abort();
	return found;
}

ssize_t
write(int fd, const void *buf, size_t len)
{
	static ssize_t (*next)(int fd, const void *buf, size_t len);

	if (next == NULL)
		next = (ssize_t(*)(int, const void *, size_t))require_function("write");
	return noted(fd, next(fd, buf, len));
}

/* With the offsets that this program has, which glibc's header calls pwrite64. */
ssize_t
pwrite(int fd, const void *buf, size_t len, off_t at)
{
	static ssize_t (*next)(int fd, const void *buf, size_t len, off_t at);

	if (next == NULL)
		next = (ssize_t(*)(int, const void *, size_t, off_t))next_function("pwrite64");
	if (next == NULL)
		next = (ssize_t(*)(int, const void *, size_t, off_t))require_function("pwrite");
	return noted(fd, next(fd, buf, len, at));
}

int
fsync(int fd)
{
	static int (*next)(int fd);

	if (next == NULL)
		next = (int (*)(int))require_function("fsync");
	note_synced(fd);
	return next(fd);
}

int
fdatasync(int fd)
{
	static int (*next)(int fd);

	if (next == NULL)
		next = (int (*)(int))require_function("fdatasync");
	note_synced(fd);
	return next(fd);
}
