/* SPDX-License-Identifier: BSD-2-Clause */
/* listeners.h - a listener for each usable interface, kept in step with them.
 *
 * Decides which interfaces are used and what keeps one from being usable, and
 * logs that when it changes.  Who reads the sockets and who is told is the
 * prober's affair.
 */
#ifndef LISTENERS_H
#define LISTENERS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "core/discover.h"
#include "net/ifaces.h"

struct listener {
	char name[IF_NAMESIZE];
	char shown[IFACE_SHOWN_LEN]; /* the name, printable */
	unsigned int ifindex;
	uint32_t addr; /* host byte order; 0: none */
	bool loopback;
	enum link_state state;
	const char *detail; /* says more than the state, static; NULL: nothing does */
	int link;           /* its number in discover.h, set by the prober; LINK_NONE at first */
	int fd;             /* -1: not open, though the link may be usable */
	uint32_t drops;     /* mcast_drops() as last read by the prober */
	bool send_failing;  /* the prober has warned about it */

	bool present;    /* found by the scan under way */
	bool known;      /* state has been logged */
	int join_error;  /* errno of the last attempt, 0: none; EMFILE: none was made */
	bool port_taken; /* by somebody who does not share it */
};

struct listeners {
	struct listener list[LINKS_MAX];
	size_t count;

	struct loop *loop;
	uint32_t group;
	uint16_t port;
	bool carrier_optional; /* listen where there is no carrier, too */
	bool list_unused;      /* with a place for interfaces that are not to be used */
	void (*on_readable)(void *ctx, int fd);
	void *ctx;
	bool port_taken_logged;
	bool too_many_logged;
	bool exhausted; /* no descriptor to spare; do not try the next ones */
	bool opened;    /* since the caller cleared it: a group was joined */
};

/* A zeroed struct with loop, group, port, on_readable and ctx filled in is
 * ready for use.  listeners_close() closes every socket. */
void listeners_close(struct listeners *listeners);

/* Bring them in step with `ifaces`, as far as admits(ctx, name, &by_name) says
 * so (see prober.h).  An interface has a socket only while it is up and running and has
 * an address, so that others cost no descriptor, and only if enough descriptors are
 * left (descriptors.h).  Those whose interface is gone remain, with LINK_GONE,
 * until listeners_sweep(). */
void listeners_update(struct listeners *listeners, const struct ifaces *ifaces,
		      bool (*admits)(void *ctx, const struct iface *iface, bool *by_name),
		      void *ctx);
void listeners_sweep(struct listeners *listeners);

/* Listen to another group and port from the next update on. */
void listeners_readdress(struct listeners *listeners, uint32_t group, uint16_t port);

struct listener *listeners_by_fd(struct listeners *listeners, int fd);
struct listener *listeners_by_index(struct listeners *listeners, unsigned int ifindex);

#endif /* LISTENERS_H */
