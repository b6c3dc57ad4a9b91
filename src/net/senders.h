/* SPDX-License-Identifier: BSD-2-Clause */
/* senders.h - the two sockets that send requests and receive unicast answers.
 *
 * One is bound to the well-known port, like the client in the vendor's guide, and one
 * to a port chosen by the kernel: each of them can miss answers that the other one
 * receives.
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
	uint32_t drops; /* last value of mcast_drops(), for the prober */
};

struct senders {
	struct sender_socket socket[SENDER_COUNT]; /* by enum sender */

	/* The last settings. */
	enum source_port which;
	uint16_t port; /* the well-known one */
	unsigned int hops;

	bool shared;     /* another program is bound to it, too */
	int fixed_error; /* errno of the last attempt; 0: open or not wanted */
	int ephemeral_error;

	struct loop *loop;
	void (*on_readable)(void *ctx, int fd);
	void *ctx;
	bool no_fallback; /* SOURCE_PORT_FIXED: this port or none; false at first */
	bool yields;      /* do not use the well-known port while others do (portuse.h); likewise */
};

/* To be called first; no socket is opened. */
void senders_init(struct senders *senders, struct loop *loop,
		  void (*on_readable)(void *ctx, int fd), void *ctx);

/* Open the sockets required by `which` and close the others; sockets that need not
 * change are kept.  If the well-known port is not available, the other one is used
 * instead, unless no_fallback is set.  Changes of errors are logged.  Returns 0, or -1
 * with errno if no socket is open. */
int senders_update(struct senders *senders, enum source_port which, uint16_t port,
		   unsigned int hops);

/* Likewise with the last settings, because a port may have become free or been bound. */
int senders_retry(struct senders *senders);
void senders_close(struct senders *senders);

/* The socket from which to send a request, or the other one if it is not open. */
const struct sender_socket *senders_pick(const struct senders *senders, enum sender which);

#endif /* SENDERS_H */
