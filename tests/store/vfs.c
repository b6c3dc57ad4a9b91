/* SPDX-License-Identifier: BSD-2-Clause */
#include "vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unsynced.h"

static struct {
	enum vfs_fault fault;
	unsigned int nth, count; /* count 0: none is planned */
	unsigned int calls, strikes;
	bool power_is_off;
	char struck[160];
} plan;

static sqlite3_vfs *real_vfs;

struct vfs_file {
	sqlite3_file base;
	struct unsynced_file *unsynced;
	const char *name; /* for vfs_struck() */
	sqlite3_file real[];
};

static struct vfs_file *
vfs_file(sqlite3_file *file)
{
	return (struct vfs_file *)file;
}

static sqlite3_file *
real_file(sqlite3_file *file)
{
	return vfs_file(file)->real;
}

/* The plan. */

static const char *
base_name(const char *path)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	return slash != NULL ? slash + 1 : path != NULL ? path : "a temporary file";
}

/* Count a call.  Returns whether it fails. */
static bool fails(bool needs_room, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool
fails(bool needs_room, const char *format, ...)
{
	bool strikes;
	va_list ap;

	if (plan.power_is_off)
		return true;
	if (plan.fault == VFS_ENOSPC && !needs_room)
		return false;
	plan.calls++;
	strikes = plan.count > 0 && plan.calls >= plan.nth && plan.calls - plan.nth < plan.count;
	if (!strikes)
		return false;
	if (plan.strikes++ == 0) {
		va_start(ap, format);
		vsnprintf(plan.struck, sizeof(plan.struck), format, ap);
		va_end(ap);
	}
	errno = plan.fault == VFS_ENOSPC ? ENOSPC : EIO;
	return plan.fault != VFS_POWER;
}

/* To be called at the end of each call. */
static int
done(int result)
{
	if (plan.fault == VFS_POWER && plan.count > 0 && plan.calls >= plan.nth)
		plan.power_is_off = true;
	return result;
}

static int
failure(int otherwise)
{
	return plan.fault == VFS_ENOSPC && !plan.power_is_off ? SQLITE_FULL : otherwise;
}

void
vfs_plan(enum vfs_fault fault, unsigned int nth, unsigned int count)
{
	memset(&plan, 0, sizeof(plan));
	plan.fault = fault;
	plan.nth = nth;
	plan.count = count;
}

void
vfs_repair(void)
{
	plan.count = 0;
}

unsigned int
vfs_calls(void)
{
	return plan.calls;
}

unsigned int
vfs_strikes(void)
{
	return plan.strikes;
}

const char *
vfs_struck(void)
{
	return plan.struck;
}

void
vfs_power_off(void)
{
	plan.power_is_off = true;
}

bool
vfs_power_is_off(void)
{
	return plan.power_is_off;
}

void
vfs_power_on(uint64_t seed)
{
	unsynced_cut(seed);
	plan.power_is_off = false;
	if (plan.fault == VFS_POWER)
		plan.count = 0;
}

/* Files. */

static int
close_file(sqlite3_file *file)
{
	return real_file(file)->pMethods->xClose(real_file(file));
}

static int
read_file(sqlite3_file *file, void *buf, int len, sqlite3_int64 at)
{
	if (fails(false, "read of %s at %lld, %d octets", vfs_file(file)->name, at, len))
		return SQLITE_IOERR_READ;
	return done(real_file(file)->pMethods->xRead(real_file(file), buf, len, at));
}

static int
write_part(sqlite3_file *file, const void *buf, int len, sqlite3_int64 at)
{
	const int result = real_file(file)->pMethods->xWrite(real_file(file), buf, len, at);

	if (result == SQLITE_OK)
		unsynced_note_written(vfs_file(file)->unsynced, buf, (size_t)len, (size_t)at);
	return result;
}

static int
write_file(sqlite3_file *file, const void *buf, int len, sqlite3_int64 at)
{
	if (!fails(true, "write to %s at %lld, %d octets", vfs_file(file)->name, at, len))
		return done(write_part(file, buf, len, at));
	if (!plan.power_is_off && len > 1)
		write_part(file, buf, len / 2, at);
	return failure(SQLITE_IOERR_WRITE);
}

static int
truncate_file(sqlite3_file *file, sqlite3_int64 len)
{
	int result;

	if (fails(false, "truncation of %s to %lld", vfs_file(file)->name, len))
		return SQLITE_IOERR_TRUNCATE;
	result = real_file(file)->pMethods->xTruncate(real_file(file), len);
	if (result == SQLITE_OK)
		unsynced_note_truncated(vfs_file(file)->unsynced, (size_t)len);
	return done(result);
}

static int
sync_file(sqlite3_file *file, int flags)
{
	int result;

	if (fails(false, "sync of %s", vfs_file(file)->name)) {
		if (!plan.power_is_off)
			unsynced_note_not_synced(vfs_file(file)->unsynced, plan.calls);
		return SQLITE_IOERR_FSYNC;
	}
	result = real_file(file)->pMethods->xSync(real_file(file), flags);
	if (result == SQLITE_OK)
		unsynced_note_synced(vfs_file(file)->unsynced);
	return done(result);
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *len)
{
	if (fails(false, "size of %s", vfs_file(file)->name))
		return SQLITE_IOERR_FSTAT;
	return done(real_file(file)->pMethods->xFileSize(real_file(file), len));
}

static int
lock(sqlite3_file *file, int level)
{
	if (fails(false, "lock %d of %s", level, vfs_file(file)->name))
		return SQLITE_IOERR_LOCK;
	return done(real_file(file)->pMethods->xLock(real_file(file), level));
}

static int
unlock(sqlite3_file *file, int level)
{
	return real_file(file)->pMethods->xUnlock(real_file(file), level);
}

static int
check_reserved_lock(sqlite3_file *file, int *is_reserved)
{
	if (fails(false, "check of the lock of %s", vfs_file(file)->name))
		return SQLITE_IOERR_CHECKRESERVEDLOCK;
	return done(real_file(file)->pMethods->xCheckReservedLock(real_file(file), is_reserved));
}

/* The value is SQLite's own copy. */
static void
shrink_cache(char **pragma)
{
	if (sqlite3_stricmp(pragma[1], "cache_size") == 0 && pragma[2] != NULL)
		snprintf(pragma[2], sizeof("2"), "2");
}

static int
file_control(sqlite3_file *file, int what, void *argument)
{
	if (what == SQLITE_FCNTL_PRAGMA)
		shrink_cache(argument);
	return real_file(file)->pMethods->xFileControl(real_file(file), what, argument);
}

static int
sector_size(sqlite3_file *file)
{
	return real_file(file)->pMethods->xSectorSize(real_file(file));
}

static int
device_characteristics(sqlite3_file *file)
{
	return real_file(file)->pMethods->xDeviceCharacteristics(real_file(file));
}

static int
shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **at)
{
	*at = NULL;
	if (fails(extend, "map of %s-shm, region %d", vfs_file(file)->name, region))
		return SQLITE_IOERR_SHMSIZE;
	return done(real_file(file)->pMethods->xShmMap(real_file(file), region, size, extend, at));
}

/* A system call that fails there is taken for a lock of another process. */
static int
shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	if ((flags & SQLITE_SHM_LOCK) != 0 &&
	    fails(false, "lock of %s-shm, %d from %d", vfs_file(file)->name, n, offset))
		return SQLITE_BUSY;
	return done(real_file(file)->pMethods->xShmLock(real_file(file), offset, n, flags));
}

static void
shm_barrier(sqlite3_file *file)
{
	real_file(file)->pMethods->xShmBarrier(real_file(file));
}

static int
shm_unmap(sqlite3_file *file, int remove)
{
	return real_file(file)->pMethods->xShmUnmap(real_file(file), remove);
}

/* Version 2: without memory mapped files, which would not come this way. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = device_characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

/* Paths. */

static int
open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
	struct stat st;
	const bool creates =
	    (flags & SQLITE_OPEN_CREATE) != 0 && (path == NULL || stat(path, &st) < 0);
	int result;

	(void)vfs;
	memset(file, 0, sizeof(struct vfs_file));
	vfs_file(file)->name = base_name(path);
	if (fails(creates, "open of %s", base_name(path)))
		return SQLITE_CANTOPEN;
	result = real_vfs->xOpen(real_vfs, path, real_file(file), flags, out_flags);
	if (real_file(file)->pMethods != NULL)
		file->pMethods = &methods;
	if (result == SQLITE_OK)
		vfs_file(file)->unsynced = unsynced_find(path);
	return done(result);
}

static int
delete_file(sqlite3_vfs *vfs, const char *path, int sync_directory)
{
	int result;

	(void)vfs;
	if (fails(false, "removal of %s", base_name(path)))
		return SQLITE_IOERR_DELETE;
	result = real_vfs->xDelete(real_vfs, path, false);
	if (result != SQLITE_OK)
		return done(result);
	unsynced_note_removed(path);
	done(result);
	if (!sync_directory)
		return SQLITE_OK;
	if (fails(false, "sync of the directory of %s", base_name(path)))
		return SQLITE_IOERR_DIR_FSYNC;
	unsynced_note_directory_synced();
	return done(SQLITE_OK);
}

static int
access_file(sqlite3_vfs *vfs, const char *path, int flags, int *yes)
{
	(void)vfs;
	if (fails(false, "look at %s", base_name(path)))
		return SQLITE_IOERR_ACCESS;
	return done(real_vfs->xAccess(real_vfs, path, flags, yes));
}

static int
full_path(sqlite3_vfs *vfs, const char *path, int size, char *full)
{
	(void)vfs;
	if (fails(false, "path of %s", base_name(path)))
		return SQLITE_CANTOPEN_FULLPATH;
	return done(real_vfs->xFullPathname(real_vfs, path, size, full));
}

/* So that runs are alike. */
static int
randomness(sqlite3_vfs *vfs, int size, char *buf)
{
	(void)vfs;
	memset(buf, 0, (size_t)size);
	return size;
}

/* SQLite only waits for planned faults. */
static int
do_not_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

void
vfs_register(void)
{
	static sqlite3_vfs vfs;

	real_vfs = sqlite3_vfs_find(NULL);
	if (real_vfs == NULL)
		abort();
	vfs = *real_vfs;
	vfs.zName = "faulty";
	vfs.szOsFile = (int)sizeof(struct vfs_file) + real_vfs->szOsFile;
	vfs.xOpen = open_file;
	vfs.xDelete = delete_file;
	vfs.xAccess = access_file;
	vfs.xFullPathname = full_path;
	vfs.xRandomness = randomness;
	vfs.xSleep = do_not_sleep;
	if (sqlite3_vfs_register(&vfs, true) != SQLITE_OK)
		abort();
}

void
vfs_begin(const char *directory)
{
	vfs_plan(VFS_EIO, 0, 0);
	sqlite3_randomness(0, NULL); /* starts with randomness() again */
	unsynced_begin(directory);
}

/* The system calls by which others than SQLite change the directory, and those that sync. */

int __real_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_rename(const char *from, const char *to);
int __wrap_unlink(const char *path);

int
__wrap_rename(const char *from, const char *to)
{
	if (plan.power_is_off) {
		errno = EIO;
		return -1;
	}
	if (__real_rename(from, to) < 0)
		return -1;
	unsynced_note_renamed(from, to);
	return 0;
}

int
__wrap_unlink(const char *path)
{
	if (plan.power_is_off) {
		errno = EIO;
		return -1;
	}
	if (__real_unlink(path) < 0)
		return -1;
	unsynced_note_removed(path);
	return 0;
}

/* Also SQLite's, which syncs the directory of a file it has made. */
static int
sync_fd(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (S_ISDIR(st.st_mode) && !plan.power_is_off)
		unsynced_note_directory_synced();
	return 0;
}

int
fsync(int fd)
{
	return sync_fd(fd);
}

int
fdatasync(int fd)
{
	return sync_fd(fd);
}
