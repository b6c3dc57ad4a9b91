/* SPDX-License-Identifier: BSD-2-Clause */
/* portuse.h - whether other programs of this host have a UDP port, too.
 *
 * Several sockets can be bound to *:64535, and the kernel hands each unicast
 * datagram to one of them: to one bound to the very address if there is one,
 * else to the one bound last.  Whoever binds the port should know what it takes.
 */
#ifndef PORTUSE_H
#define PORTUSE_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a socket other than `own` (-1: none) of this network namespace can be
 * given unicast datagrams that arrive for the port: bound to it and to any
 * address, or to one that is neither multicast nor loopback.  False where the
 * system does not tell (it does in Linux's /proc/net/udp). */
bool portuse_by_others(uint16_t port, int own);

#endif /* PORTUSE_H */
