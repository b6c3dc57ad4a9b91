/* SPDX-License-Identifier: BSD-2-Clause */
/* senders.h - the two sockets that requests leave from and unicast answers
 * come to, open for the life of the process.
 *
 * One at the well-known port, as the vendor guide's client, one at a port of
 * the kernel's choice: either alone misses answers that the other hears.
 */
#ifndef SENDERS_H
#define SENDERS_H

#include <stdint.h>

#include "core/discover.h"

struct sender_socket {
	int fd; /* -1: not open */
	uint16_t port;
	uint32_t drops; /* mcast_drops() as last read by the prober */
};

/* senders: SENDER_COUNT of them, by enum sender.  Open those that `which` asks
 * for; the other one instead where the well-known port cannot be had.  Logs
 * what it cannot do.  0, or -1 with errno: there is none at all. */
int senders_open(struct sender_socket *senders, enum source_port which, uint16_t port,
		 unsigned int hops);
void senders_close(struct sender_socket *senders);

/* The one a request should leave from, or the other if that is not open. */
const struct sender_socket *senders_pick(const struct sender_socket *senders, enum sender which);

#endif /* SENDERS_H */
