/* SPDX-License-Identifier: BSD-2-Clause */
/* io_count.h - counts what a program gives the kernel to write, and its syncs.
 *
 * The module defines write(2), pwrite(2), fsync(2) and fdatasync(2), so that the program's
 * own calls and SQLite's come here and then go to the kernel.  Shared memory that SQLite
 * maps is not counted; it is never synced.
 */
#ifndef IO_COUNT_H
#define IO_COUNT_H

#include <stdint.h>

struct io_count {
	uint64_t wal, database, other; /* octets: PATH-wal, PATH, and the rest below path's
					* directory */
	uint64_t writes, syncs;        /* calls; of directories, too */
};

/* Count the files in this directory from now on. */
void io_count_begin(const char *directory);

struct io_count io_count_now(void);

/* What has come to it since then. */
struct io_count io_count_since(const struct io_count *then);

#endif /* IO_COUNT_H */
