/* SPDX-License-Identifier: BSD-2-Clause */
/* scan_options.h - the command line of ldm-scan. */
#ifndef SCAN_OPTIONS_H
#define SCAN_OPTIONS_H

#include <stdbool.h>

#include "base/clock.h"
#include "conf/settings.h"

enum { EXIT_FOUND = 0, EXIT_FEWER = 1, EXIT_TROUBLE = 2 }; /* like grep(1) */

#define SCAN_MAX_MANAGERS 100000 /* about 60 MB, even if answers are forged */
#define SCAN_LIVE_INTERVAL_US (10 * US_PER_S)

struct scan_options {
	struct conf config; /* to be freed by conf_clear() */
	bool diagnose, json, quiet, live, verbose;
	unsigned long enough; /* stop when this number is found; 0: no limit */
};

/* Parse the command line.  --help and --version print and exit; an error is reported on
 * standard error, and the exit status is EXIT_TROUBLE. */
void scan_options_parse(struct scan_options *options, int argc, char **argv);

#endif /* SCAN_OPTIONS_H */
