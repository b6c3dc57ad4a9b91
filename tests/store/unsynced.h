/* SPDX-License-Identifier: BSD-2-Clause */
/* unsynced.h - which octets of the files in a directory are on disk, and which are only in
 * the kernel's memory so far: what a power cut may leave of them.
 *
 * The caller notes each operation that has succeeded.  Nothing is on disk before it is
 * synced: the octets and the length of a file with the file, its name with the directory.
 * One directory at a time, and one thread.
 */
#ifndef UNSYNCED_H
#define UNSYNCED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unsynced_file; /* a file, whatever its names are */

/* What is in the directory now is on disk.  Forgets the previous directory. */
void unsynced_begin(const char *directory);
void unsynced_end(void);

/* The file that has this path now; NULL if that is not in the directory, or is not a file
 * that outlives a power cut (the shared memory of a database).  A file of
 * which no operation was noted was made by others, and is not on disk. */
struct unsynced_file *unsynced_find(const char *path);

/* For each of these the file may be NULL. */
void unsynced_note_written(struct unsynced_file *file, const void *octets, size_t len, size_t at);
void unsynced_note_truncated(struct unsynced_file *file, size_t len);
void unsynced_note_synced(struct unsynced_file *file);

/* A sync that failed: some of the octets are on disk, and the others never will be unless
 * they are written again, although reads return them (Linux). */
void unsynced_note_not_synced(struct unsynced_file *file, uint64_t seed);

void unsynced_note_removed(const char *path);
void unsynced_note_renamed(const char *from, const char *to);
void unsynced_note_directory_synced(void);

/* The power is cut: put into the directory what is on disk, and of the rest, as the seed has
 * it, nothing, everything, the first or any of the operations, the last of them in part.
 * Gaps that this leaves in a file hold zeros or anything.  Nobody may have the files open.
 * They are on disk then. */
void unsynced_cut(uint64_t seed);

#endif /* UNSYNCED_H */
