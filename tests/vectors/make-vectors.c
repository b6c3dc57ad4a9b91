/* SPDX-License-Identifier: BSD-2-Clause */
/* make-vectors.c - writes the golden datagrams, as laid out by a SPARC compiler.
 *
 * Shares nothing with src/core/wire.c: the structures below are those that the
 * "Logical Domains Manager Discovery" appendix of Oracle's Logical Domains 1.3
 * Administration Guide (and of the later Oracle VM Server for SPARC guides)
 * tells a discovering program to use, with its names and types, and it is the
 * compiler for sparc64 that decides on offsets, padding and byte order.  None
 * of the types differs in size or alignment between 32-bit and 64-bit SPARC.
 *
 * Usage: make-vectors DIRECTORY; see regenerate.sh.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef __sparc__
#error "compile this for SPARC: the layout is the compiler's"
#endif

#define MAC_MULTI_MAGIC_NO 92792004
#define MAC_MULTI_VERSION 1
#define LDMD_VERSION_LEN 32
#define SOLARIS_MAXHOSTNAMELEN 256 /* the guide's MAXHOSTNAMELEN; 64 on Linux */

enum { SEND_MSG, RESPONSE_MSG, LDMD_DISC_SEND, LDMD_DISC_RESP };

struct mac_lookup { /* mac_lookup_t */
	uint64_t mac_addr;
	char source_ip[INET_ADDRSTRLEN];
};

struct ldmd_discovery { /* ldmd_discovery_t */
	char ldmd_version[LDMD_VERSION_LEN];
	char hostname[SOLARIS_MAXHOSTNAMELEN];
	struct in_addr ip_address;
	int port_no;
};

struct multicast_msg { /* multicast_msg_t */
	uint32_t version_no;
	uint32_t magic_no;
	uint32_t msg_type;
	uint32_t resv;
	union {
		struct mac_lookup Mac_lookup;
		struct ldmd_discovery Ldmd_discovery;
	} payload;
};

static void
write_vector(const char *folder, const char *name, const struct multicast_msg *msg)
{
	char path[4096];
	FILE *file;

	if (snprintf(path, sizeof(path), "%s/%s.bin", folder, name) >= (int)sizeof(path)) {
		fprintf(stderr, "%s: too long\n", folder);
		exit(1);
	}
	file = fopen(path, "wb");
	if (file == NULL || fwrite(msg, sizeof(*msg), 1, file) != 1 || fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

/* Fill in a message of the type, every octet not assigned later being fill. */
static void
start(struct multicast_msg *msg, uint32_t msg_type, int fill)
{
	memset(msg, fill, sizeof(*msg));
	msg->version_no = MAC_MULTI_VERSION;
	msg->magic_no = MAC_MULTI_MAGIC_NO;
	msg->msg_type = msg_type;
}

static void
answer(struct multicast_msg *msg, const char *version, const char *hostname, const char *address,
       int port)
{
	struct ldmd_discovery *discovery = &msg->payload.Ldmd_discovery;

	strcpy(discovery->ldmd_version, version);
	strcpy(discovery->hostname, hostname);
	discovery->ip_address.s_addr = inet_addr(address);
	discovery->port_no = port;
}

static void
lookup(struct multicast_msg *msg, uint64_t mac_addr, const char *source_ip)
{
	msg->payload.Mac_lookup.mac_addr = mac_addr;
	strcpy(msg->payload.Mac_lookup.source_ip, source_ip);
}

int
main(int argc, char **argv)
{
	struct multicast_msg msg;
	char version[LDMD_VERSION_LEN];
	char hostname[SOLARIS_MAXHOSTNAMELEN];
	const char *folder = argv[1];

	if (argc != 2) {
		fprintf(stderr, "usage: make-vectors DIRECTORY\n");
		return 2;
	}

	start(&msg, LDMD_DISC_SEND, 0);
	write_vector(folder, "request", &msg);

	/* The sender has not cleared the payload, which must be ignored. */
	start(&msg, LDMD_DISC_SEND, 0xa5);
	write_vector(folder, "request-unclean", &msg);

	start(&msg, LDMD_DISC_RESP, 0);
	answer(&msg, "1.2", "t5240-17.example.com", "192.0.2.17", 6482);
	write_vector(folder, "response-typical", &msg);

	for (size_t i = 0; i < sizeof(version) - 1; i++)
		version[i] = (char)('0' + i % 10);
	version[sizeof(version) - 1] = '\0';
	for (size_t i = 0; i < sizeof(hostname) - 1; i++)
		hostname[i] = (char)('a' + i % 26);
	hostname[sizeof(hostname) - 1] = '\0';
	start(&msg, LDMD_DISC_RESP, 0);
	answer(&msg, version, hostname, "198.18.255.254", 6482);
	write_vector(folder, "response-longest", &msg);

	start(&msg, LDMD_DISC_RESP, 0);
	answer(&msg, "", "", "10.0.0.1", 1);
	write_vector(folder, "response-empty", &msg);

	start(&msg, LDMD_DISC_RESP, 0);
	answer(&msg, "3.6.0.0", "m8", "223.255.255.255", 65535);
	write_vector(folder, "response-port-max", &msg);

	/* The sender has not cleared resv and the octets after both strings. */
	start(&msg, LDMD_DISC_RESP, 0xa5);
	answer(&msg, "1.3", "t2000", "192.0.2.200", 6482);
	write_vector(folder, "response-unclean", &msg);

	start(&msg, SEND_MSG, 0);
	lookup(&msg, UINT64_C(0x00144ff8abcd), "192.0.2.17");
	write_vector(folder, "mac-query", &msg);

	start(&msg, RESPONSE_MSG, 0);
	lookup(&msg, UINT64_C(0x00144ffbffff), "255.255.255.255");
	write_vector(folder, "mac-answer", &msg);

	return 0;
}
