/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/bridgeinfo.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/sysctl.h"

#define PATH_LEN 128

/* The bridge of a port is the target of a link, "../../br0". */
static bool
bridge_of_port(const char *ifname, char name[IF_NAMESIZE])
{
	char path[PATH_LEN], target[PATH_LEN];
	const char *last;
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/class/net/%s/brport/bridge", ifname);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return false;
	target[len] = '\0';
	last = strrchr(target, '/');
	strlcpy(name, last != NULL ? last + 1 : target, IF_NAMESIZE);
	return true;
}

static long
setting(const char *bridge, const char *name)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "/sys/class/net/%s/bridge/%s", bridge, name);
	return sysctl_file(path, -1);
}

bool
bridgeinfo_read(const char *ifname, struct bridge *bridge)
{
	long snooping;

	if (!bridge_of_port(ifname, bridge->name))
		strlcpy(bridge->name, ifname, sizeof(bridge->name));
	snooping = setting(bridge->name, "multicast_snooping");
	if (snooping < 0)
		return false;
	bridge->snooping = snooping > 0;
	bridge->querier = setting(bridge->name, "multicast_querier") > 0;
	return true;
}
