/* SPDX-License-Identifier: BSD-2-Clause */
/* pktinfo.h - by which interface a datagram leaves, and by which one came in.
 *
 * IP_PKTINFO says both.  Without it (FreeBSD and OpenBSD have IP_RECVIF and
 * IP_RECVDSTADDR) only multicast can be sent by a given interface, and where
 * something arrived is not told.
 */
#ifndef PKTINFO_H
#define PKTINFO_H

#include <stdint.h>
#include <sys/socket.h>

/* What goes with a datagram; to be kept for as long as its msghdr is used. */
union pktinfo {
	struct cmsghdr align;
	uint8_t octets[64];
};

/* Have the system tell about what arrives on a socket.  0, or -1 with errno. */
int pktinfo_enable(int fd);

/* Have msg, which is sent next, leave by the interface ifindex; 0: the routing
 * table's choice.  0, or -1 with errno. */
int pktinfo_leave_by(int fd, struct msghdr *msg, union pktinfo *info, unsigned int ifindex);

/* Before msg is received, and after: where it arrived, and the address it was
 * sent to (host byte order), each 0 where the system does not tell. */
void pktinfo_expect(struct msghdr *msg, union pktinfo *info);
void pktinfo_arrival(struct msghdr *msg, unsigned int *ifindex, uint32_t *destination);

#endif /* PKTINFO_H */
