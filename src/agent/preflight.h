/* SPDX-License-Identifier: BSD-2-Clause */
/* preflight.h - the option -t: checks the command line and prints what a start would
 * use. */
#ifndef PREFLIGHT_H
#define PREFLIGHT_H

#include "agent/options.h"
#include "conf/conf.h"

/* Check whether a start by the same user could use the pid file, the user and group,
 * and the log file; creates, opens and locks nothing.  Changes the process to that user
 * and group, so the caller should exit afterwards.  Returns 0, or -1 after logging the
 * errors. */
int preflight_check(const struct options *options);

/* Print the configuration, and the interfaces that would be used, on standard output.
 * Returns 0, or -1 after logging that the interfaces cannot be read. */
int preflight_print(const struct conf *config);

#endif /* PREFLIGHT_H */
