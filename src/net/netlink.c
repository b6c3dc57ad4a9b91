/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "net/netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef HAVE_LINUX_RTNETLINK_H
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* As in libnetlink: messages about virtual functions are long. */
#define MESSAGE_LEN 32768

struct visitor {
	void (*found)(void *ctx, unsigned int type, struct netlink_octets payload);
	void *ctx;
	int error; /* errno in the answer; 0: none */
};

static void
skip_to(struct netlink_octets *from, size_t step)
{
	if (step > from->left)
		step = from->left;
	from->at += step;
	from->left -= step;
}

bool
netlink_skip(struct netlink_octets *from, size_t len)
{
	if (from->left < NLMSG_ALIGN(len))
		return false;
	skip_to(from, NLMSG_ALIGN(len));
	return true;
}

bool
netlink_attribute(struct netlink_octets *from, unsigned int *type, struct netlink_octets *payload)
{
	struct rtattr attr;

	if (from->left < RTA_LENGTH(0))
		return false;
	memcpy(&attr, from->at, sizeof(attr));
	if (attr.rta_len < RTA_LENGTH(0) || attr.rta_len > from->left)
		return false;
	*type = attr.rta_type & NLA_TYPE_MASK;
	*payload = (struct netlink_octets){from->at + RTA_LENGTH(0), attr.rta_len - RTA_LENGTH(0)};
	skip_to(from, RTA_ALIGN(attr.rta_len));
	return true;
}

const char *
netlink_text(const struct netlink_octets *payload)
{
	if (payload->left == 0 || payload->at[payload->left - 1] != '\0')
		return "";
	return (const char *)payload->at;
}

static int
error_of(struct netlink_octets payload)
{
	struct nlmsgerr error;

	if (payload.left < sizeof(error))
		return EPROTO;
	memcpy(&error, payload.at, sizeof(error));
	return -error.error;
}

/* Returns whether there are more messages. */
static bool
read_part(struct visitor *visitor, struct netlink_octets part)
{
	while (part.left >= NLMSG_HDRLEN) {
		struct netlink_octets payload;
		struct nlmsghdr header;

		memcpy(&header, part.at, sizeof(header));
		if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > part.left ||
		    header.nlmsg_type == NLMSG_DONE)
			return false;
		payload = (struct netlink_octets){part.at + NLMSG_HDRLEN,
						  header.nlmsg_len - NLMSG_HDRLEN};
		if (header.nlmsg_type == NLMSG_ERROR) {
			visitor->error = error_of(payload);
			return false;
		}
		visitor->found(visitor->ctx, header.nlmsg_type, payload);
		skip_to(&part, NLMSG_ALIGN(header.nlmsg_len));
	}
	return true;
}

int
netlink_dump(int protocol, const void *request, size_t len,
	     void (*found)(void *ctx, unsigned int type, struct netlink_octets payload), void *ctx)
{
	struct visitor visitor = {.found = found, .ctx = ctx};
	uint8_t buf[MESSAGE_LEN];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), error;
	ssize_t received;

	if (fd < 0)
		return -1;
	if (send(fd, request, len, 0) < 0)
		goto fail;
	/* The kernel answers during the call, one part after the other. */
	do {
		received = recv(fd, buf, sizeof(buf), 0);
		if (received < 0 && errno != EINTR)
			goto fail;
	} while (received < 0 ||
		 read_part(&visitor, (struct netlink_octets){buf, (size_t)received}));
	close(fd);
	errno = visitor.error;
	return visitor.error != 0 ? -1 : 0;
fail:
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

#else

int
netlink_dump(int protocol, const void *request, size_t len,
	     void (*found)(void *ctx, unsigned int type, struct netlink_octets payload), void *ctx)
{
	(void)protocol;
	(void)request;
	(void)len;
	(void)found;
	(void)ctx;
	errno = ENOSYS;
	return -1;
}

#endif
