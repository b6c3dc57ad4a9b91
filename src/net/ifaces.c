/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "net/ifaces.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "net/linkinfo.h"

#ifdef HAVE_LINUX_RTNETLINK_H
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#endif

static int
compare_ifaces(const void *a, const void *b)
{
	const struct iface *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

static int
compare_addrs(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The address of an alias has its label, "eth0:1"; names contain no colon. */
static struct iface *
by_name(struct ifaces *ifaces, const char *name)
{
	size_t len = strcspn(name, ":");

	for (size_t i = 0; i < ifaces->count; i++)
		if (strncmp(ifaces->list[i].name, name, len) == 0 &&
		    ifaces->list[i].name[len] == '\0')
			return &ifaces->list[i];
	return NULL;
}

static void
add_interface(struct ifaces *ifaces, const struct ifaddrs *ifa)
{
	unsigned int index = if_nametoindex(ifa->ifa_name);
	struct iface *iface;

	if (index == 0 || by_name(ifaces, ifa->ifa_name) != NULL)
		return; /* removed since, or another address of a known interface */
	iface = &ifaces->list[ifaces->count++];
	memset(iface, 0, sizeof(*iface));
	strlcpy(iface->name, ifa->ifa_name, sizeof(iface->name));
	iface->index = index;
	iface->up = (ifa->ifa_flags & IFF_UP) != 0;
	iface->running = (ifa->ifa_flags & IFF_RUNNING) != 0;
	iface->multicast = (ifa->ifa_flags & IFF_MULTICAST) != 0;
	iface->loopback = (ifa->ifa_flags & IFF_LOOPBACK) != 0;
	iface->point_to_point = (ifa->ifa_flags & IFF_POINTOPOINT) != 0;
}

static void
add_address(struct ifaces *ifaces, const struct ifaddrs *ifa)
{
	struct iface *iface = by_name(ifaces, ifa->ifa_name);
	struct sockaddr_in sin;
	uint32_t addr;

	memcpy(&sin, ifa->ifa_addr, sizeof(sin));
	addr = ntohl(sin.sin_addr.s_addr);
	ifaces->addrs[ifaces->addr_count++] = addr;
	if (iface == NULL || iface->addr != 0)
		return;
	iface->addr = addr;
	if (ifa->ifa_netmask != NULL) {
		memcpy(&sin, ifa->ifa_netmask, sizeof(sin));
		iface->mask = ntohl(sin.sin_addr.s_addr);
	}
}

/* If there is no memory, the name is omitted. */
static void
add_altname(struct iface *iface, const char *altname)
{
	const size_t len = strlen(altname) + 1;
	char *grown = realloc(iface->altnames, iface->altnames_len + len + 1);

	if (grown == NULL)
		return;
	memcpy(grown + iface->altnames_len, altname, len);
	iface->altnames = grown;
	iface->altnames_len += len;
	grown[iface->altnames_len] = '\0';
}

static struct iface *
by_index(const struct ifaces *ifaces, unsigned int index)
{
	struct iface key = {.index = index};

	if (ifaces->count == 0)
		return NULL;
	return bsearch(&key, ifaces->list, ifaces->count, sizeof(key), compare_ifaces);
}

static void
note_link(void *ctx, unsigned int ifindex, const char *altname)
{
	struct iface *iface = by_index(ctx, ifindex);

	if (iface != NULL && altname != NULL)
		add_altname(iface, altname);
	else if (iface != NULL)
		iface->deaf = !linkinfo_vrf_heard();
}

int
ifaces_read(struct ifaces *ifaces)
{
	struct ifaces fresh = {0};
	struct ifaddrs *ifas;
	size_t entries = 0;
	int error;

	if (getifaddrs(&ifas) < 0)
		return -1;
	for (const struct ifaddrs *ifa = ifas; ifa != NULL; ifa = ifa->ifa_next)
		entries++;
	/* At most one of each per entry, and one more to avoid a size of 0. */
	fresh.list = calloc(entries + 1, sizeof(*fresh.list));
	fresh.addrs = calloc(entries + 1, sizeof(*fresh.addrs));
	if (fresh.list == NULL || fresh.addrs == NULL) {
		error = errno;
		ifaces_clear(&fresh);
		freeifaddrs(ifas);
		errno = error;
		return -1;
	}
	for (const struct ifaddrs *ifa = ifas; ifa != NULL; ifa = ifa->ifa_next)
		add_interface(&fresh, ifa);
	for (const struct ifaddrs *ifa = ifas; ifa != NULL; ifa = ifa->ifa_next)
		if (ifa->ifa_addr != NULL && ifa->ifa_addr->sa_family == AF_INET)
			add_address(&fresh, ifa);
	freeifaddrs(ifas);
	qsort(fresh.list, fresh.count, sizeof(*fresh.list), compare_ifaces);
	qsort(fresh.addrs, fresh.addr_count, sizeof(*fresh.addrs), compare_addrs);
	(void)linkinfo_read(note_link, &fresh); /* on failure, alternative names are missing */
	ifaces_clear(ifaces);
	*ifaces = fresh;
	return 0;
}

void
ifaces_clear(struct ifaces *ifaces)
{
	for (size_t i = 0; i < ifaces->count; i++)
		free(ifaces->list[i].altnames);
	free(ifaces->list);
	free(ifaces->addrs);
	memset(ifaces, 0, sizeof(*ifaces));
}

const char *
iface_unsuitable(const struct iface *iface, bool by_name)
{
	if (iface->deaf)
		return "in a VRF, whose datagrams are received only if "
		       "net.ipv4.udp_l3mdev_accept is 1";
	if (by_name)
		return NULL;
	if (iface->loopback)
		return "a loopback interface, not configured by name";
	if (iface->point_to_point)
		return "a point-to-point interface, not configured by name";
	if (!iface->multicast)
		return "without multicast (no MULTICAST flag), not configured by name";
	return NULL;
}

char *
iface_shown(const char *name, char buf[IFACE_SHOWN_LEN])
{
	return text_printable(name, strlen(name), buf, IFACE_SHOWN_LEN);
}

const struct iface *
ifaces_by_index(const struct ifaces *ifaces, unsigned int index)
{
	return by_index(ifaces, index);
}

bool
ifaces_has_address(const struct ifaces *ifaces, uint32_t addr)
{
	return ifaces->addr_count > 0 && bsearch(&addr, ifaces->addrs, ifaces->addr_count,
						 sizeof(addr), compare_addrs) != NULL;
}

#ifdef HAVE_LINUX_RTNETLINK_H

/* Limit of messages in one call, so that many of them do not block the loop. */
#define DRAIN_LIMIT 1024

int
ifaces_watch_open(void)
{
	struct sockaddr_nl local;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	int error;

	if (fd < 0)
		return -1;
	memset(&local, 0, sizeof(local));
	local.nl_family = AF_NETLINK;
	local.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR;
	if (bind(fd, (struct sockaddr *)&local, sizeof(local)) < 0) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* The interface that was not usable according to a message of len octets, or 0. */
static unsigned int
lost_interface(const struct nlmsghdr *header, const uint8_t *payload, size_t len)
{
	struct ifinfomsg link;
	struct ifaddrmsg address;

	switch (header->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		if (len < sizeof(link))
			return 0;
		memcpy(&link, payload, sizeof(link));
		/* Messages of a bridge about its ports (AF_BRIDGE) look alike and
		 * report a port that leaves the bridge as deleted. */
		if (link.ifi_family != AF_UNSPEC)
			return 0;
		if (header->nlmsg_type == RTM_NEWLINK && (link.ifi_flags & IFF_RUNNING) != 0)
			return 0;
		return (unsigned int)link.ifi_index;
	case RTM_DELADDR:
		if (len < sizeof(address))
			return 0;
		memcpy(&address, payload, sizeof(address));
		return address.ifa_index;
	}
	return 0;
}

static void
read_messages(const uint8_t *buf, size_t len, void (*disturbed)(void *ctx, unsigned int ifindex),
	      void *ctx)
{
	while (len >= NLMSG_HDRLEN) {
		struct nlmsghdr header;
		unsigned int ifindex;
		size_t step;

		memcpy(&header, buf, sizeof(header));
		if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > len)
			return;
		ifindex =
		    lost_interface(&header, buf + NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN);
		if (ifindex != 0)
			disturbed(ctx, ifindex);
		step = NLMSG_ALIGN(header.nlmsg_len);
		if (step > len)
			return;
		buf += step;
		len -= step;
	}
}

bool
ifaces_watch_drain(int fd, void (*disturbed)(void *ctx, unsigned int ifindex), void *ctx)
{
	uint8_t buf[32768]; /* as in libnetlink: messages about virtual functions are long */
	bool changed = false;

	for (unsigned int n = 0; n < DRAIN_LIMIT; n++) {
		struct sockaddr_nl from;
		struct iovec iov = {.iov_base = buf, .iov_len = sizeof(buf)};
		struct msghdr msg = {
		    .msg_name = &from,
		    .msg_namelen = sizeof(from),
		    .msg_iov = &iov,
		    .msg_iovlen = 1,
		};
		ssize_t len = recvmsg(fd, &msg, MSG_DONTWAIT);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno != ENOBUFS)
			break;
		if (len < 0 || (msg.msg_flags & MSG_TRUNC) != 0) {
			/* Messages were lost because the buffer was full. */
			disturbed(ctx, 0);
			changed = true;
		} else if (from.nl_pid == 0) { /* from the kernel */
			read_messages(buf, (size_t)len, disturbed, ctx);
			changed = true;
		}
	}
	return changed;
}

#else

int
ifaces_watch_open(void)
{
	errno = ENOSYS;
	return -1;
}

bool
ifaces_watch_drain(int fd, void (*disturbed)(void *ctx, unsigned int ifindex), void *ctx)
{
	(void)fd;
	(void)disturbed;
	(void)ctx;
	return false;
}

#endif
