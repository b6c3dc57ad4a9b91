/* SPDX-License-Identifier: BSD-2-Clause */
/* inherited.h - puts in order what the parent process left to this one.
 *
 * Neither descriptors nor signals nor limits can be taken for granted: a parent
 * may have closed standard output or blocked SIGTERM for a reason of its own.
 */
#ifndef INHERITED_H
#define INHERITED_H

#include <stdbool.h>

/* Call it first in main(), before anything opens a descriptor.  Descriptors 0
 * to 2 that are closed are opened on /dev/null, so that no socket gets their
 * numbers; standard output only for reading, so that writing to it still fails
 * (see output.h).  No signal is blocked any more (daemon(7), "SysV Daemons").
 * The soft limit of open descriptors is raised to `descriptors`, or to the hard
 * limit if that is lower.  Exits with `failure`, after a message, when /dev/null
 * is needed and cannot be opened. */
void inherited_settle(int failure, unsigned int descriptors);

/* Whether the parent had the signal ignored, as nohup(1) does with SIGHUP and a
 * shell without job control with SIGINT for a command in the background. */
bool inherited_ignores(int signo);

#endif /* INHERITED_H */
