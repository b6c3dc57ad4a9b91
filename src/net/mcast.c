/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "net/mcast.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/pktinfo.h"
#include "net/rxtime.h"

#if HAVE_DECL_SO_ATTACH_FILTER
#include <linux/filter.h>
#endif
#if HAVE_DECL_SO_MEMINFO
#include <linux/sock_diag.h>
#endif

#define UDP_HEADER_LEN 8

/* Limit of queued errors of earlier sends that are skipped in one call. */
#define SKIPPED_ERRORS 16

/* Buffers of one datagram of a batch, except for its data. */
struct slot {
	struct sockaddr_in source;
	struct iovec iov;
	union pktinfo info;
};

static struct sockaddr_in
endpoint(uint32_t addr, uint16_t port)
{
	struct sockaddr_in sin;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_addr.s_addr = htonl(addr);
	sin.sin_port = htons(port);
	return sin;
}

static int
set_option(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value));
}

/* Beyond Linux's rmem_max this needs CAP_NET_ADMIN. */
static int
force_receive_buffer(int fd)
{
#if HAVE_DECL_SO_RCVBUFFORCE
	return set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, MCAST_RECEIVE_BUFFER);
#else
	(void)fd;
	return -1;
#endif
}

static void
enlarge_receive_buffer(int fd)
{
	if (force_receive_buffer(fd) == 0)
		return;
	/* Linux silently limits the size, other systems refuse it. */
	for (int len = MCAST_RECEIVE_BUFFER; len >= 64 * 1024; len /= 2)
		if (set_option(fd, SOL_SOCKET, SO_RCVBUF, len) == 0)
			return;
}

/* Let the kernel truncate datagrams to the part that we use before it charges the
 * buffer: with room for 332 datagrams of the protocol there would be room for only four
 * of the longest.  None is rejected here, because that would be counted as a drop. */
static void
cut_long_datagrams(int fd)
{
#if HAVE_DECL_SO_ATTACH_FILTER
	struct sock_filter keep = BPF_STMT(BPF_RET | BPF_K, UDP_HEADER_LEN + MCAST_DATA_LEN);
	const struct sock_fprog program = {.len = 1, .filter = &keep};

	/* If it fails, only floods have a greater effect. */
	(void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
#else
	(void)fd;
#endif
}

/* Otherwise Linux delivers datagrams for groups that any socket on the host has
 * joined on any interface. */
static int
hear_own_groups_only(int fd)
{
#if HAVE_DECL_IP_MULTICAST_ALL
	return set_option(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
#else
	(void)fd;
	return 0;
#endif
}

static int
open_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (hear_own_groups_only(fd) < 0 || pktinfo_enable(fd) < 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	rxtime_enable(fd);
	enlarge_receive_buffer(fd);
	cut_long_datagrams(fd);
	return fd;
}

static int
bind_socket(int fd, uint32_t addr, uint16_t port)
{
	struct sockaddr_in sin = endpoint(addr, port);

	/* The well-known port is shared with an ldmd or another discovery program on
	 * this host.  A port chosen by the kernel must not be shared. */
	if (port != 0 && set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) < 0)
		return -1;
	return bind(fd, (struct sockaddr *)&sin, sizeof(sin));
}

int
mcast_set_hops(int fd, unsigned int hops)
{
	/* A single octet, which every system accepts, and OpenBSD exclusively. */
	const uint8_t ttl = (uint8_t)hops;
	const int unicast_ttl = (int)hops;

	if (hops > UINT8_MAX) {
		errno = EINVAL;
		return -1;
	}
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl)) < 0)
		return -1;
	return setsockopt(fd, IPPROTO_IP, IP_TTL, &unicast_ttl, sizeof(unicast_ttl));
}

int
mcast_open_sender(uint16_t port, unsigned int hops)
{
	const uint8_t loopback = 1; /* a single octet, as for the TTL */
	int fd, error;

	fd = open_socket();
	if (fd < 0)
		return -1;
	/* Managers and discovery programs on this host must also receive requests. */
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &loopback, sizeof(loopback)) < 0 ||
	    mcast_set_hops(fd, hops) < 0 || bind_socket(fd, INADDR_ANY, port) < 0) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static int
join(int fd, uint32_t group, unsigned int ifindex)
{
	struct sockaddr_in sin = endpoint(group, 0);
	struct group_req req;

	/* By index (RFC 3678), which is independent of the interface's addresses. */
	memset(&req, 0, sizeof(req));
	req.gr_interface = ifindex;
	memcpy(&req.gr_group, &sin, sizeof(sin));
	return setsockopt(fd, IPPROTO_IP, MCAST_JOIN_GROUP, &req, sizeof(req));
}

int
mcast_open_listener(uint32_t group, uint16_t port, unsigned int ifindex, bool *bound)
{
	int fd = open_socket(), error;

	*bound = false;
	if (fd < 0)
		return -1;
	/* Bound to the group, the socket does not receive unicast answers to the senders. */
	if (bind_socket(fd, group, port) < 0)
		goto fail;
	*bound = true;
	if (join(fd, group, ifindex) < 0)
		goto fail;
	return fd;
fail:
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int
mcast_try_group(uint32_t group, uint16_t port)
{
	int fd = open_socket(), result, error;

	if (fd < 0)
		return -1;
	result = bind_socket(fd, group, port);
	error = errno;
	close(fd);
	errno = error;
	return result;
}

uint16_t
mcast_port(int fd)
{
	struct sockaddr_in sin = {0};
	socklen_t len = sizeof(sin);

	if (getsockname(fd, (struct sockaddr *)&sin, &len) < 0)
		return 0;
	return ntohs(sin.sin_port);
}

int
mcast_send(int fd, unsigned int ifindex, uint32_t destination, uint16_t port, const uint8_t *data,
	   size_t len)
{
	struct sockaddr_in sin = endpoint(destination, port);
	struct iovec iov = {.iov_base = (void *)(uintptr_t)data, .iov_len = len};
	union pktinfo info;
	struct msghdr msg;
	ssize_t sent;

	memset(&msg, 0, sizeof(msg));
	msg.msg_name = &sin;
	msg.msg_namelen = sizeof(sin);
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	if (pktinfo_leave_by(fd, &msg, &info, ifindex) < 0)
		return -1;
	do
		sent = sendmsg(fd, &msg, 0);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -1 : 0;
}

static void
prepare(struct msghdr *msg, struct slot *slot, struct mcast_datagram *datagram)
{
	memset(msg, 0, sizeof(*msg));
	slot->iov.iov_base = datagram->data;
	slot->iov.iov_len = sizeof(datagram->data);
	msg->msg_name = &slot->source;
	msg->msg_namelen = sizeof(slot->source);
	msg->msg_iov = &slot->iov;
	msg->msg_iovlen = 1;
	pktinfo_expect(msg, &slot->info);
}

static void
complete(struct msghdr *msg, const struct slot *slot, size_t len, int64_t now_us,
	 struct mcast_datagram *datagram)
{
	datagram->len = len;
	datagram->source = ntohl(slot->source.sin_addr.s_addr);
	datagram->source_port = ntohs(slot->source.sin_port);
	pktinfo_arrival(msg, &datagram->ifindex, &datagram->destination);
	datagram->waited_us = rxtime_waited_us(msg, now_us);
}

/* One attempt.  Returns the number of datagrams, or -1 with errno. */
#ifdef HAVE_RECVMMSG
static int
receive_batch(int fd, struct mcast_batch *batch)
{
	struct slot slots[MCAST_BATCH];
	struct mmsghdr msgs[MCAST_BATCH];
	int64_t now_us;
	int count;

	for (unsigned int i = 0; i < MCAST_BATCH; i++)
		prepare(&msgs[i].msg_hdr, &slots[i], &batch->datagram[i]);
	count = recvmmsg(fd, msgs, MCAST_BATCH, MSG_DONTWAIT, NULL);
	now_us = clock_wall_us();
	for (int i = 0; i < count; i++)
		complete(&msgs[i].msg_hdr, &slots[i], msgs[i].msg_len, now_us, &batch->datagram[i]);
	return count;
}
#else
static int
receive_batch(int fd, struct mcast_batch *batch)
{
	struct slot slots[MCAST_BATCH];
	int count = 0;

	while (count < MCAST_BATCH) {
		struct msghdr msg;
		ssize_t len;

		prepare(&msg, &slots[count], &batch->datagram[count]);
		len = recvmsg(fd, &msg, MSG_DONTWAIT);
		if (len < 0)
			return count > 0 ? count : -1;
		complete(&msg, &slots[count], (size_t)len, clock_wall_us(),
			 &batch->datagram[count]);
		count++;
	}
	return count;
}
#endif

/* Errors that ICMP messages about earlier sends can leave on a socket. */
static bool
is_earlier_error(int error)
{
	switch (error) {
	case EINTR:
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case EHOSTDOWN:
	case ENETUNREACH:
	case ENETDOWN:
	case ENOPROTOOPT:
	case EPROTO:
	case EOPNOTSUPP:
	case EMSGSIZE:
	case EACCES:
		return true;
	}
	return false;
}

int
mcast_receive(int fd, struct mcast_batch *batch)
{
	int count;

	batch->count = 0;
	for (int skipped = 0;; skipped++) {
		count = receive_batch(fd, batch);
		if (count >= 0)
			break;
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return 0;
		if (!is_earlier_error(errno) || skipped == SKIPPED_ERRORS)
			return -1;
	}
	batch->count = (unsigned int)count;
	return count;
}

uint32_t
mcast_drops(int fd)
{
#if HAVE_DECL_SO_MEMINFO
	/* Unlike SO_RXQ_OVFL this is available at any time, not with the next datagram. */
	uint32_t meminfo[SK_MEMINFO_VARS];
	socklen_t len = sizeof(meminfo);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, meminfo, &len) < 0 ||
	    len < (SK_MEMINFO_DROPS + 1) * sizeof(meminfo[0]))
		return 0;
	return meminfo[SK_MEMINFO_DROPS];
#else
	(void)fd;
	return 0;
#endif
}

size_t
mcast_receive_buffer(int fd)
{
	int value = 0;
	socklen_t len = sizeof(value);

	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, &len) < 0 || value < 0)
		return 0;
	return (size_t)value;
}
