/* SPDX-License-Identifier: BSD-2-Clause */
/* linkinfo.h - what the kernel says of links beyond getifaddrs(3).
 *
 * Alternative names (`ip link property add ... altname`) and membership in a VRF.
 */
#ifndef LINKINFO_H
#define LINKINFO_H

#include <stdbool.h>

/* Call found(ctx, ifindex, altname) for each alternative name of each link, and
 * found(ctx, ifindex, NULL) for each link that is in a VRF.  0, or -1 with errno;
 * ENOSYS where the system has no such thing. */
int linkinfo_read(void (*found)(void *ctx, unsigned int ifindex, const char *altname), void *ctx);

/* Whether a socket that is not bound to a VRF is given the datagrams that arrive in
 * one (net.ipv4.udp_l3mdev_accept). */
bool linkinfo_vrf_heard(void);

#endif /* LINKINFO_H */
