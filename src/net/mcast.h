/* SPDX-License-Identifier: BSD-2-Clause */
/* mcast.h - UDP sockets for a multicast group: open, join, send, receive.
 *
 * Interfaces are selected by index: an address in IP_MULTICAST_IF stops working
 * (ENETUNREACH) when the address of the interface changes.  Addresses and ports are
 * in host byte order.  Features that the system lacks (recvmmsg, SO_MEMINFO,
 * SO_RCVBUFFORCE, IP_MULTICAST_ALL) are replaced or not used; see pktinfo.h for
 * IP_PKTINFO.
 */
#ifndef MCAST_H
#define MCAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MCAST_BATCH 64     /* datagrams per call */
#define MCAST_DATA_LEN 512 /* octets of each; the rest is discarded */
/* Octets of the receive buffer that a socket asks for, 16 MiB: room for about 26000 answers on
 * Linux, whose default has room for 166. */
#define MCAST_RECEIVE_BUFFER 16777216
#define MCAST_CHARGE 1280 /* octets of it for one; see mcast_receive_buffer() */

struct mcast_datagram {
	uint8_t data[MCAST_DATA_LEN];
	size_t len; /* octets in data */
	uint32_t source;
	uint16_t source_port;
	uint32_t destination;
	unsigned int ifindex; /* on which it arrived; 0: not known */
	int64_t waited_us;    /* since it arrived; see rxtime_waited_us() */
};

struct mcast_batch { /* about 36 KiB: do not put it on the stack of a thread */
	struct mcast_datagram datagram[MCAST_BATCH];
	unsigned int count;
};

/* Open a socket bound to 0.0.0.0 and port (0: chosen by the kernel), to send to a
 * group with `hops` as TTL and to receive unicast answers.  A given port is shared
 * (SO_REUSEADDR).  Returns the descriptor (non-blocking, close-on-exec), or -1 with
 * errno. */
int mcast_open_sender(uint16_t port, unsigned int hops);

/* Change the TTL of such a socket.  Returns 0, or -1 with errno. */
int mcast_set_hops(int fd, unsigned int hops);

/* Open a shared socket bound to group and port that receives only datagrams sent to
 * the group that arrive on the interface ifindex.  Returns the descriptor, or -1 with
 * errno; *bound is true then if the bind succeeded and the join failed, and false if
 * another program has bound the port exclusively. */
int mcast_open_listener(uint32_t group, uint16_t port, unsigned int ifindex, bool *bound);

/* Check whether such a socket could be bound now, without joining the group or
 * receiving anything.  Returns 0, or -1 with errno. */
int mcast_try_group(uint32_t group, uint16_t port);

/* The port to which a socket is bound; 0 on failure. */
uint16_t mcast_port(int fd);

/* Send len octets to a group or host from the interface ifindex, or as the routing
 * table says if ifindex is 0 (or, to a host, if there is no IP_PKTINFO).  Returns 0, or
 * -1 with errno. */
int mcast_send(int fd, unsigned int ifindex, uint32_t destination, uint16_t port,
	       const uint8_t *data, size_t len);

/* Receive up to MCAST_BATCH datagrams without waiting.  Returns their number, or -1
 * with errno.  Pending errors of earlier sends, such as ECONNREFUSED, are not failures
 * and are skipped. */
int mcast_receive(int fd, struct mcast_batch *batch);

/* The number of datagrams that the kernel dropped on this socket since it was opened,
 * mostly because the buffer was full (bad checksums are counted, too); 0 if the kernel
 * does not report it. */
uint32_t mcast_drops(int fd);

/* The octets of a socket's receive buffer as the kernel counts them, 0 if it does not say;
 * on Linux, twice as many as were asked for, or as net.core.rmem_max permitted.
 * Linux charges MCAST_CHARGE of them for a datagram of the protocol that arrives on a
 * virtual interface, and often twice as many on others. */
size_t mcast_receive_buffer(int fd);

#endif /* MCAST_H */
