/* SPDX-License-Identifier: BSD-2-Clause */
/* pid_file.h - the file that tells others this process's id.
 *
 * Not pidfile.h: libbsd's functions, which do the work, have that prefix.
 */
#ifndef PID_FILE_H
#define PID_FILE_H

/* Write this process's id to the file and keep it locked: a second process
 * with the same file is refused.  0, or -1 after logging what is wrong with
 * which file. */
int pid_file_write(const char *path);

/* Remove the file again, if this process wrote one.  Without the right to
 * remove it, once privileges are dropped, it stays. */
void pid_file_remove(void);

#endif /* PID_FILE_H */
