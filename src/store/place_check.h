/* SPDX-License-Identifier: BSD-2-Clause */
/* place_check.h - checks whether a path is safe for the state, and describes what is wrong.
 *
 * error has PLACE_ERROR_LEN octets.
 */
#ifndef PLACE_CHECK_H
#define PLACE_CHECK_H

#define PLACE_ERROR_LEN 512

enum place_status {
	PLACE_OK,
	PLACE_DEGRADED, /* it is suitable, but cannot be locked or written at present */
	PLACE_REFUSED,  /* it must not be used */
};

/* Write to error; what does not fit is cut off. */
void place_say(char *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Write "cannot WHAT PATH: REASON" to error.  Returns PLACE_REFUSED if an administrator has
 * to correct that, or PLACE_DEGRADED if it may be temporary. */
enum place_status place_failed(char *error, const char *what, const char *path, int number);

/* Whether it is a regular file of this user; it is made accessible to its owner only (mode
 * 0600).  A missing one is PLACE_OK. */
enum place_status place_check_file(const char *path, char *error);

/* Whether only this user and root may replace files of this user in the directory, which is
 * created if only that is missing. */
enum place_status place_check_directory(const char *path, char *error);

/* fsync(2) of a directory; it is no error if the file system does not support that.  Returns
 * 0, or -1 with errno. */
int place_sync_directory(const char *path);

#endif /* PLACE_CHECK_H */
