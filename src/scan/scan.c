/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/scan.h"

#include <err.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "net/ifaces.h"
#include "net/ifwords.h"
#include "scan/scan_lines.h"
#include "scan/scan_table.h"
#include "scan/terminal.h"
#include "scan/scan_search.h"

struct scan {
	const struct scan_options *options;
	bool full; /* the table was full, and a warning was printed */
	struct search *search;
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
	const struct inventory *inventory = search_inventory(scan->search);

	if (scan->options->json)
		scan_lines_managers(inventory);
	else
		scan_table_print(inventory, terminal_columns());
}

/* A person may wonder whether anything was done at all.  If the search was interrupted, it is
 * not known whether anybody would have answered. */
static void
explain_silence(const struct scan *scan)
{
	const struct discover *discover = search_discover(scan->search);

	if (terminal_watched() && discover_stats(discover)->rounds > 0)
		scan_lines_nobody(discover, scan->options->config.monitor.discover.window_us);
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
		scan_lines_event_json(search_inventory(scan->search), event);
	else
		scan_lines_event(event);
	if (fflush(stdout) != 0)
		loop_stop(search_loop(scan->search)); /* output.h reports the error */
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

int
scan_run(const struct scan_options *options)
{
	struct scan scan = {.options = options};
	const struct search_client client = {
	    .ctx = &scan,
	    .on_event = on_event,
	    .received = on_datagram,
	};
	uint32_t found;

	check_interfaces(&scan);
	scan.search = search_new(options, false, &client);
	if (!options->live && search_usable(scan.search) == 0)
		errx(EXIT_TROUBLE, "no interface can be used now: see -v for the reason");
	search_run(scan.search);
	if (!options->live && !options->quiet)
		print_found(&scan);
	found = inventory_summary(search_inventory(scan.search)).up;
	if (found == 0 && !options->live && !options->quiet)
		explain_silence(&scan);
	search_free(scan.search);
	return found >= (options->enough > 0 ? options->enough : 1) ? EXIT_FOUND : EXIT_FEWER;
}
