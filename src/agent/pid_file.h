/* SPDX-License-Identifier: BSD-2-Clause */
/* pid_file.h - the pid file.
 *
 * It is not called pidfile.h because the functions of libbsd that it uses have that
 * prefix.
 */
#ifndef PID_FILE_H
#define PID_FILE_H

/* Write the process id to the file and keep it locked, so that a second process with
 * the same file is refused.  Returns 0, or -1 after logging the error. */
int pid_file_write(const char *path);

/* Remove the file, if this process wrote one.  It is kept if removing it is not
 * permitted because privileges were dropped. */
void pid_file_remove(void);

#endif /* PID_FILE_H */
