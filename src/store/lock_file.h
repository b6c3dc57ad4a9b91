/* SPDX-License-Identifier: BSD-2-Clause */
/* lock_file.h - a file that is locked as long as a process uses what the file stands for.
 */
#ifndef LOCK_FILE_H
#define LOCK_FILE_H

#include <stdbool.h>

#include "store/place_check.h"

/* Make the file (mode 0600) unless it is there, and lock it.  *fd is set to its descriptor
 * when there is a lock, which is so on a read-only disk too, although that is not PLACE_OK;
 * a previous one in *fd, which may be -1, is closed then.  Otherwise *fd is left alone.
 * PLACE_REFUSED: it is locked by another process, or unsuitable. */
enum place_status lock_file_take(const char *path, int *fd, char error[PLACE_ERROR_LEN]);

/* Whether fd, which may be -1, is still the file of that name. */
bool lock_file_is_held(const char *path, int fd);

#endif /* LOCK_FILE_H */
