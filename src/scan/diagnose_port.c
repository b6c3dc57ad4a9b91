/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/diagnose_port.h"

#include <stdio.h>

#include "net/socketowner.h"

#define OWNER_LEN (SOCKETOWNER_NAME_LEN + 64)

/* Describe the program that has the socket open. */
static const char *
describe_owner(const struct portuse *port, char buf[OWNER_LEN])
{
	struct socketowner owner;

	if (socketowner_find(port->inode, &owner))
		snprintf(buf, OWNER_LEN, "%s (process %ld)", owner.name, (long)owner.pid);
	else
		snprintf(buf, OWNER_LEN, "a program of user %lu (root can see which)",
			 (unsigned long)port->uid);
	return buf;
}

/* The first interface that is used, but on which answers to the group cannot be heard. */
static const struct link *
find_deaf(const struct facts *facts)
{
	const struct link *link;
	unsigned int from = 0;

	while ((link = facts_next_used(facts, &from)) != NULL && !link->deaf)
		continue;
	return link;
}

void
diagnose_port(const struct facts *facts, struct findings *findings)
{
	const unsigned int port = facts->options->config.monitor.discover.request.port;
	const struct link *deaf = find_deaf(facts);
	char owner[OWNER_LEN] = "another program";

	if (facts->port_used)
		describe_owner(&facts->port, owner);
	if (deaf != NULL)
		finding_add(findings, FINDING_PORT_HELD, RESULT_PROBLEM, NULL,
			    "UDP port %u, held by %s: %s", port, owner, link_trouble(deaf));
	else if (facts->port_used)
		finding_add(findings, FINDING_PORT_SHARED, RESULT_NOTE, NULL,
			    "UDP port %u is also used by %s", port, owner);
}
