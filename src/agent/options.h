/* SPDX-License-Identifier: BSD-2-Clause */
/* options.h - the command line of ldm-agentx. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct options {
	bool foreground;
	bool no_default_config; /* -C */
	bool test;
	bool debug;
	bool history;     /* --history: */
	bool json;        /* -j */
	int64_t since_ms; /* since 1970; 0: everything */
	const char *config_file;
	const char *log;          /* argument of -L; NULL: not given */
	const char *debug_tokens; /* for net-snmp */
	const char *agentx_address;
	const char *pidfile;
	const char *user, *group;
	const char **interfaces; /* patterns; owned */
	size_t interface_count;
};

/* Parse the command line.  Strings are valid as long as argv; paths of files that are
 * opened later are made absolute.  --help and --version print and exit; an error is
 * reported on standard error, and the exit status is 2. */
void options_parse(struct options *options, int argc, char **argv);

#endif /* OPTIONS_H */
