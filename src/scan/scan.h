/* SPDX-License-Identifier: BSD-2-Clause */
/* scan.h - runs a discovery and prints the managers found. */
#ifndef SCAN_H
#define SCAN_H

#include "scan/scan_options.h"

/* Search for managers and print them.  Returns the exit status.  After an error, prints the
 * reason on standard error and exits with EXIT_TROUBLE. */
int scan_run(const struct scan_options *options);

#endif /* SCAN_H */
