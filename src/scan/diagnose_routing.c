/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/diagnose_routing.h"

#include "net/sysctl.h"

#define RP_FILTER_STRICT 1

/* Another interface that is used in the same subnet, or NULL. */
static const struct iface *
find_neighbour(const struct facts *facts, const struct iface *iface)
{
	const struct link *link;
	unsigned int from = 0;

	while ((link = facts_next_used(facts, &from)) != NULL) {
		const struct iface *other = ifaces_by_index(facts->ifaces, link->ifindex);

		if (other != NULL && other != iface && other->mask == iface->mask &&
		    (other->addr & other->mask) == (iface->addr & iface->mask))
			return other;
	}
	return NULL;
}

static void
check_pair(struct findings *findings, const struct iface *iface, const struct iface *other)
{
	char shown[IFACE_SHOWN_LEN];

	iface_shown(other->name, shown);
	if (sysctl_ipv4_conf(iface->name, "rp_filter", 0) == RP_FILTER_STRICT)
		finding_add(findings, FINDING_REVERSE_PATH, RESULT_PROBLEM, iface->name,
			    "on the subnet of %s, with strict reverse path filtering (rp_filter=1)",
			    shown);
	if (sysctl_ipv4_conf(iface->name, "arp_ignore", 1) == 0)
		finding_add(findings, FINDING_ARP_FLUX, RESULT_NOTE, iface->name,
			    "on the subnet of %s, for whose address it answers ARP requests "
			    "(arp_ignore=0)",
			    shown);
}

void
diagnose_routing(const struct facts *facts, struct findings *findings)
{
	const struct link *link;
	unsigned int from = 0;

	while ((link = facts_next_used(facts, &from)) != NULL) {
		const struct iface *iface = ifaces_by_index(facts->ifaces, link->ifindex);
		const struct iface *other = iface != NULL ? find_neighbour(facts, iface) : NULL;

		if (other != NULL)
			check_pair(findings, iface, other);
	}
}
