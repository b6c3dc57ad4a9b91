/* SPDX-License-Identifier: BSD-2-Clause */
/* prober.h - carries out core/discover.h on real sockets.
 *
 * Owns the two senders, a listener for each interface used and the watch on
 * interfaces, and runs in a loop.  The daemon and the scanner share it.
 */
#ifndef PROBER_H
#define PROBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/shared.h"
#include "core/discover.h"

struct prober;
struct iface;

struct prober_settings {
	struct request_settings request;
	bool no_fallback; /* SOURCE_PORT_FIXED: fail rather than use another port */
	bool list_unused; /* report interfaces that are not to be used, too */
	bool yields_port; /* to other programs of this host that have it; see senders.h */
};

struct prober_client {
	void *ctx;

	/* Which interfaces to use; *by_name: it was asked for by name, so that
	 * loopback and point-to-point interfaces are used too. */
	bool (*admits)(void *ctx, const struct iface *iface, bool *by_name);

	/* Each datagram after it was judged; may be NULL.  resp is meaningful
	 * with VERDICT_ACCEPTED only. */
	void (*received)(void *ctx, enum verdict verdict, const struct arrival *arrival,
			 const struct wire_response *resp, const char *reason);

	/* The lock is free again and something may have changed; may be NULL. */
	void (*settled)(void *ctx);
};

/* shared guards a struct monitor; the lock is taken for each use of it, and no system
 * call is made meanwhile.  settings and client are copied.  Opens the senders and looks at the
 * interfaces; logs what it cannot do.  NULL, after saying why, when there is no memory or no socket
 * to send from at all, or not the one that was asked for where there is no_fallback. */
struct prober *prober_new(struct loop *loop, struct shared *shared,
			  const struct prober_settings *settings,
			  const struct prober_client *client);
void prober_free(struct prober *prober);

/* Change the settings; sockets that need not change stay as they are.  Also to
 * be called when admits() would answer differently.  Logs what it cannot do. */
void prober_configure(struct prober *prober, const struct prober_settings *settings);

/* Look at the interfaces and at what is due now: the discovery's settings have
 * changed, say. */
void prober_wake(struct prober *prober);

/* Start a round out of turn as soon as possible. */
void prober_round_now(struct prober *prober);

/* How many interfaces can be used now. */
unsigned int prober_usable(const struct prober *prober);

#endif /* PROBER_H */
