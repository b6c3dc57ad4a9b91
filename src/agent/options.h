/* SPDX-License-Identifier: BSD-2-Clause */
/* options.h - the command line of ldm-agentx. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct options {
	bool foreground;
	bool no_default_config; /* -C */
	bool test;
	bool debug;
	const char *config_file;
	const char *log;          /* -L's argument, NULL: not given */
	const char *debug_tokens; /* for net-snmp */
	const char *agentx_address;
	const char *pidfile;
	const char *user, *group;
	const char **interfaces; /* patterns; owned */
	size_t interface_count;
};

/* Strings live as long as argv; the paths of files that are opened later are
 * made absolute.  --help and --version print and exit; a mistake is
 * reported on standard error and exits with status 2. */
void options_parse(struct options *options, int argc, char **argv);

#endif /* OPTIONS_H */
