/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "responder/responder_options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"
#include "core/wire.h"
#include "net/ifaces.h"

static const char usage_text[] =
    "usage: ldm-responder [OPTION]...\n"
    "       ldm-responder -S SOCKET COMMAND...\n"
    "Simulates Logical Domains Managers, or sends a command to a running responder.\n"
    "\n"
    "The managers:\n"
    "  -n, --count=COUNT             number of managers [1]\n"
    "  -a, --address=ADDRESS         of the first; the others follow [198.18.0.1]\n"
    "  -H, --hostname=TEMPLATE       hostnames; %u, %0Nu: number from 1 [ldom%03u]\n"
    "  -R, --manager-version=TEXT    version that they report [1.2]\n"
    "  -P, --manager-port=PORT       XMPP port that they report [6482]\n"
    "\n"
    "Their answers:\n"
    "  -r, --reply=MODE              source, fixed, multicast, both or twice [source]\n"
    "  -d, --delay=[MIN:]MAX         delayed by MIN to MAX milliseconds [0]\n"
    "  -l, --loss=PERCENT            percentage lost at random [0]\n"
    "  -s, --seed=NUMBER             makes delay and loss repeatable\n"
    "  -m, --mac-collision           send MAC address collision traffic as well\n"
    "\n"
    "The network:\n"
    "  -i, --interface=IFNAME        to listen on; repeatable [every usable one]\n"
    "  -G, --group=ADDRESS           multicast group [239.129.9.27]\n"
    "  -p, --port=PORT               UDP port of the group [64535]\n"
    "  -T, --hops=HOPS               TTL of all that is sent [1]\n"
    "\n"
    "  -S, --control=SOCKET          accept commands on this Unix socket\n"
    "  -v, --verbose                 print a line for each request\n"
    "  -V, --version                 print the version and exit\n"
    "  -h, --help                    print this help and exit\n"
    "\n"
    "Commands: off WHO, on WHO, set WHO hostname|version|port VALUE, loss PERCENT,\n"
    "delay [MIN:]MAX, mode MODE, stats, list, quit; WHO is ADDRESS, ADDRESS-ADDRESS\n"
    "or all.  See ldm-responder(1).\n";

static const struct option long_options[] = {
    {"count", required_argument, NULL, 'n'},
    {"address", required_argument, NULL, 'a'},
    {"hostname", required_argument, NULL, 'H'},
    {"manager-version", required_argument, NULL, 'R'},
    {"manager-port", required_argument, NULL, 'P'},
    {"reply", required_argument, NULL, 'r'},
    {"delay", required_argument, NULL, 'd'},
    {"loss", required_argument, NULL, 'l'},
    {"seed", required_argument, NULL, 's'},
    {"mac-collision", no_argument, NULL, 'm'},
    {"interface", required_argument, NULL, 'i'},
    {"group", required_argument, NULL, 'G'},
    {"port", required_argument, NULL, 'p'},
    {"hops", required_argument, NULL, 'T'},
    {"control", required_argument, NULL, 'S'},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void wrong(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void
wrong(const char *format, ...)
{
	char text[FLEET_ERROR_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_error("%s (-h for help)", text);
	exit(EXIT_WRONG);
}

static unsigned long
number(int option, const char *text, unsigned long min, unsigned long max)
{
	unsigned long value;

	if (parse_unsigned(text, min, max, &value) < 0)
		wrong("-%c '%s': expected a number, %lu..%lu", option, text, min, max);
	return value;
}

static uint32_t
address(int option, const char *text)
{
	uint32_t addr;

	if (parse_address(text, &addr) < 0)
		wrong("-%c '%s': expected an IPv4 address", option, text);
	return addr;
}

static void
set_option(struct responder_options *options, int option, char *value)
{
	switch (option) {
	case 'n':
		options->fleet.count = number(option, value, 1, FLEET_MAX);
		break;
	case 'a':
		options->fleet.first_address = address(option, value);
		break;
	case 'H':
		options->fleet.hostname = value;
		break;
	case 'R':
		options->fleet.version = value;
		break;
	case 'P':
		options->fleet.port = (uint16_t)number(option, value, 1, 65535);
		break;
	case 'r':
		if (answers_parse_mode(value, &options->mode) < 0)
			wrong("-r '%s': expected " ANSWERS_MODE_SYNTAX, value);
		break;
	case 'd':
		if (answers_parse_delay(value, &options->delay_min_ms, &options->delay_max_ms) < 0)
			wrong("-d '%s': expected " ANSWERS_DELAY_SYNTAX, value);
		break;
	case 'l':
		options->loss_percent = (unsigned int)number(option, value, 0, 100);
		break;
	case 's':
		options->seed = number(option, value, 0, UINT32_MAX);
		break;
	case 'm':
		options->responder.mac_traffic = true;
		break;
	case 'i':
		options->ifnames[options->responder.ifname_count++] = value;
		break;
	case 'G':
		options->responder.group = address(option, value);
		if (options->responder.group >> 28 != 14) /* 224.0.0.0/4 */
			wrong("-G '%s': not a multicast address (224.0.0.0/4)", value);
		break;
	case 'p':
		options->responder.port = (uint16_t)number(option, value, 1, 65535);
		break;
	case 'T':
		options->responder.hops = (unsigned int)number(option, value, 1, 255);
		break;
	case 'v':
		options->responder.show_requests = true;
		break;
	}
}

/* Returns whether an option was given that is not permitted with a command. */
static bool
read_options(struct responder_options *options, int argc, char **argv)
{
	bool server_only = false;
	int option;

	/* '+': stop at the first word of a command. */
	while ((option = getopt_long(argc, argv, "+n:a:H:R:P:r:d:l:s:mi:G:p:T:S:vVh", long_options,
				     NULL)) != -1) {
		switch (option) {
		case 'V':
			puts("ldm-responder " PACKAGE_VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			fputs(usage_text, stdout);
			exit(EXIT_SUCCESS);
		case '?':
			exit(EXIT_WRONG); /* getopt_long(3) has reported the error */
		case 'S':
			options->control = optarg;
			break;
		default:
			server_only = true;
			set_option(options, option, optarg);
		}
	}
	return server_only;
}

/* Managers may have loopback addresses if only loopback interfaces are used. */
static bool
only_loopback(const struct responder_settings *settings)
{
	struct ifaces ifaces = {0};
	size_t found = 0;

	if (settings->ifname_count == 0 || ifaces_read(&ifaces) < 0)
		return false;
	for (size_t i = 0; i < settings->ifname_count; i++) {
		for (size_t k = 0; k < ifaces.count; k++) {
			if (strcmp(ifaces.list[k].name, settings->ifnames[i]) == 0 &&
			    ifaces.list[k].loopback)
				found++;
		}
	}
	ifaces_clear(&ifaces);
	return found == settings->ifname_count;
}

void
responder_options_parse(struct responder_options *options, int argc, char **argv)
{
	char **ifnames = calloc((size_t)argc, sizeof(*ifnames));
	bool server_only;

	if (ifnames == NULL)
		wrong("%s", strerror(errno));
	*options = (struct responder_options){
	    .fleet = {.first_address = 0xc6120001, /* 198.18.0.1; RFC 2544: for tests */
		      .count = 1,
		      .hostname = "ldom%03u",
		      .version = "1.2",
		      .port = WIRE_XMPP_PORT},
	    .responder = {.ifnames = ifnames, .group = WIRE_GROUP, .port = WIRE_PORT, .hops = 1},
	    .ifnames = ifnames,
	    .mode = ANSWER_SOURCE,
	    .seed = (uint64_t)clock_now().mono_us,
	};
	server_only = read_options(options, argc, argv);
	options->command = argv + optind;
	options->command_len = argc - optind;
	if (options->command_len > 0 && options->control == NULL)
		wrong("'%s': a command requires -S", options->command[0]);
	if (options->command_len > 0 && server_only)
		wrong("a command cannot be combined with options other than -S");
	options->fleet.on_loopback = only_loopback(&options->responder);
}

void
responder_options_clear(struct responder_options *options)
{
	free(options->ifnames);
	*options = (struct responder_options){0};
}
