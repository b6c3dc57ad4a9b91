/* SPDX-License-Identifier: BSD-2-Clause */
/* wire.h - the datagrams exchanged with a Logical Domains Manager.
 *
 * Pure: no sockets, clock, allocation or logging.  Layout: multicast_msg_t of
 * the "Logical Domains Manager Discovery" appendix in Oracle's Logical Domains
 * 1.2 and later administration guides, as laid out by a big-endian SPARC compiler;
 * msg_type 0 and 1 belong to the MAC address collision detection in the same guides
 * ("Assigning MAC addresses automatically or manually").
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_GROUP 0xef81091bu /* 239.129.9.27, MAC_MULTI_GROUP */
#define WIRE_PORT 64535        /* MAC_MULTI_PORT */
#define WIRE_XMPP_PORT 6482    /* the usual value of port_no */

#define WIRE_MSG_LEN 312      /* 16 of header + 296 of payload union */
#define WIRE_VERSION_LEN 32   /* LDMD_VERSION_LEN, NUL padded */
#define WIRE_HOSTNAME_LEN 256 /* MAXHOSTNAMELEN on Solaris; Linux has 64 */

/* The result for a datagram.  The conditions are checked in this order, and each
 * verdict has its own counter.  wire_decode() does not know the sender of a request, or
 * whether a well-formed response is wanted: it returns FOREIGN_REQUEST and ACCEPTED,
 * which the receiver refines to the verdicts marked (r). */
enum verdict {
	VERDICT_SHORT, /* fewer than WIRE_MSG_LEN octets; more are allowed */
	VERDICT_BAD_MAGIC,
	VERDICT_BAD_VERSION,
	VERDICT_MAC_QUERY, /* MAC collision detection shares the group */
	VERDICT_MAC_ANSWER,
	VERDICT_OWN_REQUEST, /* (r) our own, looped back by the kernel */
	VERDICT_FOREIGN_REQUEST,
	VERDICT_UNKNOWN_TYPE,
	VERDICT_MALFORMED,   /* a response with an invalid value */
	VERDICT_DENIED,      /* (r) refused by the access list */
	VERDICT_NO_ROOM,     /* (r) from a new manager for which there was no room */
	VERDICT_UNCONFIRMED, /* (r) from a new manager that must answer another request */
	VERDICT_ACCEPTED,
};
#define VERDICT_COUNT (VERDICT_ACCEPTED + 1)

/* Host byte order; both strings NUL terminated, every octet in 0x20..0x7e. */
struct wire_response {
	char version[WIRE_VERSION_LEN];
	char hostname[WIRE_HOSTNAME_LEN];
	uint32_t addr; /* IPv4 address that the manager announces */
	uint16_t port; /* TCP port of its XMPP service, 1..65535 */
};

/* Encode a discovery request (LDMD_DISC_SEND). */
void wire_encode_request(uint8_t buf[WIRE_MSG_LEN]);

/* Encode a discovery response (LDMD_DISC_RESP).  Octets after the NUL of a string
 * are zero. */
void wire_encode_response(uint8_t buf[WIRE_MSG_LEN], const struct wire_response *resp);

/* Encode MAC collision traffic: a query (SEND_MSG) or, if answer is true, its
 * answer (RESPONSE_MSG), for the 48-bit address mac from the host source. */
void wire_encode_mac(uint8_t buf[WIRE_MSG_LEN], bool answer, uint64_t mac, uint32_t source);

/* Decode len octets of untrusted input.  on_loopback: it arrived on a loopback
 * interface; only there may a manager announce a loopback address.  *resp is written
 * with VERDICT_ACCEPTED only.  *reason, unless reason is NULL, is set to a static text
 * that describes what is wrong, or to NULL if the verdict says everything.  The text
 * names the rule and not the value: "port is not in 1..65535".  With VERDICT_ACCEPTED it
 * says which text was truncated: a version or hostname that fills its field without a
 * NUL, as strncpy() leaves it, is taken without its last octet. */
enum verdict wire_decode(const uint8_t *buf, size_t len, bool on_loopback,
			 struct wire_response *resp, const char **reason);

/* The name of a verdict, such as "bad magic"; static, never NULL. */
const char *wire_verdict_name(enum verdict verdict);

/* Whether addr (host order) can be the address of a manager: not in 0.0.0.0/8 (RFC
 * 1122) or 240.0.0.0/4 (reserved, and 255.255.255.255), not multicast, and loopback
 * only if on_loopback. */
bool wire_valid_address(uint32_t addr, bool on_loopback);

#endif /* WIRE_H */
