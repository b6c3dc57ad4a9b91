/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "scan/scan_options.h"

#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/parse.h"
#include "conf/conf.h"

static const char usage[] =
    "usage: ldm-scan [-dhjlqVv] [-e COUNT] [-G GROUP] [-i PATTERN]... [-n PROBES]\n"
    "                [-p PORT] [-s SOURCE_PORT] [-T HOPS] [-w WINDOW]\n";

static const char help[] =
    "\n"
    "Finds Logical Domains Managers by multicast.\n"
    "\n"
    "  -i, --interface PATTERN   use interfaces matching PATTERN, or not matching it\n"
    "                            (!PATTERN); repeatable [every multicast interface]\n"
    "  -w, --window DURATION     time to wait for answers [3s]\n"
    "  -n, --probes PROBES       requests within that time [3]\n"
    "  -e, --enough COUNT        stop as soon as COUNT managers are found\n"
    "  -d, --diagnose            find out what prevents discovery, and what to do\n"
    "  -l, --live                print managers as they appear, disappear and change\n"
    "  -j, --json                one JSON object a line\n"
    "  -q, --quiet               print nothing, only set the exit status\n"
    "  -v, --verbose             also list refused datagrams, on standard error\n"
    "  -G, --group ADDRESS       multicast group [239.129.9.27]\n"
    "  -p, --port PORT           UDP port [64535]\n"
    "  -s, --source-port PORT    auto, ephemeral or fixed [auto]\n"
    "  -T, --hops HOPS           TTL of requests [1]\n"
    "  -V, --version             print the version and exit\n"
    "  -h, --help                print this and exit\n"
    "\n"
    "Exit status: 0 managers were found (COUNT of them with -e; with -d: there is no\n"
    "problem), 1 none or fewer (with -d: there is a problem), 2 error.\n";

/* clang-format off */
static const struct option long_options[] = {
    {"diagnose", no_argument, NULL, 'd'},
    {"enough", required_argument, NULL, 'e'},
    {"group", required_argument, NULL, 'G'},
    {"help", no_argument, NULL, 'h'},
    {"hops", required_argument, NULL, 'T'},
    {"interface", required_argument, NULL, 'i'},
    {"json", no_argument, NULL, 'j'},
    {"live", no_argument, NULL, 'l'},
    {"port", required_argument, NULL, 'p'},
    {"probes", required_argument, NULL, 'n'},
    {"quiet", no_argument, NULL, 'q'},
    {"source-port", required_argument, NULL, 's'},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, 'V'},
    {"window", required_argument, NULL, 'w'},
    {NULL, 0, NULL, 0},
};
/* clang-format on */

/* Set `token`, a token of the daemon's configuration file. */
static void
set(struct scan_options *options, int option, const char *token, const char *value)
{
	char where[] = "option -?";
	struct conf_error error;

	where[sizeof(where) - 2] = (char)option;
	if (conf_set(&options->config, where, token, value, &error) < 0)
		errx(EXIT_TROUBLE, "%s", error.text);
}

void
scan_options_parse(struct scan_options *options, int argc, char **argv)
{
	struct discover_settings *discover = &options->config.monitor.discover;
	struct conf_error error;
	int c;

	*options = (struct scan_options){0};
	conf_init(&options->config);
	while ((c = getopt_long(argc, argv, "de:G:hi:jln:p:qs:T:Vvw:", long_options, NULL)) != -1) {
		switch (c) {
		case 'd':
			options->diagnose = true;
			break;
		case 'e':
			if (parse_unsigned(optarg, 1, SCAN_MAX_MANAGERS, &options->enough) < 0)
				errx(EXIT_TROUBLE,
				     "option -e: '%s': expected a number from 1 to %d", optarg,
				     SCAN_MAX_MANAGERS);
			break;
		case 'G':
			set(options, c, "group", optarg);
			break;
		case 'h':
			printf("%s%s", usage, help);
			exit(EXIT_SUCCESS);
		case 'i':
			set(options, c, "interface", optarg);
			break;
		case 'j':
			options->json = true;
			break;
		case 'l':
			options->live = true;
			break;
		case 'n':
			set(options, c, "probes", optarg);
			break;
		case 'p':
			set(options, c, "port", optarg);
			break;
		case 'q':
			options->quiet = true;
			break;
		case 's':
			set(options, c, "sourcePort", optarg);
			break;
		case 'T':
			set(options, c, "hops", optarg);
			break;
		case 'V':
			puts("ldm-scan (" PACKAGE_STRING ")");
			exit(EXIT_SUCCESS);
		case 'v':
			options->verbose = true;
			break;
		case 'w':
			set(options, c, "window", optarg);
			break;
		default: /* getopt_long() has reported the error */
			fputs(usage, stderr);
			exit(EXIT_TROUBLE);
		}
	}
	if (optind < argc) {
		warnx("unexpected argument '%s'", argv[optind]);
		fputs(usage, stderr);
		exit(EXIT_TROUBLE);
	}
	if (options->diagnose && (options->live || options->enough > 0))
		errx(EXIT_TROUBLE, "option -d cannot be used with -l or -e");
	discover->interval_us = 2 * discover->window_us;
	if (discover->interval_us < SCAN_LIVE_INTERVAL_US)
		discover->interval_us = SCAN_LIVE_INTERVAL_US;
	if (conf_check(&options->config, "options", &error) < 0)
		errx(EXIT_TROUBLE, "%s", error.text);
}
