/* SPDX-License-Identifier: BSD-2-Clause */
/* ifaces.h - the interfaces of this host as they are now, and word of changes. */
#ifndef IFACES_H
#define IFACES_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iface {
	char name[IF_NAMESIZE];
	unsigned int index;
	uint32_t addr; /* first IPv4 address, host byte order; 0: none */
	bool up, running, multicast, loopback, point_to_point;
	bool deaf;           /* in a VRF, and what arrives there is not for us */
	char *altnames;      /* one after the other, an empty one at the end; NULL: none */
	size_t altnames_len; /* without the NUL of the empty one */
};

struct ifaces {
	struct iface *list; /* by index, ascending */
	size_t count;
	uint32_t *addrs; /* every IPv4 address of the host, ascending */
	size_t addr_count;
};

/* Read them anew; *ifaces is replaced only on success.  0, or -1 with errno.
 * ifaces_clear() releases what it owns; a zeroed struct is empty. */
int ifaces_read(struct ifaces *ifaces);
void ifaces_clear(struct ifaces *ifaces);

/* Why discovery does not use such an interface, in words (static), or NULL: it
 * does.  Loopback, point-to-point and interfaces without multicast have to be asked
 * for by name. */
const char *iface_unsuitable(const struct iface *iface, bool by_name);

/* The name as it may be shown: it can hold nearly any octet.  Returns buf. */
#define IFACE_SHOWN_LEN ((size_t)4 * IF_NAMESIZE)
char *iface_shown(const char *name, char buf[IFACE_SHOWN_LEN]);

const struct iface *ifaces_by_index(const struct ifaces *ifaces, unsigned int index);
bool ifaces_has_address(const struct ifaces *ifaces, uint32_t addr);

/* A descriptor that becomes readable when links or addresses change, or -1
 * with errno where the system has no such thing (ENOSYS): then changes between
 * two reads go unseen. */
int ifaces_watch_open(void);

/* Drain it.  Calls disturbed(ctx, ifindex) for each interface that lost its
 * carrier, an address, or itself, even if it is back by now; ifindex 0: word
 * was lost, it may be any.  Returns whether anything changed. */
bool ifaces_watch_drain(int fd, void (*disturbed)(void *ctx, unsigned int ifindex), void *ctx);

#endif /* IFACES_H */
