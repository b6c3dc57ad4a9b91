/* SPDX-License-Identifier: BSD-2-Clause */
/* portuse.h - finds out whether other programs on this host use a UDP port.
 *
 * Several sockets can be bound to *:64535, and the kernel delivers each unicast
 * datagram to one of them: to a socket bound to the destination address if there is
 * one, otherwise to the socket bound last, which takes it from the others.
 */
#ifndef PORTUSE_H
#define PORTUSE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Whether a socket other than `own` (-1: none) in this network namespace can receive
 * unicast datagrams for the port: it is bound to the port and either to any address or
 * to one that is neither multicast nor loopback.  False if this is not known (Linux
 * reports it in /proc/net/udp). */
bool portuse_by_others(uint16_t port, int own);

struct portuse { /* a socket */
	uint64_t inode;
	uid_t uid; /* of its user */
};

/* The same, and set *use to such a socket. */
bool portuse_find(uint16_t port, int own, struct portuse *use);

#endif /* PORTUSE_H */
