/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "net/linkinfo.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "net/netlink.h"
#include "net/sysctl.h"

#ifdef HAVE_LINUX_RTNETLINK_H
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#endif

bool
linkinfo_vrf_heard(void)
{
	return sysctl_ipv4("udp_l3mdev_accept", 0) != 0;
}

#ifdef HAVE_LINUX_RTNETLINK_H

/* Since Linux 5.5; the headers may be older than the kernel. */
#define PROP_LIST 52
#define ALT_IFNAME 53

struct visitor {
	void (*found)(void *ctx, unsigned int ifindex, const char *altname);
	void *ctx;
	unsigned int ifindex;
};

static void
read_names(const struct visitor *visitor, struct netlink_octets names)
{
	struct netlink_octets payload;
	unsigned int type;

	while (netlink_attribute(&names, &type, &payload))
		if (type == ALT_IFNAME && *netlink_text(&payload) != '\0')
			visitor->found(visitor->ctx, visitor->ifindex, netlink_text(&payload));
}

static void
read_kind(const struct visitor *visitor, struct netlink_octets info)
{
	struct netlink_octets payload;
	unsigned int type;

	while (netlink_attribute(&info, &type, &payload))
		if (type == IFLA_INFO_SLAVE_KIND && strcmp(netlink_text(&payload), "vrf") == 0)
			visitor->found(visitor->ctx, visitor->ifindex, NULL);
}

static void
read_link(void *ctx, unsigned int message_type, struct netlink_octets message)
{
	struct visitor *visitor = ctx;
	struct ifinfomsg link;
	struct netlink_octets payload;
	unsigned int type;

	if (message_type != RTM_NEWLINK || message.left < sizeof(link))
		return;
	memcpy(&link, message.at, sizeof(link));
	if (!netlink_skip(&message, sizeof(link)))
		return;
	visitor->ifindex = (unsigned int)link.ifi_index;
	while (netlink_attribute(&message, &type, &payload)) {
		if (type == PROP_LIST)
			read_names(visitor, payload);
		else if (type == IFLA_LINKINFO)
			read_kind(visitor, payload);
	}
}

int
linkinfo_read(void (*found)(void *ctx, unsigned int ifindex, const char *altname), void *ctx)
{
	struct visitor visitor = {.found = found, .ctx = ctx};
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request;

	memset(&request, 0, sizeof(request));
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = RTM_GETLINK;
	request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	return netlink_dump(NETLINK_ROUTE, &request, sizeof(request), read_link, &visitor);
}

#else

int
linkinfo_read(void (*found)(void *ctx, unsigned int ifindex, const char *altname), void *ctx)
{
	(void)found;
	(void)ctx;
	errno = ENOSYS;
	return -1;
}

#endif
