/* SPDX-License-Identifier: BSD-2-Clause */
/* bridgeinfo.h - IGMP snooping of the Linux bridge to which an interface belongs. */
#ifndef BRIDGEINFO_H
#define BRIDGEINFO_H

#include <net/if.h>
#include <stdbool.h>

struct bridge {
	char name[IF_NAMESIZE];
	bool snooping; /* it delivers a group only to ports on which it knows members */
	bool querier;  /* it asks for members */
};

/* Find the bridge that the interface is, or of which it is a port.  Returns false if there is
 * none, or if sysfs(5) is not mounted. */
bool bridgeinfo_read(const char *ifname, struct bridge *bridge);

#endif /* BRIDGEINFO_H */
