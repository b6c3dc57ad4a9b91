/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/diagnose_interfaces.h"

#include "net/ifpatterns.h"
#include "net/ifwords.h"
#include "net/igmp.h"
#include "net/sysctl.h"

static void
check_patterns(const struct facts *facts, struct findings *findings)
{
	const struct text_list *patterns = &facts->options->config.interfaces;
	char what[IFWORDS_LEN];

	for (size_t i = 0; i < patterns->count; i++)
		if (ifwords_missing(patterns->items[i], facts->ifaces, what) != NULL)
			finding_add(findings, FINDING_NO_MATCH, RESULT_PROBLEM, NULL, "%s", what);
}

/* An interface that is not used is a problem if it was asked for, or if there is no other
 * that is: many hosts have some without a cable. */
static enum result
weight(const struct facts *facts, const struct iface *iface)
{
	bool by_name = false;

	if (ifpatterns_admit(&facts->options->config.interfaces, iface, &by_name) && by_name)
		return RESULT_PROBLEM;
	return facts_any_used(facts) ? RESULT_NOTE : RESULT_PROBLEM;
}

static void
check_usable(const struct facts *facts, struct findings *findings, const struct link *link,
	     const struct iface *iface)
{
	const uint32_t group = facts->options->config.monitor.discover.request.group;
	char address[TEXT_ADDRESS_LEN], group_text[TEXT_ADDRESS_LEN];
	bool known;
	const bool member = igmp_is_member(link->ifindex, group, &known);

	text_address(link->addr, address);
	text_address(group, group_text);
	if (!iface->multicast && !iface->loopback)
		finding_add(findings, FINDING_NO_MULTICAST, RESULT_NOTE, link->name,
			    "used, but it has no MULTICAST flag");
	if (link->deaf)
		return; /* diagnose_port() says why */
	if (known && !member)
		finding_add(findings, FINDING_NOT_JOINED, RESULT_PROBLEM, link->name,
			    "%s, but the kernel does not list it as a member of %s", address,
			    group_text);
	else
		finding_add(findings, FINDING_USABLE, RESULT_OK, link->name, "%s, member of %s%s",
			    address, group_text, known ? " (/proc/net/igmp)" : "");
}

static void
check_not_joined(struct findings *findings, const struct link *link)
{
	const long limit = sysctl_ipv4("igmp_max_memberships", 1);

	if (limit < 1)
		finding_add(findings, FINDING_MEMBERSHIP_LIMIT, RESULT_PROBLEM, link->name,
			    "the group cannot be joined: net.ipv4.igmp_max_memberships is %ld",
			    limit);
	else
		finding_add(findings, FINDING_NOT_JOINED, RESULT_PROBLEM, link->name, "%s",
			    link_trouble(link));
}

static void
check_unsuitable(const struct facts *facts, struct findings *findings, const struct link *link,
		 const struct iface *iface)
{
	enum finding finding = FINDING_UNSUITABLE;

	if (iface->loopback)
		return; /* nobody expects managers there */
	if (iface->deaf)
		finding = FINDING_VRF;
	else if (!iface->multicast && !iface->point_to_point)
		finding = FINDING_NO_MULTICAST;
	finding_add(findings, finding, weight(facts, iface), link->name, "not used: %s",
		    link_trouble(link));
}

static void
check_link(const struct facts *facts, struct findings *findings, const struct link *link,
	   const struct iface *iface)
{
	switch (link->state) {
	case LINK_USABLE:
		check_usable(facts, findings, link, iface);
		break;
	case LINK_DOWN:
		finding_add(findings, FINDING_DOWN, weight(facts, iface), link->name,
			    "turned off (ip link set down)");
		break;
	case LINK_NO_CARRIER:
		finding_add(findings, FINDING_NO_CARRIER, weight(facts, iface), link->name,
			    "up, but without carrier");
		break;
	case LINK_NO_ADDRESS:
		finding_add(findings, FINDING_NO_ADDRESS, weight(facts, iface), link->name,
			    "up, but without an IPv4 address");
		break;
	case LINK_NOT_JOINED:
		check_not_joined(findings, link);
		break;
	case LINK_UNSUITABLE:
		check_unsuitable(facts, findings, link, iface);
		break;
	case LINK_EXCLUDED:
		finding_add(findings, FINDING_EXCLUDED, RESULT_NOTE, link->name, "not used: -i");
		break;
	case LINK_GONE:
		break;
	}
}

void
diagnose_interfaces(const struct facts *facts, struct findings *findings)
{
	const struct link *link;
	unsigned int from = 0;
	uint32_t up;

	check_patterns(facts, findings);
	while ((link = discover_link_at_or_after(facts->discover, from, &up)) != NULL) {
		const struct iface *iface = ifaces_by_index(facts->ifaces, link->ifindex);

		if (iface != NULL)
			check_link(facts, findings, link, iface);
		from = link->ifindex + 1;
	}
	if (!facts_any_used(facts))
		finding_add(findings, FINDING_NO_INTERFACE, RESULT_PROBLEM, NULL,
			    "there is no interface on which requests can be sent");
}
