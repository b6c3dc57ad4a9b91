/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "check/check_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "check/report.h"

static const char help[] =
    "usage: check_ldm -H HOST [-D | -M MANAGER] [-46hVv] [-c RANGES] [-w RANGES]\n"
    "                 [-e RETRIES] [-p PORT] [-t TIMEOUT] [-P 1|2c|3] [-C COMMUNITY]\n"
    "                 [-L LEVEL] [-U USER] [-a PROTOCOL] [-A PASSPHRASE]\n"
    "                 [-x PROTOCOL] [-X PASSPHRASE] [-N CONTEXT]\n"
    "\n"
    "Checks the Logical Domains Managers that ldm-agentx publishes by SNMP.\n"
    "\n"
    "  -H, --hostname HOST        where snmpd and ldm-agentx run\n"
    "  -D, --discovery            check discovery, not the managers\n"
    "  -M, --manager MANAGER      check one manager: its address, name or hostname\n"
    "  -w, --warning RANGES       [METRIC=]RANGE,... for a warning\n"
    "  -c, --critical RANGES      the same for a critical state\n"
    "  -t, --timeout SECONDS      time for everything [15]\n"
    "  -e, --retries RETRIES      further attempts of a request in that time [2]\n"
    "  -p, --port PORT            UDP port [161]\n"
    "  -4, -6                     use IPv4 [default], use IPv6\n"
    "  -P, --protocol VERSION     1, 2c or 3 [2c]\n"
    "  -C, --community COMMUNITY  [public]\n"
    "  -L, --seclevel LEVEL       noAuthNoPriv, authNoPriv or authPriv\n"
    "  -U, --secname USER         user of SNMPv3\n"
    "  -a, --authproto PROTOCOL   such as SHA or SHA-256 [MD5]\n"
    "  -A, --authpasswd TEXT      authentication passphrase\n"
    "  -x, --privproto PROTOCOL   such as AES [AES]\n"
    "  -X, --privpasswd TEXT      privacy passphrase\n"
    "  -N, --context CONTEXT      context of SNMPv3\n"
    "  -v, --verbose              list all managers, also if there are many\n"
    "  -V, --version              print the version and exit\n"
    "  -h, --help                 print this and exit\n"
    "\n"
    "Exit status: 0 OK, 1 warning, 2 critical, 3 unknown.\n";

static const struct option long_options[] = {
    {"authpasswd", required_argument, NULL, 'A'},
    {"authproto", required_argument, NULL, 'a'},
    {"community", required_argument, NULL, 'C'},
    {"context", required_argument, NULL, 'N'},
    {"critical", required_argument, NULL, 'c'},
    {"discovery", no_argument, NULL, 'D'},
    {"help", no_argument, NULL, 'h'},
    {"hostname", required_argument, NULL, 'H'},
    {"manager", required_argument, NULL, 'M'},
    {"port", required_argument, NULL, 'p'},
    {"privpasswd", required_argument, NULL, 'X'},
    {"privproto", required_argument, NULL, 'x'},
    {"protocol", required_argument, NULL, 'P'},
    {"retries", required_argument, NULL, 'e'},
    {"seclevel", required_argument, NULL, 'L'},
    {"secname", required_argument, NULL, 'U'},
    {"timeout", required_argument, NULL, 't'},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, 'V'},
    {"warning", required_argument, NULL, 'w'},
    {NULL, 0, NULL, 0},
};

static unsigned int
number(int option, const char *text, unsigned long min, unsigned long max)
{
	unsigned long value;

	if (parse_unsigned(text, min, max, &value) < 0)
		report_unknown("option -%c: expected a number from %lu to %lu", option, min, max);
	return (unsigned int)value;
}

static enum query_version
version(const char *text)
{
	if (strcmp(text, "1") == 0)
		return QUERY_V1;
	if (strcmp(text, "2c") == 0)
		return QUERY_V2C;
	if (strcmp(text, "3") == 0)
		return QUERY_V3;
	report_unknown("option -P: expected 1, 2c or 3");
}

static void
add_limits(struct check_options *options, int option, const char *text)
{
	const char *wrong = thresholds_add(&options->limits, option == 'c', text);

	if (wrong != NULL)
		report_unknown("option -%c: %s", option, wrong);
}

/* The options of SNMP; false if it is none. */
static bool
set_query(struct query_options *query, int option, char *text)
{
	switch (option) {
	case '4':
		query->transport = "udp";
		break;
	case '6':
		query->transport = "udp6";
		break;
	case 'A':
		query->auth_passphrase = text;
		break;
	case 'a':
		query->auth_protocol = text;
		break;
	case 'C':
		query->community = text;
		break;
	case 'e':
		query->retries = number(option, text, 0, 100);
		break;
	case 'H':
		query->host = text;
		break;
	case 'L':
		query->level = text;
		break;
	case 'N':
		query->context = text;
		break;
	case 'P':
		query->version = version(text);
		break;
	case 'p':
		number(option, text, 1, 65535);
		query->port = text;
		break;
	case 'U':
		query->user = text;
		break;
	case 'X':
		query->priv_passphrase = text;
		break;
	case 'x':
		query->priv_protocol = text;
		break;
	default:
		return false;
	}
	return true;
}

static void
check(const struct check_options *options)
{
	if (options->query.host == NULL)
		report_unknown("option -H is needed; see check_ldm --help");
	if (options->discovery && options->manager != NULL)
		report_unknown("options -D and -M exclude each other");
}

void
check_options_parse(struct check_options *options, int argc, char **argv)
{
	static char usual_community[] = "public";
	int c;

	*options = (struct check_options){
	    .query = {.port = "161",
		      .transport = "udp",
		      .version = QUERY_V2C,
		      .community = usual_community,
		      .retries = 2},
	    .timeout_s = 15,
	};
	opterr = 0;
	while ((c = getopt_long(argc, argv, "46A:a:C:c:De:H:hL:M:N:P:p:t:U:VvX:x:w:", long_options,
				NULL)) != -1) {
		if (set_query(&options->query, c, optarg))
			continue;
		switch (c) {
		case 'c':
		case 'w':
			add_limits(options, c, optarg);
			break;
		case 'D':
			options->discovery = true;
			break;
		case 'h':
			fputs(help, stdout);
			exit(REPORT_UNKNOWN);
		case 'M':
			options->manager = optarg;
			break;
		case 't':
			options->timeout_s = number(c, optarg, 1, 3600);
			break;
		case 'V':
			puts("check_ldm (" PACKAGE_STRING ")");
			exit(REPORT_UNKNOWN);
		case 'v':
			options->verbose = true;
			break;
		default:
			report_unknown("wrong option; see check_ldm --help");
		}
	}
	if (optind < argc)
		report_unknown("too many arguments; see check_ldm --help");
	options->query.timeout_s = options->timeout_s;
	options->query.if_hung = options->discovery ? REPORT_CRITICAL : REPORT_UNKNOWN;
	check(options);
}
