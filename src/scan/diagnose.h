/* SPDX-License-Identifier: BSD-2-Clause */
/* diagnose.h - finds out what prevents discovery, and what to do about it. */
#ifndef DIAGNOSE_H
#define DIAGNOSE_H

#include "scan/scan_options.h"

/* Search for managers as a scan does, and print what was found out.  Returns the exit status:
 * EXIT_FOUND if there is no problem.  After an error, prints the reason on standard error and
 * exits with EXIT_TROUBLE. */
int diagnose_run(const struct scan_options *options);

#endif /* DIAGNOSE_H */
