/* SPDX-License-Identifier: BSD-2-Clause */
/* netlink.h - reads lists ("dumps") that the kernel provides by netlink(7).
 *
 * Linux only; elsewhere netlink_dump() fails with ENOSYS.
 */
#ifndef NETLINK_H
#define NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets that are left to read; not owned. */
struct netlink_octets {
	const uint8_t *at;
	size_t left;
};

/* Send the request, a message with its header, of len octets, on a new socket of this
 * netlink protocol, and call found(ctx, type, payload) for each message of the answer.
 * Returns 0, or -1 with errno, for example EPERM. */
int netlink_dump(int protocol, const void *request, size_t len,
		 void (*found)(void *ctx, unsigned int type, struct netlink_octets payload),
		 void *ctx);

/* Skip len octets and those that align them.  Returns false if there are fewer. */
bool netlink_skip(struct netlink_octets *from, size_t len);

/* Take the next attribute, whose payload goes to *payload.  Returns false at the end. */
bool netlink_attribute(struct netlink_octets *from, unsigned int *type,
		       struct netlink_octets *payload);

/* The payload as a string, or "" if it does not end with a NUL. */
const char *netlink_text(const struct netlink_octets *payload);

#endif /* NETLINK_H */
