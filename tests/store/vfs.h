/* SPDX-License-Identifier: BSD-2-Clause */
/* vfs.h - SQLite's way to the disk, with a disk that fails and a power supply that can be
 * cut: every call of SQLite for input or output is counted, and any of them may be the one.
 *
 * SQLite's own VFS does the work.  Nothing is really synced: unsynced.h knows what would be
 * on disk.  The product's renames, removals and syncs of directories count for that too, if
 * the program is linked with the options in Makefile.am.  PRAGMA cache_size sets two pages,
 * whatever it asks for, so that a part of a transaction is written before its end.  One
 * thread.
 */
#ifndef VFS_H
#define VFS_H

#include <stdbool.h>
#include <stdint.h>

enum vfs_fault {
	VFS_EIO,    /* calls fail; of a write the first half is done */
	VFS_ENOSPC, /* likewise; counts only calls that need room */
	VFS_POWER,  /* the power is cut after a call: no other one does anything */
};

/* Make it the default VFS.  Call it before SQLite is used. */
void vfs_register(void);

/* Follow the files in this directory: what is there now is on disk. */
void vfs_begin(const char *directory);

/* Have the nth call from now on fail, from 1, and those after it until there were `count`.
 * The power is cut once.  Replaces the previous plan. */
void vfs_plan(enum vfs_fault fault, unsigned int nth, unsigned int count);

/* No more faults. */
void vfs_repair(void);

/* The number of calls since vfs_plan() that could have had its fault. */
unsigned int vfs_calls(void);

/* The number of calls that had it, and the first of them, such as "write to state.db-wal at
 * 32, 4096 octets", or "". */
unsigned int vfs_strikes(void);
const char *vfs_struck(void);

/* Cut the power now. */
void vfs_power_off(void);
bool vfs_power_is_off(void);

/* Have the power back: in the directory is what a disk may have then; see unsynced_cut().
 * All databases must be closed.  Other faults stay planned. */
void vfs_power_on(uint64_t seed);

#endif /* VFS_H */
