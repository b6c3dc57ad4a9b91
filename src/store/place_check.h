/* SPDX-License-Identifier: BSD-2-Clause */
/* place_check.h - whether a path may be trusted with the state, and what goes
 * wrong with it.
 *
 * For place.c only.  error has PLACE_ERROR_LEN octets.
 */
#ifndef PLACE_CHECK_H
#define PLACE_CHECK_H

#include <sys/stat.h>

#define PLACE_ERROR_LEN 512

enum place_status {
	PLACE_OK,
	PLACE_DEGRADED, /* it works, but cannot be locked or written to now */
	PLACE_REFUSED,  /* it must not be used */
};

/* Says "cannot WHAT PATH: REASON", and returns whether somebody has to put that
 * right (PLACE_REFUSED) or it may pass (PLACE_DEGRADED). */
enum place_status place_failed(char *error, const char *what, const char *path, int number);

/* Whether it is a regular file of this user; one that is missing may pass. */
enum place_status place_check_stat(const char *path, const struct stat *st, char *error);
enum place_status place_check_file(const char *path, char *error);

/* The same, and let nobody else read it (mode 0600). */
enum place_status place_check_private(const char *path, char *error);

/* Whether nobody but its owner and root may replace files in the directory, which is
 * made if only that is missing. */
enum place_status place_check_directory(const char *path, char *error);

/* fsync(2), of a directory as far as the file system knows that.  0, or -1 with
 * errno. */
int place_sync(int fd);
int place_sync_directory(const char *path);

#endif /* PLACE_CHECK_H */
