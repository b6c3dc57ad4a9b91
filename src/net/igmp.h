/* SPDX-License-Identifier: BSD-2-Clause */
/* igmp.h - memberships and IGMP queries, as the kernel of this host sees them. */
#ifndef IGMP_H
#define IGMP_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the kernel lists the interface as a member of the group (host byte order).
 * *known: whether it lists its memberships at all (Linux: /proc/net/igmp). */
bool igmp_is_member(unsigned int ifindex, uint32_t group, bool *known);

/* Open a socket that receives IGMP, after any firewall of this host.  Returns the descriptor,
 * or -1 with errno; EPERM: needs CAP_NET_RAW. */
int igmp_open(void);

/* Call queried(ctx, source, ifindex) for each query for members, of any group, that has
 * arrived at the socket; source is in host byte order. */
void igmp_receive(int fd, void (*queried)(void *ctx, uint32_t source, unsigned int ifindex),
		  void *ctx);

#endif /* IGMP_H */
