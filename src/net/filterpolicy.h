/* SPDX-License-Identifier: BSD-2-Clause */
/* filterpolicy.h - the chains of a local firewall that drop what no rule accepts. */
#ifndef FILTERPOLICY_H
#define FILTERPOLICY_H

#include <stdbool.h>

struct filter_chain { /* valid during the call only */
	const char *table;
	const char *name;
	bool input; /* it sees what arrives for this host; otherwise what the host sends */
};

/* Call found(ctx, chain) for each base chain of nftables with the policy drop that IPv4
 * datagrams for this host, or from it, go through.  Those of iptables are included if it is
 * the variant that uses nftables.  Returns 0, or -1 with errno; EPERM: needs CAP_NET_ADMIN;
 * ENOSYS or EINVAL: the kernel does not have nftables. */
int filterpolicy_read(void (*found)(void *ctx, const struct filter_chain *chain), void *ctx);

#endif /* FILTERPOLICY_H */
