/* SPDX-License-Identifier: BSD-2-Clause */
/* inherited.h - resets process attributes inherited from the parent.
 *
 * The state of descriptors, signals and limits is not known at the start: the
 * parent may have closed standard output or blocked SIGTERM.
 */
#ifndef INHERITED_H
#define INHERITED_H

#include <stdbool.h>

/* To be called first in main(), before any descriptor is opened.  Descriptors 0 to
 * 2 that are closed are opened on /dev/null, so that no socket gets their numbers;
 * standard output only for reading, so that writing to it still fails (see
 * output.h).  All signals are unblocked (daemon(7), "SysV Daemons").  The soft limit
 * of open descriptors is raised to `descriptors`, or to the hard limit if that is
 * lower.  Prints a message and exits with `failure` if /dev/null is needed and
 * cannot be opened. */
void inherited_reset(int failure, unsigned int descriptors);

/* Whether the signal was ignored by the parent, as nohup(1) does with SIGHUP, and
 * a shell without job control with SIGINT for a background command. */
bool inherited_ignores(int signo);

#endif /* INHERITED_H */
