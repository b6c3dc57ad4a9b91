/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/diagnose_snooping.h"

#include "base/duration.h"
#include "net/bridgeinfo.h"
#include "scan/scan_table.h"

static void
check_bridge(struct findings *findings, const char *ifname)
{
	struct bridge bridge;

	if (bridgeinfo_read(ifname, &bridge) && bridge.snooping && !bridge.querier)
		finding_add(findings, FINDING_SNOOPING, RESULT_NOTE, bridge.name,
			    "a bridge with IGMP snooping turned on, which is no querier");
}

static void
check_queries(const struct facts *facts, struct findings *findings)
{
	const struct evidence *evidence = &facts->evidence;
	char window[DURATION_LEN], source[TEXT_ADDRESS_LEN], ifname[IF_NAMESIZE];

	duration_format(facts->options->config.monitor.discover.window_us, window);
	if (!evidence->queries_known)
		finding_add(findings, FINDING_QUERIES_UNREAD, RESULT_UNKNOWN, NULL,
			    "IGMP queries can be received with CAP_NET_RAW only");
	else if (evidence->queries == 0)
		finding_add(findings, FINDING_NO_QUERIES, RESULT_NOTE, NULL,
			    "no IGMP query was received in %s", window);
	else
		finding_add(findings, FINDING_QUERIES, RESULT_OK,
			    scan_interface_name(evidence->querier_ifindex, ifname),
			    "%lu IGMP queries in %s, the last one from %s", evidence->queries,
			    window, text_address(evidence->querier, source));
}

void
diagnose_snooping(const struct facts *facts, struct findings *findings)
{
	const struct link *link;
	unsigned int from = 0;

	while ((link = facts_next_used(facts, &from)) != NULL)
		check_bridge(findings, link->name);
	if (facts_any_used(facts))
		check_queries(facts, findings);
}
