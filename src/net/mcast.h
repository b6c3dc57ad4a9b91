/* SPDX-License-Identifier: BSD-2-Clause */
/* mcast.h - UDP sockets for a multicast group: open, join, send, receive.
 *
 * Everything goes by interface index: an address in IP_MULTICAST_IF stops
 * working (ENETUNREACH) when the interface is re-addressed.  Addresses and
 * ports are in host byte order.  What the kernel at hand does not have
 * (recvmmsg, SO_MEMINFO, SO_RCVBUFFORCE, IP_MULTICAST_ALL) is replaced or done
 * without; pktinfo.h is about IP_PKTINFO.
 */
#ifndef MCAST_H
#define MCAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MCAST_BATCH 64     /* datagrams a call */
#define MCAST_DATA_LEN 512 /* octets kept of each; the rest is cut off */

struct mcast_datagram {
	uint8_t data[MCAST_DATA_LEN];
	size_t len; /* octets in data */
	uint32_t source;
	uint16_t source_port;
	uint32_t destination;
	unsigned int ifindex; /* where it arrived; 0: not known */
};

struct mcast_batch { /* about 36 KiB: keep one, not on the stack of a thread */
	struct mcast_datagram datagram[MCAST_BATCH];
	unsigned int count;
};

/* A socket bound to 0.0.0.0 and port (0: one of the kernel's choice), from
 * which to send to a group with `hops` as TTL and on which unicast answers
 * arrive.  With a port given it is shared (SO_REUSEADDR).  Returns the
 * descriptor (non-blocking, close-on-exec), or -1 with errno. */
int mcast_open_sender(uint16_t port, unsigned int hops);

/* Change the TTL of what such a socket sends.  0, or -1 with errno. */
int mcast_set_hops(int fd, unsigned int hops);

/* A socket bound to group and port, shared, that receives what is sent to the
 * group and arrives on the interface ifindex, and nothing else.  Returns the
 * descriptor, or -1 with errno; *bound then says whether the bind had
 * succeeded (and the join failed) or not (somebody holds the port alone). */
int mcast_open_listener(uint32_t group, uint16_t port, unsigned int ifindex, bool *bound);

/* Whether such a socket could be bound now, without joining or receiving anything:
 * 0, or -1 with errno. */
int mcast_try_group(uint32_t group, uint16_t port);

/* The port that a socket is bound to, 0 on failure. */
uint16_t mcast_port(int fd);

/* Send len octets to a group or host: by the interface ifindex, or by the
 * routing table when ifindex is 0 (or, to a host, when there is no IP_PKTINFO).
 * 0, or -1 with errno. */
int mcast_send(int fd, unsigned int ifindex, uint32_t destination, uint16_t port,
	       const uint8_t *data, size_t len);

/* Receive up to MCAST_BATCH datagrams without waiting.  Returns their number
 * (0: there are none), or -1 with errno.  Pending errors of earlier sends
 * (ECONNREFUSED and the like) are not failures and are skipped. */
int mcast_receive(int fd, struct mcast_batch *batch);

/* Datagrams that the kernel dropped on this socket since it was opened, for
 * want of buffer space above all (a bad checksum counts too); 0 where the
 * kernel does not tell. */
uint32_t mcast_drops(int fd);

#endif /* MCAST_H */
