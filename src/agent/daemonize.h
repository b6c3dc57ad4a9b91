/* SPDX-License-Identifier: BSD-2-Clause */
/* daemonize.h - detaches once start-up has succeeded. */
#ifndef DAEMONIZE_H
#define DAEMONIZE_H

/* Fork, and start a new session in the directory "/".  To be called before threads are
 * started; all paths must be absolute.  Returns 0 in the child.  The parent does not
 * return: it waits for daemonize_ready() and exits with 0.  If the child ends before
 * that, the parent exits with its status, or with 1 if that is 0 or a signal.  Returns
 * -1 with errno if fork(2) fails. */
int daemonize_start(void);

/* Let the parent exit, and redirect standard input, output and error to /dev/null.
 * Does nothing without daemonize_start(). */
void daemonize_ready(void);

#endif /* DAEMONIZE_H */
