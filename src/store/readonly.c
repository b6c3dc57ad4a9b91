/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/readonly.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "ldm-readonly"

static struct {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	sqlite3_io_methods methods; /* of the database */
	const sqlite3_io_methods *real_methods;
	bool guarded;
} readonly;

/* Without PATH-shm SQLite is told that what is in it cannot be relied on; it then makes
 * an index in memory. */
static int
map_index(sqlite3_file *file, int region, int size, int extend, void volatile **out)
{
	const int code = readonly.real_methods->xShmMap(file, region, size, 0, out);

	(void)extend;
	readonly.guarded = (code & 0xff) != SQLITE_CANTOPEN;
	if (readonly.guarded)
		return code;
	*out = NULL;
	return SQLITE_READONLY_CANTINIT;
}

static int
lock_index(sqlite3_file *file, int offset, int count, int flags)
{
	return readonly.guarded ? readonly.real_methods->xShmLock(file, offset, count, flags)
				: SQLITE_OK;
}

static int
open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	const int writes = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	const int code = readonly.real->xOpen(readonly.real, name, file,
					      (flags & ~writes) | SQLITE_OPEN_READONLY, out_flags);

	(void)vfs;
	if (code != SQLITE_OK || (flags & SQLITE_OPEN_MAIN_DB) == 0 || file->pMethods->iVersion < 2)
		return code;
	readonly.real_methods = file->pMethods;
	readonly.methods = *file->pMethods;
	readonly.methods.xShmMap = map_index;
	readonly.methods.xShmLock = lock_index;
	file->pMethods = &readonly.methods;
	return SQLITE_OK;
}

static int
refuse_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	(void)name;
	(void)sync;
	return SQLITE_IOERR_DELETE;
}

static int
register_vfs(void)
{
	if (readonly.real != NULL)
		return SQLITE_OK;
	readonly.real = sqlite3_vfs_find(NULL);
	if (readonly.real == NULL)
		return SQLITE_ERROR;
	readonly.vfs = *readonly.real;
	readonly.vfs.pNext = NULL;
	readonly.vfs.zName = NAME;
	readonly.vfs.xOpen = open_file;
	readonly.vfs.xDelete = refuse_delete;
	return sqlite3_vfs_register(&readonly.vfs, 0);
}

/* The URI of a file: all but these octets are escaped.  NULL if there is no memory. */
static char *
uri_of(const char *path, const char *parameters)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/._-";
	const size_t size = sizeof("file:") + 3 * strlen(path) + strlen(parameters);
	char *uri = malloc(size);
	size_t len;

	if (uri == NULL)
		return NULL;
	len = (size_t)snprintf(uri, size, "file:");
	for (; *path != '\0'; path++)
		len += (size_t)snprintf(uri + len, size - len,
					strchr(plain, *path) != NULL ? "%c" : "%%%02x",
					(unsigned char)*path);
	memcpy(uri + len, parameters, strlen(parameters) + 1);
	return uri;
}

int
readonly_open(const char *path, bool wal, sqlite3 **db)
{
	/* readonly_shm: PATH-shm is neither made nor written to. */
	char *uri = uri_of(path, wal ? "?readonly_shm=1" : "?immutable=1");
	int code = uri != NULL ? register_vfs() : SQLITE_NOMEM;

	*db = NULL;
	readonly.guarded = false;
	if (code == SQLITE_OK)
		code = sqlite3_open_v2(uri, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NAME);
	free(uri);
	return code;
}

bool
readonly_is_guarded(void)
{
	return readonly.guarded;
}
