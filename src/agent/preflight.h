/* SPDX-License-Identifier: BSD-2-Clause */
/* preflight.h - what the command line names, for -t: would a start find it in order? */
#ifndef PREFLIGHT_H
#define PREFLIGHT_H

#include "agent/options.h"

/* Check the pid file, the user and group, and the log file as a start by the
 * caller would find them; makes, opens and locks nothing.  The process has the
 * identity that was asked for from then on, so that the caller should be about
 * to end.  0, or -1 after each thing that is wrong was logged. */
int preflight_check(const struct options *options);

#endif /* PREFLIGHT_H */
