/* SPDX-License-Identifier: BSD-2-Clause */
/* linkinfo.h - information about links that getifaddrs(3) does not provide.
 *
 * Alternative names (`ip link property add ... altname`) and membership in a VRF.
 */
#ifndef LINKINFO_H
#define LINKINFO_H

#include <stdbool.h>

/* Call found(ctx, ifindex, altname) for each alternative name of each link, and
 * found(ctx, ifindex, NULL) for each link that is in a VRF.  Returns 0, or -1 with
 * errno; ENOSYS: the system does not support this. */
int linkinfo_read(void (*found)(void *ctx, unsigned int ifindex, const char *altname), void *ctx);

/* Whether sockets that are not bound to a VRF receive datagrams that arrive in a VRF
 * (net.ipv4.udp_l3mdev_accept). */
bool linkinfo_vrf_heard(void);

#endif /* LINKINFO_H */
