/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/scan.h"

#include <err.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/inherited.h"
#include "base/loop.h"
#include "base/shared.h"
#include "base/text.h"
#include "core/discover.h"
#include "core/inventory.h"
#include "core/monitor.h"
#include "net/ifaces.h"
#include "net/ifpatterns.h"
#include "net/ifwords.h"
#include "net/prober.h"
#include "scan/scan_lines.h"
#include "scan/scan_table.h"

#define LIVE_RETENTION_US US_PER_H

struct scan {
	const struct scan_options *options;
	bool full; /* the table was full, and a warning was printed */

	struct loop *loop;
	struct shared *shared; /* required by the prober; there is only one thread */
	struct monitor *monitor;
	const struct inventory *inventory; /* the monitor's */
	struct prober *prober;
};

static const char *
printable_interface(unsigned int ifindex, char buf[IFACE_SHOWN_LEN])
{
	char name[IF_NAMESIZE];

	return iface_shown(scan_interface_name(ifindex, name), buf);
}

static void
print_found(const struct scan *scan)
{
	if (scan->options->json)
		scan_lines_managers(scan->inventory);
	else
		scan_table_print(scan->inventory);
}

static void
on_event(void *ctx, const struct event *event, bool taken)
{
	const struct scan *scan = ctx;

	(void)taken;
	if (scan->options->quiet || event->addr == 0) /* the latter is about an interface */
		return;
	if (!scan->options->live) {
		if (event->type == EVENT_CONFLICT)
			scan_lines_conflict(event);
		return;
	}
	if (scan->options->json)
		scan_lines_event_json(scan->inventory, event);
	else
		scan_lines_event(event);
	if (fflush(stdout) != 0)
		loop_stop(scan->loop); /* output.h reports the error */
}

static bool
admits(void *ctx, const struct iface *iface, bool *by_name)
{
	const struct scan *scan = ctx;

	return ifpatterns_admit(&scan->options->config.interfaces, iface, by_name);
}

/* With -v, print why a datagram does not result in a manager. */
static void
on_datagram(void *ctx, enum verdict verdict, const struct arrival *arrival,
	    const struct wire_response *resp, const char *reason)
{
	struct scan *scan = ctx;
	char source[TEXT_ADDRESS_LEN], ifname[IFACE_SHOWN_LEN];

	(void)resp;
	if (verdict == VERDICT_NO_ROOM && !scan->full) {
		warnx("more than %d managers: the others are not shown", SCAN_MAX_MANAGERS);
		scan->full = true;
	}
	if (!scan->options->verbose || verdict == VERDICT_OWN_REQUEST ||
	    (verdict == VERDICT_ACCEPTED && reason == NULL))
		return;
	fprintf(stderr, "%sfrom %s:%u on %s: %s%s%s\n",
		verdict == VERDICT_ACCEPTED ? "noted: " : "refused: ",
		text_address(arrival->source, source), arrival->source_port,
		printable_interface(arrival->ifindex, ifname), wire_verdict_name(verdict),
		reason != NULL ? ": " : "", reason != NULL ? reason : "");
}

static void
on_changed(void *ctx)
{
	struct scan *scan = ctx;
	const bool enough = scan->options->enough > 0 &&
			    inventory_summary(scan->inventory).up >= scan->options->enough;

	if (enough ||
	    (!scan->options->live && discover_stats(monitor_discover(scan->monitor))->rounds > 0))
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

/* On a terminal a pattern that matches nothing is probably a typing error. */
static void
check_interfaces(const struct scan *scan)
{
	const struct text_list *patterns = &scan->options->config.interfaces;
	struct ifaces ifaces = {0};
	char what[IFWORDS_LEN];

	if (ifaces_read(&ifaces) < 0)
		err(EXIT_TROUBLE, "cannot read the list of interfaces");
	if (scan->options->verbose)
		explain_interfaces(patterns, &ifaces);
	for (size_t i = 0; i < patterns->count; i++)
		if (ifwords_missing(patterns->items[i], &ifaces, what) != NULL)
			warnx("option -i: %s", what);
	if (ifwords_used(patterns, &ifaces) == 0)
		errx(EXIT_TROUBLE, "no interface to use%s",
		     scan->options->verbose ? "" : ": see -v for the reasons");
	ifaces_clear(&ifaces);
}

static void
start(struct scan *scan)
{
	struct monitor_settings settings = scan->options->config.monitor;
	const struct shared_hooks nothing_to_do = {NULL, NULL, NULL};
	const struct prober_settings prober = {
	    .request = settings.discover.request,
	    .no_fallback = true,
	    .yields_port = true,
	};
	const struct prober_client client = {
	    .ctx = scan,
	    .admits = admits,
	    .received = on_datagram,
	    .changed = on_changed,
	};

	settings.discover.always_probe = true;
	settings.inventory = (struct inventory_settings){
	    .max_managers = SCAN_MAX_MANAGERS,
	    .misses = settings.discover.misses,
	    .confirmations = 1,
	    .retention_us = LIVE_RETENTION_US,
	    .change_holdoff_us = SCAN_LIVE_INTERVAL_US,
	};
	settings.notifications = false; /* on_event() suffices */
	settings.event_log = 1;
	scan->loop = loop_new();
	scan->monitor = monitor_new(&settings, 1, clock_now(), on_event, scan);
	if (scan->loop == NULL || scan->monitor == NULL)
		err(EXIT_TROUBLE, NULL);
	scan->inventory = monitor_inventory(scan->monitor);
	scan->shared = shared_new(scan->monitor, &nothing_to_do);
	if (scan->shared == NULL || loop_add_signal(scan->loop, SIGTERM, on_signal, scan) < 0)
		err(EXIT_TROUBLE, NULL);
	if (!inherited_ignores(SIGINT) && loop_add_signal(scan->loop, SIGINT, on_signal, scan) < 0)
		err(EXIT_TROUBLE, NULL);
	scan->prober = prober_new(scan->loop, scan->shared, &prober, &client);
	if (scan->prober == NULL)
		exit(EXIT_TROUBLE); /* the prober has reported the error */
	if (!scan->options->live && prober_usable(scan->prober) == 0)
		errx(EXIT_TROUBLE, "no interface can be used now: see -v for the reason");
}

int
scan_run(const struct scan_options *options)
{
	struct scan scan = {.options = options};
	uint32_t found;

	check_interfaces(&scan);
	start(&scan);
	if (loop_run(scan.loop) < 0)
		err(EXIT_TROUBLE, "cannot wait for answers");
	if (!options->live && !options->quiet)
		print_found(&scan);
	found = inventory_summary(scan.inventory).up;

	prober_free(scan.prober);
	shared_free(scan.shared);
	monitor_free(scan.monitor);
	loop_free(scan.loop);
	return found >= (options->enough > 0 ? options->enough : 1) ? EXIT_FOUND : EXIT_FEWER;
}
