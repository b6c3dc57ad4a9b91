/* SPDX-License-Identifier: BSD-2-Clause */
/* statefile_check.h - whether a path may be trusted with the state, and what goes
 * wrong with it.
 *
 * For statefile.c only.  error has STATEFILE_ERROR_LEN octets.
 */
#ifndef STATEFILE_CHECK_H
#define STATEFILE_CHECK_H

#include <sys/stat.h>

#define STATEFILE_ERROR_LEN 512

enum statefile_status {
	STATEFILE_OK,
	STATEFILE_DEGRADED, /* it works, but cannot be locked or written to now */
	STATEFILE_REFUSED,  /* it must not be used */
};

/* Says "cannot WHAT PATH: REASON", and returns whether somebody has to put that
 * right (STATEFILE_REFUSED) or it may pass (STATEFILE_DEGRADED). */
enum statefile_status statefile_failed(char *error, const char *what, const char *path, int number);

/* Whether it is a regular file of this user; one that is missing may pass. */
enum statefile_status statefile_check_stat(const char *path, const struct stat *st, char *error);
enum statefile_status statefile_check_file(const char *path, char *error);

/* Whether nobody but its owner and root may replace files in the directory, which is
 * made if only that is missing. */
enum statefile_status statefile_check_directory(const char *path, char *error);

/* fsync(2), of a directory as far as the file system knows that.  0, or -1 with
 * errno. */
int statefile_sync(int fd);
int statefile_sync_directory(const char *path);

#endif /* STATEFILE_CHECK_H */
