/* SPDX-License-Identifier: BSD-2-Clause */
/* daemonize.h - into the background, once the start has succeeded. */
#ifndef DAEMONIZE_H
#define DAEMONIZE_H

/* Fork into a session of its own, in the directory "/"; call it before there
 * are threads, with every path made absolute.  Returns in the child: 0.  The
 * parent does not return but waits for daemonize_ready() and exits with 0, or
 * with the child's status (1 if that says success, or a signal) when the child
 * ends before.  -1 with errno when it cannot fork. */
int daemonize_start(void);

/* Let the parent exit, and turn standard input, output and error to
 * /dev/null.  Without a daemonize_start() it does nothing. */
void daemonize_ready(void);

#endif /* DAEMONIZE_H */
