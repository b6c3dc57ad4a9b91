/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "agent/options.h"

#include <err.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log_destination.h"
#include "conf/conf.h"

#define EXIT_USAGE 2

static const char usage[] =
    "usage: ldm-agentx [-Cfht] [-v] [-c FILE] [-D[TOKENS]] [-g GROUP] [-i PATTERN]...\n"
    "                  [-L LOGOPTS] [-p PIDFILE] [-u USER] [-x ADDRESS]\n";

static const char help[] =
    "\n"
    "Finds Logical Domains Managers by multicast and publishes them as\n"
    "LDM-DISCOVERY-MIB under an SNMP master agent (AgentX).\n"
    "\n"
    "  -f, --foreground         do not detach; log to standard error\n"
    "  -c, --config FILE        also read FILE, after the default files\n"
    "  -C, --no-config          do not read the default configuration files\n"
    "  -t, --test               check the configuration, print the values in effect\n"
    "                           and the interfaces that would be used, and exit\n"
    "  -i, --interface PATTERN  use interfaces matching PATTERN, or not matching it\n"
    "                           (!PATTERN), instead of the configured ones; repeatable\n"
    "  -x, --agentx ADDRESS     the master agent's address [/var/agentx/master]\n"
    "  -L, --log LOGOPTS        log to: e standard error, o standard output, n nowhere,\n"
    "                           f FILE, s FACILITY (syslog: d, u, 0..7) [sd]\n"
    "  -D, --debug[=TOKENS]     log each datagram, and net-snmp's debugging TOKENS\n"
    "  -p, --pidfile FILE       write the process id to FILE\n"
    "  -u, --user USER          run as USER (name or number)\n"
    "  -g, --group GROUP        run as GROUP (name or number)\n"
    "  -v, --version            print the version and exit\n"
    "  -h, --help               print this and exit\n"
    "\n"
    "See ldm-agentx(8) and ldm-agentx.conf(5).\n";

static const struct option long_options[] = {
    {"agentx", required_argument, NULL, 'x'},
    {"config", required_argument, NULL, 'c'},
    {"debug", optional_argument, NULL, 'D'},
    {"foreground", no_argument, NULL, 'f'},
    {"group", required_argument, NULL, 'g'},
    {"help", no_argument, NULL, 'h'},
    {"interface", required_argument, NULL, 'i'},
    {"log", required_argument, NULL, 'L'},
    {"no-config", no_argument, NULL, 'C'},
    {"pidfile", required_argument, NULL, 'p'},
    {"test", no_argument, NULL, 't'},
    {"user", required_argument, NULL, 'u'},
    {"version", no_argument, NULL, 'v'},
    {NULL, 0, NULL, 0},
};

static void
add_interface(struct options *options, const char *pattern)
{
	options->interfaces = reallocarray(options->interfaces, options->interface_count + 1,
					   sizeof(*options->interfaces));
	if (options->interfaces == NULL)
		err(EXIT_FAILURE, NULL);
	options->interfaces[options->interface_count++] = pattern;
}

/* Returns prefix and the absolute path, which chdir("/") does not affect, in one string
 * that is never freed. */
static const char *
absolute_path(const char *prefix, const char *path)
{
	char cwd[PATH_MAX] = "", *absolute;

	if (*path != '/' && getcwd(cwd, sizeof(cwd)) == NULL)
		err(EXIT_FAILURE, "%s: cannot determine its absolute path", path);
	if (asprintf(&absolute, "%s%s%s%s", prefix, cwd, *path != '/' ? "/" : "", path) < 0)
		err(EXIT_FAILURE, NULL);
	return absolute;
}

/* As in net-snmp's programs, the file or facility may be the next argument. */
static const char *
log_argument(int argc, char **argv)
{
	const char kind = optarg[0];
	const char *rest = optarg + 1;
	char *joined;

	if (kind != 'f' && kind != 's')
		return optarg;
	if (*rest == '\0' && optind < argc)
		rest = argv[optind++];
	while (*rest == ' ')
		rest++;
	if (kind == 'f' && *rest != '\0')
		return absolute_path("f", rest);
	if (asprintf(&joined, "%c%s", kind, rest) < 0)
		err(EXIT_FAILURE, NULL);
	return joined;
}

static void
check_log(const char *text)
{
	struct log_destination destination;

	if (log_destination_parse(text, &destination) < 0)
		errx(EXIT_USAGE, "option -L: '%s': " LOG_DESTINATION_EXPECTED, text);
}

/* Check a value as in the configuration file, and return it. */
static const char *
checked(const char *option, const char *token, const char *value)
{
	struct conf_error error;
	struct conf config;

	conf_init(&config);
	if (conf_set(&config, option, token, value, &error) < 0)
		errx(EXIT_USAGE, "%s", error.text);
	conf_clear(&config);
	return value;
}

void
options_parse(struct options *options, int argc, char **argv)
{
	int c;

	*options = (struct options){0};
	while ((c = getopt_long(argc, argv, "c:CD::fg:hi:L:p:tu:vx:", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			options->config_file = absolute_path("", optarg); /* read again on SIGHUP */
			break;
		case 'C':
			options->no_default_config = true;
			break;
		case 'D':
			options->debug = true;
			options->debug_tokens = optarg;
			break;
		case 'f':
			options->foreground = true;
			break;
		case 'g':
			options->group = optarg;
			break;
		case 'h':
			printf("%s%s", usage, help);
			exit(EXIT_SUCCESS);
		case 'i':
			add_interface(options, checked("option -i", "interface", optarg));
			break;
		case 'L':
			options->log = log_argument(argc, argv);
			check_log(options->log);
			break;
		case 'p':
			options->pidfile = absolute_path("", optarg);
			break;
		case 't':
			options->test = true;
			break;
		case 'u':
			options->user = optarg;
			break;
		case 'v':
			puts(PACKAGE_STRING);
			exit(EXIT_SUCCESS);
		case 'x':
			options->agentx_address = checked("option -x", "agentXSocket", optarg);
			break;
		default: /* getopt_long() has reported the error */
			fputs(usage, stderr);
			exit(EXIT_USAGE);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "ldm-agentx: unexpected argument '%s'\n%s", argv[optind], usage);
		exit(EXIT_USAGE);
	}
}
