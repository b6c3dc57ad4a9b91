/* SPDX-License-Identifier: BSD-2-Clause */
/* check_options.h - the command line of check_ldm. */
#ifndef CHECK_OPTIONS_H
#define CHECK_OPTIONS_H

#include <stdbool.h>

#include "check/thresholds.h"
#include "check/query.h"

struct check_options {
	struct query_options query;
	struct thresholds limits;
	const char *manager; /* check this one, or NULL */
	bool discovery;      /* check discovery */
	bool verbose;
	unsigned int timeout_s; /* of the whole program */
};

/* Parse the command line.  --help and --version print and exit; an error ends the program
 * as report_unknown() does. */
void check_options_parse(struct check_options *options, int argc, char **argv);

#endif /* CHECK_OPTIONS_H */
