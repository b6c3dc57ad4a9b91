/* SPDX-License-Identifier: BSD-2-Clause */
/* scan.h - one scan: discovery wired to the terminal. */
#ifndef SCAN_H
#define SCAN_H

#include "scan/scan_options.h"

/* Look for managers and print them.  Returns the exit status; exits with EXIT_TROUBLE
 * after the reason was written to standard error. */
int scan_run(const struct scan_options *options);

#endif /* SCAN_H */
