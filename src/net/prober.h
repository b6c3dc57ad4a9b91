/* SPDX-License-Identifier: BSD-2-Clause */
/* prober.h - runs core/discover.h on real sockets.
 *
 * Owns the two senders, a listener for each interface used and the watch on
 * interfaces, and runs in a loop.  Used by the daemon and the scanner.
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
	bool no_fallback; /* SOURCE_PORT_FIXED: fail instead of using another port */
	bool list_unused; /* also report interfaces that are not used */
	bool yields_port; /* to other programs on this host; see senders.h */
};

struct prober_client {
	void *ctx;

	/* Whether to use an interface; *by_name: it was selected by name, so that it is
	 * used even if it is a loopback or point-to-point interface. */
	bool (*admits)(void *ctx, const struct iface *iface, bool *by_name);

	/* Called for each datagram after it was judged; may be NULL.  *resp is valid
	 * from VERDICT_DENIED on. */
	void (*received)(void *ctx, enum verdict verdict, const struct arrival *arrival,
			 const struct wire_response *resp, const char *reason);

	/* Called without the lock after something may have changed; may be NULL. */
	void (*changed)(void *ctx);
};

/* Open the senders and read the interfaces.  shared guards a struct monitor; the lock is
 * not held while sockets are used or messages are logged.  settings and client are copied.
 * Returns NULL, after logging the reason, if there is no memory or no socket to send from,
 * or, with no_fallback, not the required one. */
struct prober *prober_new(struct loop *loop, struct shared *shared,
			  const struct prober_settings *settings,
			  const struct prober_client *client);
void prober_free(struct prober *prober);

/* Change the settings; sockets that need not change are kept.  Must also be called
 * when the result of admits() may have changed.  Errors are logged. */
void prober_configure(struct prober *prober, const struct prober_settings *settings);

/* Read the interfaces and do what is due now, for example after the settings of the
 * discovery have changed. */
void prober_wake(struct prober *prober);

/* Start an additional round as soon as possible. */
void prober_round_now(struct prober *prober);

/* The number of interfaces that can be used now. */
unsigned int prober_usable(const struct prober *prober);

#endif /* PROBER_H */
