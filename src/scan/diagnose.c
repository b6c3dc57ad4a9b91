/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/diagnose.h"

#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/igmp.h"
#include "scan/diagnose_answers.h"
#include "scan/diagnose_firewall.h"
#include "scan/diagnose_interfaces.h"
#include "scan/diagnose_others.h"
#include "scan/diagnose_port.h"
#include "scan/diagnose_requests.h"
#include "scan/diagnose_routing.h"
#include "scan/diagnose_snooping.h"
#include "scan/scan_search.h"

/* In this order; each depends on the previous ones for discovery to work. */
static void (*const checks[])(const struct facts *facts, struct findings *findings) = {
    diagnose_interfaces, diagnose_port,     diagnose_requests, diagnose_firewall,
    diagnose_routing,    diagnose_snooping, diagnose_others,   diagnose_answers,
};

static void
on_datagram(void *ctx, enum verdict verdict, const struct arrival *arrival,
	    const struct wire_response *resp, const char *reason)
{
	struct facts *facts = ctx;

	(void)resp;
	evidence_note(&facts->evidence, verdict, arrival, reason);
}

static void
on_query(void *ctx, uint32_t source, unsigned int ifindex)
{
	struct facts *facts = ctx;

	evidence_note_query(&facts->evidence, source, ifindex);
}

static void
on_igmp(void *ctx, int fd)
{
	igmp_receive(fd, on_query, ctx);
}

/* Receive queries during the search, if that is permitted. */
static int
open_igmp(struct facts *facts, const struct search *search)
{
	const int fd = igmp_open();

	facts->evidence.queries_known = fd >= 0;
	if (fd >= 0 && loop_add_fd(search_loop(search), fd, on_igmp, facts) < 0)
		err(EXIT_TROUBLE, NULL);
	return fd;
}

static void
close_igmp(const struct search *search, int fd)
{
	if (fd < 0)
		return;
	loop_remove_fd(search_loop(search), fd);
	close(fd);
}

int
diagnose_run(const struct scan_options *options)
{
	struct facts facts = {.options = options};
	struct findings findings = {.json = options->json, .quiet = options->quiet};
	const struct search_client client = {.ctx = &facts, .received = on_datagram};
	struct ifaces ifaces = {0};
	struct search *search;
	int igmp;

	facts.port_used =
	    portuse_find(options->config.monitor.discover.request.port, -1, &facts.port);
	search = search_new(options, true, &client);
	igmp = open_igmp(&facts, search);
	if (search_usable(search) > 0)
		search_run(search);
	if (ifaces_read(&ifaces) < 0)
		err(EXIT_TROUBLE, "cannot read the list of interfaces");
	facts.ifaces = &ifaces;
	facts.discover = search_discover(search);
	facts.inventory = search_inventory(search);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		checks[i](&facts, &findings);
	close_igmp(search, igmp);
	search_free(search);
	ifaces_clear(&ifaces);
	return findings.problem ? EXIT_FEWER : EXIT_FOUND;
}
