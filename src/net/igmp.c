/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "net/igmp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "net/pktinfo.h"

#define LINE_LEN 128
#define DATAGRAM_LEN 128  /* enough for the longest IP header and the type of a message */
#define MAX_DATAGRAMS 256 /* in one call, so that many of them do not block the loop */
#define MEMBERSHIP_QUERY 0x11
#define MIN_HEADER_LEN 20

/* /proc/net/igmp: a line for each interface that begins with its index, each followed by
 * lines for its groups, which begin with blanks.  The kernel prints the octets of a group,
 * which are in network order, as a number of this machine. */
bool
igmp_is_member(unsigned int ifindex, uint32_t group, bool *known)
{
	FILE *file = fopen("/proc/self/net/igmp", "re");
	unsigned long current = 0;
	bool member = false;
	char line[LINE_LEN];

	*known = file != NULL;
	if (file == NULL)
		return false;
	while (!member && fgets(line, sizeof(line), file) != NULL) {
		if (line[0] >= '0' && line[0] <= '9')
			current = strtoul(line, NULL, 10);
		else
			member = current == ifindex && strtoul(line, NULL, 16) == htonl(group);
	}
	fclose(file);
	return member;
}

int
igmp_open(void)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_IGMP), error;

	if (fd < 0)
		return -1;
	if (pktinfo_enable(fd) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static bool
is_query(const uint8_t *datagram, size_t len)
{
	size_t header_len;

	if (len < MIN_HEADER_LEN)
		return false;
	header_len = (size_t)4 * (datagram[0] & 0x0f);
	return header_len >= MIN_HEADER_LEN && header_len < len &&
	       datagram[header_len] == MEMBERSHIP_QUERY;
}

void
igmp_receive(int fd, void (*queried)(void *ctx, uint32_t source, unsigned int ifindex), void *ctx)
{
	for (unsigned int n = 0; n < MAX_DATAGRAMS; n++) {
		uint8_t datagram[DATAGRAM_LEN];
		struct iovec iov = {.iov_base = datagram, .iov_len = sizeof(datagram)};
		struct sockaddr_in source;
		union pktinfo info;
		struct msghdr msg;
		unsigned int ifindex;
		uint32_t destination;
		ssize_t len;

		memset(&msg, 0, sizeof(msg));
		msg.msg_name = &source;
		msg.msg_namelen = sizeof(source);
		msg.msg_iov = &iov;
		msg.msg_iovlen = 1;
		pktinfo_expect(&msg, &info);
		len = recvmsg(fd, &msg, MSG_DONTWAIT);
		if (len < 0)
			return;
		pktinfo_arrival(&msg, &ifindex, &destination);
		if (is_query(datagram, (size_t)len))
			queried(ctx, ntohl(source.sin_addr.s_addr), ifindex);
	}
}
