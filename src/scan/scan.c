/* SPDX-License-Identifier: BSD-2-Clause */
/* ldm-scan - the discovery of ldm-agentx on a terminal or in a script. */
#include "config.h"

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/inherited.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/output.h"
#include "base/parse.h"
#include "base/text.h"
#include "conf/conf.h"
#include "core/discover.h"
#include "core/inventory.h"
#include "core/json.h"
#include "net/descriptors.h"
#include "net/ifaces.h"
#include "net/ifpatterns.h"
#include "net/ifwords.h"
#include "net/prober.h"
#include "scan/scan_table.h"

enum { EXIT_FOUND = 0, EXIT_FEWER = 1, EXIT_TROUBLE = 2 }; /* like grep(1) */

#define LIVE_INTERVAL_US (10 * US_PER_S)
#define LIVE_RETENTION_US US_PER_H
#define MAX_MANAGERS 100000 /* some 60 MB, whoever makes them up */
#define HOSTNAME_WORD_LEN ((size_t)4 * WIRE_HOSTNAME_LEN)
#define VERSION_WORD_LEN ((size_t)4 * WIRE_VERSION_LEN)

struct scan {
	struct conf config;
	bool json, quiet, live, verbose;
	bool full;            /* and has said so */
	unsigned long enough; /* stop when so many are found; 0: no such limit */

	struct loop *loop;
	struct inventory *inventory;
	struct discover *discover;
	struct prober *prober;
};

static const char usage[] =
    "usage: ldm-scan [-hjlqVv] [-e COUNT] [-G GROUP] [-i PATTERN]... [-n PROBES]\n"
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
    "Exit status: 0 managers were found (COUNT of them with -e), 1 none or fewer,\n"
    "2 error.\n";

static const struct option long_options[] = {
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

/* Set what the configuration file of the daemon calls `token`. */
static void
set(struct scan *scan, int option, const char *token, const char *value)
{
	char where[] = "option -?";
	struct conf_error error;

	where[sizeof(where) - 2] = (char)option;
	if (conf_set(&scan->config, where, token, value, &error) < 0)
		errx(EXIT_TROUBLE, "%s", error.text);
}

static void
parse_options(struct scan *scan, int argc, char **argv)
{
	struct discover_settings *discover = &scan->config.monitor.discover;
	struct conf_error error;
	int c;

	conf_init(&scan->config);
	while ((c = getopt_long(argc, argv, "e:G:hi:jln:p:qs:T:Vvw:", long_options, NULL)) != -1) {
		switch (c) {
		case 'e':
			if (parse_unsigned(optarg, 1, MAX_MANAGERS, &scan->enough) < 0)
				errx(EXIT_TROUBLE,
				     "option -e: '%s': expected a number from 1 to %d", optarg,
				     MAX_MANAGERS);
			break;
		case 'G':
			set(scan, c, "group", optarg);
			break;
		case 'h':
			printf("%s%s", usage, help);
			exit(EXIT_SUCCESS);
		case 'i':
			set(scan, c, "interface", optarg);
			break;
		case 'j':
			scan->json = true;
			break;
		case 'l':
			scan->live = true;
			break;
		case 'n':
			set(scan, c, "probes", optarg);
			break;
		case 'p':
			set(scan, c, "port", optarg);
			break;
		case 'q':
			scan->quiet = true;
			break;
		case 's':
			set(scan, c, "sourcePort", optarg);
			break;
		case 'T':
			set(scan, c, "hops", optarg);
			break;
		case 'V':
			puts("ldm-scan (" PACKAGE_STRING ")");
			exit(EXIT_SUCCESS);
		case 'v':
			scan->verbose = true;
			break;
		case 'w':
			set(scan, c, "window", optarg);
			break;
		default: /* getopt_long() has said what is wrong */
			fputs(usage, stderr);
			exit(EXIT_TROUBLE);
		}
	}
	if (optind < argc) {
		warnx("unexpected argument '%s'", argv[optind]);
		fputs(usage, stderr);
		exit(EXIT_TROUBLE);
	}
	discover->interval_us = 2 * discover->window_us;
	if (discover->interval_us < LIVE_INTERVAL_US)
		discover->interval_us = LIVE_INTERVAL_US;
	if (conf_check(&scan->config, "options", &error) < 0)
		errx(EXIT_TROUBLE, "%s", error.text);
}

static const char *
printable_interface(unsigned int ifindex, char buf[IFACE_SHOWN_LEN])
{
	char name[IF_NAMESIZE];

	return iface_shown(scan_interface_name(ifindex, name), buf);
}

static void
print_json(const struct scan *scan)
{
	const struct manager *m = inventory_at_or_after(scan->inventory, 0);
	char json[JSON_MANAGER_LEN], ifname[IF_NAMESIZE];

	for (; m != NULL; m = inventory_at_or_after(scan->inventory, m->addr + 1))
		puts(json_manager(m, scan_interface_name(m->ifindex, ifname), json));
}

static void
print_found(const struct scan *scan)
{
	if (scan->json)
		print_json(scan);
	else
		scan_table_print(scan->inventory);
}

static void
print_event_as_json(const struct scan *scan, const struct event *event)
{
	const struct manager *m = inventory_at_or_after(scan->inventory, event->addr);
	char json[JSON_MANAGER_LEN], ifname[IF_NAMESIZE];

	printf("{\"event\":\"%s\",%s\n", event_type_name(event->type),
	       json_manager(m, scan_interface_name(m->ifindex, ifname), json) + 1);
}

static void
print_event_as_text(const struct event *event)
{
	char time[TEXT_TIME_LEN], address[TEXT_ADDRESS_LEN];
	char version[VERSION_WORD_LEN], hostname[HOSTNAME_WORD_LEN];

	printf("%s  %-11s  %-15s %5u  %-10s  %s", text_time(event->time.wall_ms, time),
	       event_type_name(event->type), text_address(event->addr, address), event->port,
	       text_word(event->version, version, sizeof(version)),
	       text_word(event->hostname, hostname, sizeof(hostname)));
	if (event->type == EVENT_CHANGED)
		printf("  (was %u %s %s)", event->former_port,
		       text_word(event->former_version, version, sizeof(version)),
		       text_word(event->former_hostname, hostname, sizeof(hostname)));
	putchar('\n');
}

/* The table has room for one of them. */
static void
warn_of_conflict(const struct event *event)
{
	char addr[TEXT_ADDRESS_LEN], source[TEXT_ADDRESS_LEN], other[TEXT_ADDRESS_LEN];

	warnx("%s: %s and %s answer for it with different hostnames or ports; showing the first",
	      text_address(event->addr, addr), text_address(event->source, source),
	      text_address(event->other_source, other));
}

static bool
on_event(void *ctx, const struct event *event)
{
	const struct scan *scan = ctx;

	if (scan->quiet)
		return true;
	if (!scan->live) {
		if (event->type == EVENT_CONFLICT)
			warn_of_conflict(event);
		return true;
	}
	if (scan->json)
		print_event_as_json(scan, event);
	else
		print_event_as_text(event);
	if (fflush(stdout) != 0)
		loop_stop(scan->loop); /* nobody will see the next ones; output.h says why */
	return true;
}

static bool
admits(void *ctx, const struct iface *iface, bool *by_name)
{
	const struct scan *scan = ctx;

	return ifpatterns_admit(&scan->config.interfaces, iface, by_name);
}

/* -v answers "why is my manager not there?". */
static void
on_datagram(void *ctx, enum verdict verdict, const struct arrival *arrival,
	    const struct wire_response *resp, const char *reason)
{
	struct scan *scan = ctx;
	char source[TEXT_ADDRESS_LEN], ifname[IFACE_SHOWN_LEN];

	(void)resp;
	if (verdict == VERDICT_NO_ROOM && !scan->full) {
		warnx("more than %d managers: the others are not shown", MAX_MANAGERS);
		scan->full = true;
	}
	if (!scan->verbose || verdict == VERDICT_OWN_REQUEST ||
	    (verdict == VERDICT_ACCEPTED && reason == NULL))
		return;
	fprintf(stderr, "%sfrom %s:%u on %s: %s%s%s\n",
		verdict == VERDICT_ACCEPTED ? "noted: " : "refused: ",
		text_address(arrival->source, source), arrival->source_port,
		printable_interface(arrival->ifindex, ifname), wire_verdict_name(verdict),
		reason != NULL ? ": " : "", reason != NULL ? reason : "");
}

static void
on_settled(void *ctx)
{
	struct scan *scan = ctx;
	const bool enough =
	    scan->enough > 0 && inventory_summary(scan->inventory).up >= scan->enough;

	if (enough || (!scan->live && discover_stats(scan->discover)->rounds > 0))
		loop_stop(scan->loop);
}

static void
on_signal(void *ctx, int signo)
{
	struct scan *scan = ctx;

	(void)signo;
	loop_stop(scan->loop);
}

static void
explain_interfaces(const struct text_list *patterns, const struct ifaces *ifaces)
{
	char line[IFWORDS_LEN];
	bool use;

	for (size_t i = 0; i < ifaces->count; i++) {
		ifwords_usage(patterns, &ifaces->list[i], &use, line);
		if (!use)
			warnx("%s", line);
	}
}

/* A pattern that matches nothing is a slip of the pen on a terminal. */
static void
check_interfaces(const struct scan *scan)
{
	const struct text_list *patterns = &scan->config.interfaces;
	struct ifaces ifaces = {0};
	char what[IFWORDS_LEN];

	if (ifaces_read(&ifaces) < 0)
		err(EXIT_TROUBLE, "cannot read the list of interfaces");
	if (scan->verbose)
		explain_interfaces(patterns, &ifaces);
	for (size_t i = 0; i < patterns->count; i++)
		if (ifwords_missing(patterns->items[i], &ifaces, what) != NULL)
			warnx("option -i: %s", what);
	if (ifwords_used(patterns, &ifaces) == 0)
		errx(EXIT_TROUBLE, "no interface to use%s",
		     scan->verbose ? "" : ": see -v for the reasons");
	ifaces_clear(&ifaces);
}

static void
start(struct scan *scan)
{
	struct discover_settings discover = scan->config.monitor.discover;
	const struct inventory_settings inventory = {
	    .max_managers = MAX_MANAGERS,
	    .misses = discover.misses,
	    .confirmations = 1,
	    .retention_us = LIVE_RETENTION_US,
	    .change_holdoff_us = LIVE_INTERVAL_US,
	};
	const struct prober_settings prober = {
	    .group = scan->config.group,
	    .port = scan->config.port,
	    .hops = scan->config.monitor.hops,
	    .source_port = discover.source_port,
	    .no_fallback = true,
	    .yields_port = true,
	};
	const struct prober_client client = {
	    .ctx = scan,
	    .admits = admits,
	    .received = on_datagram,
	    .settled = on_settled,
	};

	discover.always_probe = true;
	scan->loop = loop_new();
	scan->inventory = inventory_new(&inventory, 1, on_event, scan);
	if (scan->loop == NULL || scan->inventory == NULL)
		err(EXIT_TROUBLE, NULL);
	scan->discover = discover_new(&discover, scan->inventory, clock_now(), NULL, NULL);
	if (scan->discover == NULL || loop_add_signal(scan->loop, SIGTERM, on_signal, scan) < 0)
		err(EXIT_TROUBLE, NULL);
	if (!inherited_ignores(SIGINT) && loop_add_signal(scan->loop, SIGINT, on_signal, scan) < 0)
		err(EXIT_TROUBLE, NULL);
	scan->prober = prober_new(scan->loop, scan->discover, NULL, &prober, &client);
	if (scan->prober == NULL)
		exit(EXIT_TROUBLE); /* it has said why */
	if (!scan->live && prober_usable(scan->prober) == 0)
		errx(EXIT_TROUBLE, "no interface can be used now: see -v for the reason");
}

int
main(int argc, char **argv)
{
	static struct scan scan;
	uint32_t found;

	inherited_settle(EXIT_TROUBLE, DESCRIPTORS_WANTED);
	log_init("ldm-scan");
	output_check_at_exit(EXIT_TROUBLE);
	parse_options(&scan, argc, argv);
	log_set_level(scan.verbose ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING);
	check_interfaces(&scan);
	start(&scan);
	if (loop_run(scan.loop) < 0)
		err(EXIT_TROUBLE, "cannot wait for answers");
	if (!scan.live && !scan.quiet)
		print_found(&scan);
	found = inventory_summary(scan.inventory).up;

	prober_free(scan.prober);
	discover_free(scan.discover);
	inventory_free(scan.inventory);
	loop_free(scan.loop);
	conf_clear(&scan.config);
	return found >= (scan.enough > 0 ? scan.enough : 1) ? EXIT_FOUND : EXIT_FEWER;
}
