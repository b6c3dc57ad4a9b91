/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "base/text.h"
#include "net/linkinfo.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef HAVE_LINUX_RTNETLINK_H
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#endif

bool
linkinfo_vrf_heard(void)
{
	FILE *file = fopen("/proc/sys/net/ipv4/udp_l3mdev_accept", "re");
	char text[16] = "";

	if (file == NULL)
		return false;
	if (fgets(text, sizeof(text), file) == NULL)
		text[0] = '\0';
	fclose(file);
	return strtol(text, NULL, 10) != 0;
}

#ifdef HAVE_LINUX_RTNETLINK_H

/* Since Linux 5.5; the headers may be older than the kernel. */
#define PROP_LIST 52
#define ALT_IFNAME 53

/* As in libnetlink: messages about virtual functions are long. */
#define MESSAGE_LEN 32768

struct visitor {
	void (*found)(void *ctx, unsigned int ifindex, const char *altname);
	void *ctx;
	unsigned int ifindex;
};

/* Octets of a message that are left to read. */
struct octets {
	const uint8_t *at;
	size_t left;
};

/* Take the next attribute, whose payload goes to *payload. */
static bool
next_attribute(struct octets *from, unsigned int *type, struct octets *payload)
{
	struct rtattr attr;
	size_t step;

	if (from->left < RTA_LENGTH(0))
		return false;
	memcpy(&attr, from->at, sizeof(attr));
	if (attr.rta_len < RTA_LENGTH(0) || attr.rta_len > from->left)
		return false;
	*type = attr.rta_type & NLA_TYPE_MASK;
	*payload = (struct octets){from->at + RTA_LENGTH(0), attr.rta_len - RTA_LENGTH(0)};
	step = RTA_ALIGN(attr.rta_len);
	if (step > from->left)
		step = from->left;
	from->at += step;
	from->left -= step;
	return true;
}

/* Returns the payload as a string, or "" if it does not end with a NUL. */
static const char *
text_of(const struct octets *payload)
{
	if (payload->left == 0 || payload->at[payload->left - 1] != '\0')
		return "";
	return (const char *)payload->at;
}

static void
read_names(const struct visitor *visitor, struct octets names)
{
	struct octets payload;
	unsigned int type;

	while (next_attribute(&names, &type, &payload))
		if (type == ALT_IFNAME && *text_of(&payload) != '\0')
			visitor->found(visitor->ctx, visitor->ifindex, text_of(&payload));
}

static void
read_kind(const struct visitor *visitor, struct octets info)
{
	struct octets payload;
	unsigned int type;

	while (next_attribute(&info, &type, &payload))
		if (type == IFLA_INFO_SLAVE_KIND && strcmp(text_of(&payload), "vrf") == 0)
			visitor->found(visitor->ctx, visitor->ifindex, NULL);
}

static void
read_link(struct visitor *visitor, struct octets message)
{
	struct ifinfomsg link;
	struct octets payload;
	unsigned int type;

	if (message.left < NLMSG_ALIGN(sizeof(link)))
		return;
	memcpy(&link, message.at, sizeof(link));
	message.at += NLMSG_ALIGN(sizeof(link));
	message.left -= NLMSG_ALIGN(sizeof(link));
	visitor->ifindex = (unsigned int)link.ifi_index;
	while (next_attribute(&message, &type, &payload)) {
		if (type == PROP_LIST)
			read_names(visitor, payload);
		else if (type == IFLA_LINKINFO)
			read_kind(visitor, payload);
	}
}

/* Returns whether there are more messages. */
static bool
read_part(struct visitor *visitor, struct octets part)
{
	while (part.left >= NLMSG_HDRLEN) {
		struct nlmsghdr header;
		size_t step;

		memcpy(&header, part.at, sizeof(header));
		if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > part.left ||
		    header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR)
			return false;
		if (header.nlmsg_type == RTM_NEWLINK)
			read_link(visitor, (struct octets){part.at + NLMSG_HDRLEN,
							   header.nlmsg_len - NLMSG_HDRLEN});
		step = NLMSG_ALIGN(header.nlmsg_len);
		if (step > part.left)
			step = part.left;
		part.at += step;
		part.left -= step;
	}
	return true;
}

static int
request_links(int fd)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request;

	memset(&request, 0, sizeof(request));
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = RTM_GETLINK;
	request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	return send(fd, &request, sizeof(request), 0) < 0 ? -1 : 0;
}

int
linkinfo_read(void (*found)(void *ctx, unsigned int ifindex, const char *altname), void *ctx)
{
	struct visitor visitor = {.found = found, .ctx = ctx};
	uint8_t buf[MESSAGE_LEN];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), error;
	ssize_t len;

	if (fd < 0)
		return -1;
	if (request_links(fd) < 0)
		goto fail;
	/* The kernel answers during the call, one part after the other. */
	do {
		len = recv(fd, buf, sizeof(buf), 0);
		if (len < 0 && errno != EINTR)
			goto fail;
	} while (len < 0 || read_part(&visitor, (struct octets){buf, (size_t)len}));
	close(fd);
	return 0;
fail:
	error = errno;
	close(fd);
	errno = error;
	return -1;
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
