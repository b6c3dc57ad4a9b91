/* SPDX-License-Identifier: BSD-2-Clause */
/* listeners.h - a listening socket for each usable interface.
 *
 * Determines which interfaces are used and why others cannot be used, and logs changes
 * of that.  The prober reads the sockets and passes the result on.
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
	const char *detail; /* a more exact description than the state, static; or NULL */
	int link;           /* its number in discover.h, set by the prober; LINK_NONE at first */
	int fd;             /* -1: not open, though the link may be usable */
	uint32_t drops;     /* last value of mcast_drops(), for the prober */
	bool send_failing;  /* the prober has warned about it */

	bool present;    /* found by the current scan */
	bool known;      /* state has been logged */
	int join_error;  /* errno of the last attempt, 0: none; EMFILE: none was made */
	bool port_taken; /* by a program that does not share it */
};

struct listeners {
	struct listener list[LINKS_MAX];
	size_t count;

	struct loop *loop;
	uint32_t group;
	uint16_t port;
	bool carrier_optional; /* also listen on interfaces without carrier */
	bool list_unused;      /* also list interfaces that are not used */
	void (*on_readable)(void *ctx, int fd);
	void *ctx;
	bool port_taken_logged;
	bool too_many_logged;
	bool exhausted; /* no descriptor is left; do not try further ones */
	bool opened;    /* a group was joined; cleared by the caller */
};

/* A zeroed struct with loop, group, port, on_readable and ctx filled in is
 * ready for use.  listeners_close() closes every socket. */
void listeners_close(struct listeners *listeners);

/* Update the listeners for the interfaces of `ifaces` for which admits(ctx, iface,
 * &by_name) returns true (see prober.h).  An interface has a socket only while it is
 * up and running and has an address, so that others use no descriptor, and only if
 * enough descriptors are left (descriptors.h).  Listeners of removed interfaces are
 * kept, with LINK_GONE, until listeners_sweep(). */
void listeners_update(struct listeners *listeners, const struct ifaces *ifaces,
		      bool (*admits)(void *ctx, const struct iface *iface, bool *by_name),
		      void *ctx);
void listeners_sweep(struct listeners *listeners);

/* Use another group and port from the next update on. */
void listeners_readdress(struct listeners *listeners, uint32_t group, uint16_t port);

struct listener *listeners_by_fd(struct listeners *listeners, int fd);
struct listener *listeners_by_index(struct listeners *listeners, unsigned int ifindex);

#endif /* LISTENERS_H */
