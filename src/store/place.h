/* SPDX-License-Identifier: BSD-2-Clause */
/* place.h - a file that is locked by one process, and replaced whole.
 *
 * Beside PATH there are PATH.lock, which is locked as long as the process lives,
 * PATH.new while PATH is being replaced, and PATH.bad (PATH.bad.2, ...) where
 * a damaged one was put.  All are for their owner only.
 *
 * Not thread-safe: one thread at a time.  Whoever calls logs.
 */
#ifndef PLACE_H
#define PLACE_H

#include <stddef.h>
#include <sys/types.h>

#include "store/place_check.h"

struct place;

#define PLACE_ASIDE_MAX 99 /* limit of damaged files that are kept */

/* Lock `path`, which is absolute and copied; its directory is made (mode 0700) if only
 * that is missing.  To be called by the user who will write, so after privileges
 * are dropped, and by the process that stays: a lock is shared with all children.
 *
 * PLACE_REFUSED, with *error naming path and what would be right: another
 * process has the lock (or this one, with another struct place); path, PATH.lock
 * or PATH.new is there and is no regular file (a symbolic link is none) or is not
 * owned by this user; others than its owner and root may replace files in the
 * directory (it belongs to another user, or is writable by others and not
 * sticky); permission is denied; part of the path is missing, no directory or too
 * long; there is no memory.
 * PLACE_DEGRADED, with *error: directory or lock file cannot be made or looked at,
 * as the disk is full or read-only or fails.  *out is to be used all the same.
 * *out is set unless refused. */
enum place_status place_open(struct place **out, const char *path,
				     char error[PLACE_ERROR_LEN]);

/* Release the lock.  The files stay. */
void place_close(struct place *file);

/* Read the whole file, max octets at most.  The text is allocated, for the caller to
 * free, *len its length; a NUL follows.  NULL with errno: ENOENT there is none,
 * EFBIG it is longer, EISDIR, ELOOP, EINVAL it is a directory, a symbolic link,
 * another thing that is no regular file, EPERM another user's. */
char *place_read(struct place *file, size_t max, size_t *len);

/* Read the first size octets, at most, of what place_keep_aside() has put aside as
 * the number-th, from 1.  Returns how many there are, or -1 with errno: ENOENT there
 * is none. */
ssize_t place_read_aside(const struct place *file, int number, char *buf, size_t size);

/* Put the file aside under the first free name, which goes to name[].  0, or -1
 * with errno: EEXIST when all names are taken. */
int place_keep_aside(struct place *file, char *name, size_t size);

/* Replace the file by these len octets: at any instant, and after a crash at any
 * instant, it is either the previous or the new one, whole.  Makes the directory and locks
 * first if that could not be done so far, or if they are no longer those that were
 * found before.
 * 0, or -1 with *error: the previous file is untouched then, or, where only the
 * directory could not be written to disk, a crash brings either of the two. */
int place_replace(struct place *file, const char *text, size_t len,
		      char error[PLACE_ERROR_LEN]);

#endif /* PLACE_H */
