/* SPDX-License-Identifier: BSD-2-Clause */
/* pktinfo.h - the interface from which a datagram is sent, or on which it arrived.
 *
 * IP_PKTINFO provides both.  Without it (FreeBSD and OpenBSD have IP_RECVIF and
 * IP_RECVDSTADDR) only multicast can be sent from a given interface, and the interface
 * on which a datagram arrived is not known.
 */
#ifndef PKTINFO_H
#define PKTINFO_H

#include <stdint.h>
#include <sys/socket.h>

/* Control data of a datagram, also that of rxtime.h; must exist as long as its msghdr is
 * used. */
union pktinfo {
	struct cmsghdr align;
	uint8_t octets[128];
};

/* Enable the information on received datagrams.  Returns 0, or -1 with errno. */
int pktinfo_enable(int fd);

/* Make msg, which is sent next, leave from the interface ifindex; 0: as the routing
 * table says.  Returns 0, or -1 with errno. */
int pktinfo_leave_by(int fd, struct msghdr *msg, union pktinfo *info, unsigned int ifindex);

/* To be called before msg is received, and afterwards: the interface on which it
 * arrived, and its destination address (host byte order); 0 if not known. */
void pktinfo_expect(struct msghdr *msg, union pktinfo *info);
void pktinfo_arrival(struct msghdr *msg, unsigned int *ifindex, uint32_t *destination);

#endif /* PKTINFO_H */
