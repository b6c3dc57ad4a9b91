/* SPDX-License-Identifier: BSD-2-Clause */
/* preflight.h - for -t: would a start find in order what the command line names, and
 * what would it do? */
#ifndef PREFLIGHT_H
#define PREFLIGHT_H

#include "agent/options.h"
#include "conf/conf.h"

/* Check the pid file, the user and group, and the log file as a start by the
 * caller would find them; makes, opens and locks nothing.  The process has the
 * identity that was asked for from then on, so that the caller should be about
 * to end.  0, or -1 after each thing that is wrong was logged. */
int preflight_check(const struct options *options);

/* Print the configuration on standard output, and where it would be used.  0, or -1
 * after it was logged that the interfaces cannot be listed. */
int preflight_print(const struct conf *config);

#endif /* PREFLIGHT_H */
