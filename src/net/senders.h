/* SPDX-License-Identifier: BSD-2-Clause */
/* senders.h - the two sockets that requests leave from and unicast answers
 * come to.
 *
 * One at the well-known port, as the vendor guide's client, one at a port of
 * the kernel's choice: either alone misses answers that the other hears.
 */
#ifndef SENDERS_H
#define SENDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "core/discover.h"

struct sender_socket {
	int fd; /* -1: not open */
	uint16_t port;
	uint32_t drops; /* mcast_drops() as last read by the prober */
};

struct senders {
	struct sender_socket socket[SENDER_COUNT]; /* by enum sender */

	/* As last asked for. */
	enum source_port which;
	uint16_t port; /* the well-known one */
	unsigned int hops;

	bool shared;     /* another program has it, too */
	int fixed_error; /* errno of the last attempt at each, 0: it is open or not wanted */
	int ephemeral_error;

	struct loop *loop;
	void (*on_readable)(void *ctx, int fd);
	void *ctx;
	bool no_fallback; /* SOURCE_PORT_FIXED: this port or none; false at first */
	bool yields;      /* leave the well-known port to others (portuse.h); likewise */
};

/* To be called first: none is open. */
void senders_init(struct senders *senders, struct loop *loop,
		  void (*on_readable)(void *ctx, int fd), void *ctx);

/* Open those that `which` asks for and close the other, leaving alone what is
 * open as it should be; the other one instead where the well-known port cannot
 * be had, unless there is no_fallback.  Logs what it cannot do, when that changes.
 * 0, or -1 with errno: there is none at all. */
int senders_update(struct senders *senders, enum source_port which, uint16_t port,
		   unsigned int hops);

/* The same with what was last asked for: what could not be had may be free again,
 * and the other way round. */
int senders_retry(struct senders *senders);
void senders_close(struct senders *senders);

/* The one a request should leave from, or the other if that is not open. */
const struct sender_socket *senders_pick(const struct senders *senders, enum sender which);

#endif /* SENDERS_H */
