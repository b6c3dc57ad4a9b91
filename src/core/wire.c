/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/wire.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define MAC_MULTI_VERSION 1u
#define MAC_MULTI_MAGIC_NO 92792004u

enum msg_type {
	SEND_MSG = 0,
	RESPONSE_MSG = 1,
	LDMD_DISC_SEND = 2,
	LDMD_DISC_RESP = 3,
};

/* multicast_msg_t: version_no, magic_no, msg_type and resv, four uint32_t,
 * then the payload, a union of mac_lookup_t (uint64_t mac_addr and char
 * source_ip[INET_ADDRSTRLEN], 24 octets) and ldmd_discovery_t (ldmd_version,
 * hostname, struct in_addr and int).  The larger member gives the union its
 * size and the uint64_t its alignment of 8; 16, 296 and 312 are multiples of
 * 8, so the compiler pads nowhere. */
#define HEADER_LEN (4 * 4)
#define SOURCE_IP_LEN 16 /* INET_ADDRSTRLEN: "255.255.255.255" and its NUL */
#define DISCOVERY_LEN (WIRE_VERSION_LEN + WIRE_HOSTNAME_LEN + 4 + 4)
_Static_assert(WIRE_MSG_LEN == HEADER_LEN + DISCOVERY_LEN, "a message is header and payload");

/* Reads big-endian input.  Beyond the end it returns zeros, and `bad` is set. */
struct cursor {
	const uint8_t *p;
	size_t left;
	bool bad;
};

static const uint8_t *
take(struct cursor *c, size_t len)
{
	const uint8_t *p = c->p;

	if (c->bad || c->left < len) {
		c->bad = true;
		return NULL;
	}
	c->p += len;
	c->left -= len;
	return p;
}

static uint32_t
take_u32(struct cursor *c)
{
	const uint8_t *p = take(c, 4);

	if (p == NULL)
		return 0;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint8_t *
put_u32(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)(value >> 24);
	p[1] = (uint8_t)(value >> 16);
	p[2] = (uint8_t)(value >> 8);
	p[3] = (uint8_t)value;
	return p + 4;
}

/* Write text, which is shorter than the field of len octets.  The field is zeroed. */
static uint8_t *
put_text(uint8_t *p, const char *text, size_t len)
{
	size_t text_len = strnlen(text, len);

	assert(text_len < len);
	memcpy(p, text, text_len);
	return p + len;
}

/* Zero the message and write its header.  Returns the start of the payload. */
static uint8_t *
put_header(uint8_t buf[WIRE_MSG_LEN], enum msg_type type)
{
	uint8_t *p = buf;

	memset(buf, 0, WIRE_MSG_LEN);
	p = put_u32(p, MAC_MULTI_VERSION);
	p = put_u32(p, MAC_MULTI_MAGIC_NO);
	p = put_u32(p, type);
	return put_u32(p, 0);
}

void
wire_encode_request(uint8_t buf[WIRE_MSG_LEN])
{
	put_header(buf, LDMD_DISC_SEND);
}

void
wire_encode_response(uint8_t buf[WIRE_MSG_LEN], const struct wire_response *resp)
{
	uint8_t *p = put_header(buf, LDMD_DISC_RESP);

	p = put_text(p, resp->version, WIRE_VERSION_LEN);
	p = put_text(p, resp->hostname, WIRE_HOSTNAME_LEN);
	p = put_u32(p, resp->addr);
	put_u32(p, resp->port);
}

void
wire_encode_mac(uint8_t buf[WIRE_MSG_LEN], bool answer, uint64_t mac, uint32_t source)
{
	uint8_t *p = put_header(buf, answer ? RESPONSE_MSG : SEND_MSG);
	char source_ip[SOURCE_IP_LEN];

	snprintf(source_ip, sizeof(source_ip), "%u.%u.%u.%u", source >> 24, source >> 16 & 0xff,
		 source >> 8 & 0xff, source & 0xff);
	p = put_u32(p, (uint32_t)(mac >> 32));
	p = put_u32(p, (uint32_t)mac);
	put_text(p, source_ip, sizeof(source_ip));
}

/* The reason why addr cannot be a manager's, or NULL if it can. */
static const char *
address_fault(uint32_t addr, bool on_loopback)
{
	if (addr >> 24 == 0)
		return "address is in 0.0.0.0/8";
	if (addr >> 28 == 0xe)
		return "address is multicast";
	if (addr >> 28 == 0xf)
		return "address is in 240.0.0.0/4";
	if (addr >> 24 == 127 && !on_loopback)
		return "address is loopback but did not arrive on loopback";
	return NULL;
}

bool
wire_valid_address(uint32_t addr, bool on_loopback)
{
	return address_fault(addr, on_loopback) == NULL;
}

enum text_kind {
	TEXT_WHOLE,
	TEXT_CUT, /* by the sender: no NUL */
	TEXT_UNPRINTABLE,
};

/* Copy the text in a field of len octets to dst, which has the same size and is zeroed.
 * isprint() is not used, because it depends on the locale. */
static enum text_kind
copy_text(char *dst, const uint8_t *field, size_t len)
{
	const size_t text_len = strnlen((const char *)field, len);

	for (size_t i = 0; i < text_len; i++)
		if (field[i] < 0x20 || field[i] > 0x7e)
			return TEXT_UNPRINTABLE;
	memcpy(dst, field, text_len < len ? text_len : len - 1);
	return text_len < len ? TEXT_WHOLE : TEXT_CUT;
}

/* The payload of a response as it is on the wire. */
struct payload {
	const uint8_t *version;
	const uint8_t *hostname;
	uint32_t addr;
	uint32_t port; /* an int on the wire: a negative one is large here */
};

/* Set *resp, which was zeroed by the caller.  Returns the fault, or NULL.  *cut, which was
 * NULL, is set if a text was truncated. */
static const char *
check_response(const struct payload *raw, bool on_loopback, struct wire_response *resp,
	       const char **cut)
{
	const char *fault;

	switch (copy_text(resp->version, raw->version, WIRE_VERSION_LEN)) {
	case TEXT_UNPRINTABLE:
		return "version has an octet outside 0x20..0x7e";
	case TEXT_CUT:
		*cut = "version is not terminated; its last octet is dropped";
		break;
	case TEXT_WHOLE:
		break;
	}
	switch (copy_text(resp->hostname, raw->hostname, WIRE_HOSTNAME_LEN)) {
	case TEXT_UNPRINTABLE:
		return "hostname has an octet outside 0x20..0x7e";
	case TEXT_CUT:
		*cut = "hostname is not terminated; its last octet is dropped";
		break;
	case TEXT_WHOLE:
		break;
	}
	fault = address_fault(raw->addr, on_loopback);
	if (fault != NULL)
		return fault;
	resp->addr = raw->addr;
	if (raw->port < 1 || raw->port > UINT16_MAX)
		return "port is not in 1..65535";
	resp->port = (uint16_t)raw->port;
	return NULL;
}

enum verdict
wire_decode(const uint8_t *buf, size_t len, bool on_loopback, struct wire_response *resp,
	    const char **reason)
{
	struct cursor c = {.p = buf, .left = len};
	struct wire_response checked = {0};
	struct payload raw;
	const char *fault, *cut = NULL;
	uint32_t version_no = take_u32(&c);
	uint32_t magic_no = take_u32(&c);
	uint32_t msg_type = take_u32(&c);

	take_u32(&c); /* resv: ignored when received */
	raw.version = take(&c, WIRE_VERSION_LEN);
	raw.hostname = take(&c, WIRE_HOSTNAME_LEN);
	raw.addr = take_u32(&c);
	raw.port = take_u32(&c);

	if (reason != NULL)
		*reason = NULL;
	if (c.bad)
		return VERDICT_SHORT;
	if (magic_no != MAC_MULTI_MAGIC_NO)
		return VERDICT_BAD_MAGIC;
	if (version_no != MAC_MULTI_VERSION)
		return VERDICT_BAD_VERSION;

	switch (msg_type) {
	case SEND_MSG:
		return VERDICT_MAC_QUERY;
	case RESPONSE_MSG:
		return VERDICT_MAC_ANSWER;
	case LDMD_DISC_SEND:
		return VERDICT_FOREIGN_REQUEST;
	case LDMD_DISC_RESP:
		break;
	default:
		return VERDICT_UNKNOWN_TYPE;
	}

	fault = check_response(&raw, on_loopback, &checked, &cut);
	if (reason != NULL)
		*reason = fault != NULL ? fault : cut;
	if (fault != NULL)
		return VERDICT_MALFORMED;
	*resp = checked;
	return VERDICT_ACCEPTED;
}

const char *
wire_verdict_name(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_SHORT:
		return "short";
	case VERDICT_BAD_MAGIC:
		return "bad magic";
	case VERDICT_BAD_VERSION:
		return "bad version";
	case VERDICT_MAC_QUERY:
		return "MAC query";
	case VERDICT_MAC_ANSWER:
		return "MAC answer";
	case VERDICT_OWN_REQUEST:
		return "own request";
	case VERDICT_FOREIGN_REQUEST:
		return "foreign request";
	case VERDICT_UNKNOWN_TYPE:
		return "unknown type";
	case VERDICT_MALFORMED:
		return "malformed";
	case VERDICT_DENIED:
		return "denied";
	case VERDICT_NO_ROOM:
		return "no room";
	case VERDICT_UNCONFIRMED:
		return "unconfirmed";
	case VERDICT_ACCEPTED:
		return "accepted";
	}
	return "invalid";
}
