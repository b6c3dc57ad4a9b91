/* SPDX-License-Identifier: BSD-2-Clause */
/* ifaces.h - reads the interfaces of this host, and reports changes. */
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
	uint32_t mask; /* of its subnet */
	bool up, running, multicast, loopback, point_to_point;
	bool deaf;           /* in a VRF whose datagrams are not delivered to us */
	char *altnames;      /* NUL-terminated, followed by an empty one; NULL: none */
	size_t altnames_len; /* without the NUL of the empty one */
};

struct ifaces {
	struct iface *list; /* by index, ascending */
	size_t count;
	uint32_t *addrs; /* every IPv4 address of the host, ascending */
	size_t addr_count;
};

/* Read the interfaces; *ifaces is replaced on success only.  Returns 0, or -1 with
 * errno.  ifaces_clear() releases its memory; a zeroed struct is empty. */
int ifaces_read(struct ifaces *ifaces);
void ifaces_clear(struct ifaces *ifaces);

/* The reason why discovery does not use such an interface (static text), or NULL if
 * it does.  Loopback and point-to-point interfaces and those without multicast must
 * be selected by name. */
const char *iface_unsuitable(const struct iface *iface, bool by_name);

/* The name in printable form: it may contain nearly any octet.  Returns buf. */
#define IFACE_SHOWN_LEN ((size_t)4 * IF_NAMESIZE)
char *iface_shown(const char *name, char buf[IFACE_SHOWN_LEN]);

const struct iface *ifaces_by_index(const struct ifaces *ifaces, unsigned int index);
bool ifaces_has_address(const struct ifaces *ifaces, uint32_t addr);

/* Returns a descriptor that becomes readable when links or addresses change, or -1
 * with errno; ENOSYS: the system does not support this, and changes between two
 * reads are not noticed. */
int ifaces_watch_open(void);

/* Read all messages.  Calls disturbed(ctx, ifindex) for each interface that lost its
 * carrier or an address or was removed, even if this is over already; ifindex 0:
 * messages were lost, so it may be any interface.  Returns whether anything changed. */
bool ifaces_watch_drain(int fd, void (*disturbed)(void *ctx, unsigned int ifindex), void *ctx);

#endif /* IFACES_H */
