/* SPDX-License-Identifier: BSD-2-Clause */
/* lock_file.h - a file that is locked as long as a process uses another one.
 */
#ifndef LOCK_FILE_H
#define LOCK_FILE_H

#include <stdbool.h>

#include "store/place_check.h"

/* Create the file (mode 0600) if it does not exist, and lock it.  Once it is locked, the
 * previous descriptor in *fd, which may be -1, is closed, and *fd is set to the new one;
 * on a read-only disk this is done, too, although the result is not PLACE_OK.  Otherwise *fd
 * is unchanged.  PLACE_REFUSED: another process has locked the file, or it is unsuitable. */
enum place_status lock_file_take(const char *path, int *fd, char error[PLACE_ERROR_LEN]);

/* Whether fd, which may be -1, is still the file of that name. */
bool lock_file_is_held(const char *path, int fd);

#endif /* LOCK_FILE_H */
