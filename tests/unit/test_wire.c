/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/wire.h"

/* Independent of those in wire.c; the golden vectors verify both. */
#define VERSION_NO 0
#define MAGIC_NO 4
#define MSG_TYPE 8
#define RESV 12
#define PAYLOAD 16
#define LDMD_VERSION 16
#define HOSTNAME 48
#define IP_ADDRESS 304
#define PORT_NO 308

#define LARGEST_DATAGRAM 65507 /* UDP over IPv4: 65535 - 20 - 8 */

/* From the folder TEST_VECTORS, by default the one in the source tree: automake sets srcdir
 * for its tests. */
static void
load(const char *name, uint8_t msg[WIRE_MSG_LEN])
{
	const char *folder = getenv("TEST_VECTORS");
	const char *srcdir = getenv("srcdir");
	char path[4096];
	FILE *file;

	if (folder != NULL)
		snprintf(path, sizeof(path), "%s/%s.bin", folder, name);
	else
		snprintf(path, sizeof(path), "%s/tests/vectors/%s.bin",
			 srcdir == NULL ? "." : srcdir, name);
	file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("cannot open %s", path);
	assert_int_equal(fread(msg, 1, WIRE_MSG_LEN, file), WIRE_MSG_LEN);
	assert_int_equal(fgetc(file), EOF);
	fclose(file);
}

static void
put_u32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Decode a copy that ends where its memory ends, so that sanitizers and valgrind detect
 * reads beyond it.  *resp must not change unless the datagram is accepted. */
static enum verdict
decode_on(const uint8_t *msg, size_t len, bool on_loopback, struct wire_response *resp,
	  const char **reason)
{
	/* NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI): an end where len is 0, too */
	uint8_t *exact = malloc(len);
	struct wire_response before;
	enum verdict verdict;

	assert_true(exact != NULL || len == 0);
	if (len > 0)
		memcpy(exact, msg, len);
	memset(resp, 0x5a, sizeof(*resp));
	memset(&before, 0x5a, sizeof(before));
	*reason = "not set";
	verdict = wire_decode(exact, len, on_loopback, resp, reason);
	free(exact);

	if (verdict != VERDICT_ACCEPTED)
		assert_memory_equal(resp, &before, sizeof(before));
	if (verdict == VERDICT_MALFORMED)
		assert_non_null(*reason);
	else if (verdict != VERDICT_ACCEPTED) /* which may report a truncated text */
		assert_null(*reason);
	return verdict;
}

static enum verdict
verdict_of(const uint8_t *msg, size_t len)
{
	struct wire_response resp;
	const char *reason;

	return decode_on(msg, len, false, &resp, &reason);
}

static void
assert_malformed(const uint8_t *msg, bool on_loopback, const char *expected)
{
	struct wire_response resp;
	const char *reason;

	assert_int_equal(decode_on(msg, WIRE_MSG_LEN, on_loopback, &resp, &reason),
			 VERDICT_MALFORMED);
	assert_string_equal(reason, expected);
}

static void
assert_accepted(const uint8_t *msg, const char *version, const char *hostname, uint32_t addr,
		uint16_t port)
{
	struct wire_response resp;
	const char *reason;

	assert_int_equal(decode_on(msg, WIRE_MSG_LEN, false, &resp, &reason), VERDICT_ACCEPTED);
	assert_null(reason);
	assert_string_equal(resp.version, version);
	assert_string_equal(resp.hostname, hostname);
	assert_int_equal(resp.addr, addr);
	assert_int_equal(resp.port, port);
}

static struct wire_response
longest(void)
{
	struct wire_response resp = {.addr = 0xc612fffe, .port = 6482};

	for (int i = 0; i < WIRE_VERSION_LEN - 1; i++)
		resp.version[i] = (char)('0' + i % 10);
	for (int i = 0; i < WIRE_HOSTNAME_LEN - 1; i++)
		resp.hostname[i] = (char)('a' + i % 26);
	return resp;
}

static void
assert_encodes(const struct wire_response *resp, const char *vector)
{
	uint8_t golden[WIRE_MSG_LEN];
	uint8_t msg[WIRE_MSG_LEN];

	load(vector, golden);
	memset(msg, 0xff, sizeof(msg));
	wire_encode_response(msg, resp);
	assert_memory_equal(msg, golden, sizeof(msg));
}

static void
requests_are_encoded_as_on_sparc(void **state)
{
	uint8_t golden[WIRE_MSG_LEN];
	uint8_t msg[WIRE_MSG_LEN];

	(void)state;
	load("request", golden);
	memset(msg, 0xff, sizeof(msg));
	wire_encode_request(msg);
	assert_memory_equal(msg, golden, sizeof(msg));
}

static void
responses_are_encoded_as_on_sparc(void **state)
{
	struct wire_response typical = {"1.2", "t5240-17.example.com", 0xc0000211, 6482};
	struct wire_response empty = {"", "", 0x0a000001, 1};
	struct wire_response port_max = {"3.6.0.0", "m8", 0xdfffffff, 65535};
	struct wire_response full = longest();

	(void)state;
	assert_encodes(&typical, "response-typical");
	assert_encodes(&empty, "response-empty");
	assert_encodes(&port_max, "response-port-max");
	assert_encodes(&full, "response-longest");
}

static void
nothing_leaks_from_behind_the_strings(void **state)
{
	struct wire_response resp;

	(void)state;
	memset(&resp, 0x5a, sizeof(resp));
	memcpy(resp.version, "1.2", sizeof("1.2"));
	memcpy(resp.hostname, "t5240-17.example.com", sizeof("t5240-17.example.com"));
	resp.addr = 0xc0000211;
	resp.port = 6482;
	assert_encodes(&resp, "response-typical");
}

static void
mac_traffic_is_encoded_as_on_sparc(void **state)
{
	uint8_t golden[WIRE_MSG_LEN];
	uint8_t msg[WIRE_MSG_LEN];

	(void)state;
	load("mac-query", golden);
	memset(msg, 0xff, sizeof(msg));
	wire_encode_mac(msg, false, UINT64_C(0x00144ff8abcd), 0xc0000211);
	assert_memory_equal(msg, golden, sizeof(msg));

	load("mac-answer", golden);
	memset(msg, 0xff, sizeof(msg));
	wire_encode_mac(msg, true, UINT64_C(0x00144ffbffff), UINT32_MAX);
	assert_memory_equal(msg, golden, sizeof(msg));
}

static void
responses_are_decoded(void **state)
{
	struct wire_response full = longest();
	uint8_t msg[WIRE_MSG_LEN];

	(void)state;
	load("response-typical", msg);
	assert_accepted(msg, "1.2", "t5240-17.example.com", 0xc0000211, 6482);
	load("response-longest", msg);
	assert_accepted(msg, full.version, full.hostname, full.addr, full.port);
	load("response-empty", msg);
	assert_accepted(msg, "", "", 0x0a000001, 1);
	load("response-port-max", msg);
	assert_accepted(msg, "3.6.0.0", "m8", 0xdfffffff, 65535);
}

static void
resv_and_rubbish_behind_the_strings_are_ignored(void **state)
{
	struct wire_response resp;
	const char *reason;
	uint8_t msg[WIRE_MSG_LEN];

	(void)state;
	load("response-unclean", msg);
	assert_accepted(msg, "1.3", "t2000", 0xc00002c8, 6482);

	assert_int_equal(decode_on(msg, sizeof(msg), false, &resp, &reason), VERDICT_ACCEPTED);
	for (size_t i = sizeof("1.3"); i < sizeof(resp.version); i++)
		assert_int_equal(resp.version[i], 0);
	for (size_t i = sizeof("t2000"); i < sizeof(resp.hostname); i++)
		assert_int_equal(resp.hostname[i], 0);
}

static void
other_messages_are_told_apart(void **state)
{
	uint8_t msg[WIRE_MSG_LEN];

	(void)state;
	load("request", msg);
	assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_FOREIGN_REQUEST);
	load("request-unclean", msg);
	assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_FOREIGN_REQUEST);
	load("mac-query", msg);
	assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_MAC_QUERY);
	load("mac-answer", msg);
	assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_MAC_ANSWER);

	load("response-typical", msg);
	put_u32(msg + MSG_TYPE, 4);
	assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_UNKNOWN_TYPE);
	put_u32(msg + MSG_TYPE, UINT32_MAX);
	assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_UNKNOWN_TYPE);
	put_u32(msg + MSG_TYPE, 0x03000000); /* little-endian */
	assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_UNKNOWN_TYPE);
}

/* Start with all fields wrong, and correct one after the other. */
static void
the_first_fault_decides(void **state)
{
	uint8_t msg[WIRE_MSG_LEN];

	(void)state;
	memset(msg, 0xff, sizeof(msg));
	assert_int_equal(verdict_of(msg, sizeof(msg) - 1), VERDICT_SHORT);
	assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_BAD_MAGIC);
	put_u32(msg + MAGIC_NO, 92792004);
	assert_int_equal(verdict_of(msg, sizeof(msg) - 1), VERDICT_SHORT);
	assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_BAD_VERSION);
	for (uint32_t type = 0; type < 5; type++) {
		put_u32(msg + MSG_TYPE, type);
		assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_BAD_VERSION);
	}
	put_u32(msg + VERSION_NO, 1);
	assert_int_equal(verdict_of(msg, sizeof(msg) - 1), VERDICT_SHORT);
	put_u32(msg + MSG_TYPE, 0);
	assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_MAC_QUERY);
	put_u32(msg + MSG_TYPE, 1);
	assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_MAC_ANSWER);
	put_u32(msg + MSG_TYPE, 2);
	assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_FOREIGN_REQUEST);
	put_u32(msg + MSG_TYPE, 4);
	assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_UNKNOWN_TYPE);
	put_u32(msg + MSG_TYPE, 3);
	assert_int_equal(verdict_of(msg, sizeof(msg) - 1), VERDICT_SHORT);

	assert_malformed(msg, false, "version has an octet outside 0x20..0x7e");
	msg[LDMD_VERSION] = 0;
	assert_malformed(msg, false, "hostname has an octet outside 0x20..0x7e");
	msg[HOSTNAME] = 0;
	assert_malformed(msg, false, "address is in 240.0.0.0/4");
	put_u32(msg + IP_ADDRESS, 0xc0000201);
	assert_malformed(msg, false, "port is not in 1..65535");
	put_u32(msg + PORT_NO, 6482);
	assert_accepted(msg, "", "", 0xc0000201, 6482);
}

static void
each_bit_of_magic_and_version_counts(void **state)
{
	uint8_t msg[WIRE_MSG_LEN];

	(void)state;
	load("response-typical", msg);
	for (int bit = 0; bit < 32; bit++) {
		uint8_t mask = (uint8_t)(1 << bit % 8);

		msg[MAGIC_NO + bit / 8] ^= mask;
		assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_BAD_MAGIC);
		msg[MAGIC_NO + bit / 8] ^= mask;
		msg[VERSION_NO + bit / 8] ^= mask;
		assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_BAD_VERSION);
		msg[VERSION_NO + bit / 8] ^= mask;
	}
	assert_int_equal(verdict_of(msg, sizeof(msg)), VERDICT_ACCEPTED);
}

static void
length_is_what_was_received(void **state)
{
	static uint8_t msg[LARGEST_DATAGRAM];

	(void)state;
	memset(msg, 0xff, sizeof(msg));
	load("response-longest", msg);
	for (size_t len = 0; len < WIRE_MSG_LEN; len++)
		assert_int_equal(verdict_of(msg, len), VERDICT_SHORT);
	assert_int_equal(verdict_of(msg, WIRE_MSG_LEN), VERDICT_ACCEPTED);
	assert_int_equal(verdict_of(msg, WIRE_MSG_LEN + 1), VERDICT_ACCEPTED);
	assert_int_equal(verdict_of(msg, LARGEST_DATAGRAM), VERDICT_ACCEPTED);

	load("request", msg);
	assert_int_equal(verdict_of(msg, WIRE_MSG_LEN - 1), VERDICT_SHORT);
	assert_int_equal(verdict_of(msg, LARGEST_DATAGRAM), VERDICT_FOREIGN_REQUEST);
}

static void
an_empty_datagram_may_have_no_buffer(void **state)
{
	struct wire_response resp;

	(void)state;
	assert_int_equal(wire_decode(NULL, 0, false, &resp, NULL), VERDICT_SHORT);
}

static void
the_reason_is_optional(void **state)
{
	struct wire_response resp;
	uint8_t msg[WIRE_MSG_LEN];

	(void)state;
	load("response-typical", msg);
	assert_int_equal(wire_decode(msg, sizeof(msg), false, &resp, NULL), VERDICT_ACCEPTED);
	put_u32(msg + PORT_NO, 0);
	assert_int_equal(wire_decode(msg, sizeof(msg), false, &resp, NULL), VERDICT_MALFORMED);
}

static void
assert_cut(const uint8_t *msg, const char *version, const char *hostname, const char *expected)
{
	struct wire_response resp;
	const char *reason;

	assert_int_equal(decode_on(msg, WIRE_MSG_LEN, false, &resp, &reason), VERDICT_ACCEPTED);
	assert_string_equal(resp.version, version);
	assert_string_equal(resp.hostname, hostname);
	assert_string_equal(reason, expected);
}

/* strncpy() copies a longer text like this. */
static void
strings_without_a_nul_are_cut(void **state)
{
	const char *no_version = "version is not terminated; its last octet is dropped";
	const char *no_hostname = "hostname is not terminated; its last octet is dropped";
	const struct wire_response whole = longest();
	uint8_t msg[WIRE_MSG_LEN];

	(void)state;
	load("response-longest", msg);
	msg[LDMD_VERSION + 31] = 'x'; /* the next field begins with a NUL */
	msg[HOSTNAME] = 0;
	assert_cut(msg, whole.version, "", no_version);
	msg[LDMD_VERSION + 31] = 0x7f; /* also checked, although it is not shown */
	assert_malformed(msg, false, "version has an octet outside 0x20..0x7e");

	load("response-longest", msg);
	msg[HOSTNAME + 255] = 'x';
	put_u32(msg + IP_ADDRESS, 0x0a000001);
	assert_cut(msg, whole.version, whole.hostname, no_hostname);
	msg[LDMD_VERSION + 31] = 'x';
	assert_cut(msg, whole.version, whole.hostname, no_hostname);
	msg[HOSTNAME + 255] = '\n';
	assert_malformed(msg, false, "hostname has an octet outside 0x20..0x7e");
	msg[HOSTNAME + 255] = 'x';
	put_u32(msg + PORT_NO, 0);
	assert_malformed(msg, false, "port is not in 1..65535");
}

static void
strings_are_printable_ascii(void **state)
{
	uint8_t msg[WIRE_MSG_LEN];

	(void)state;
	load("response-longest", msg);
	for (int octet = 1; octet < 256; octet++) {
		if (octet >= 0x20 && octet <= 0x7e) {
			msg[LDMD_VERSION + 30] = (uint8_t)octet;
			msg[HOSTNAME + 254] = (uint8_t)octet;
			if (verdict_of(msg, sizeof(msg)) != VERDICT_ACCEPTED)
				fail_msg("octet %#x was refused", (unsigned int)octet);
			continue;
		}
		msg[LDMD_VERSION + 30] = 'x';
		msg[HOSTNAME + 254] = (uint8_t)octet;
		if (verdict_of(msg, sizeof(msg)) != VERDICT_MALFORMED)
			fail_msg("octet %#x was accepted", (unsigned int)octet);
		assert_malformed(msg, false, "hostname has an octet outside 0x20..0x7e");
		msg[LDMD_VERSION + 30] = (uint8_t)octet;
		msg[HOSTNAME + 254] = 'x';
		assert_malformed(msg, false, "version has an octet outside 0x20..0x7e");
		msg[LDMD_VERSION + 30] = 'x';
	}
	msg[HOSTNAME] = '\n';
	assert_malformed(msg, false, "hostname has an octet outside 0x20..0x7e");
}

static void
assert_address(uint32_t addr, const char *fault, const char *fault_on_loopback)
{
	uint8_t msg[WIRE_MSG_LEN];
	struct wire_response resp;
	const char *reason;

	assert_int_equal(wire_valid_address(addr, false), fault == NULL);
	assert_int_equal(wire_valid_address(addr, true), fault_on_loopback == NULL);

	load("response-typical", msg);
	put_u32(msg + IP_ADDRESS, addr);
	if (fault != NULL)
		assert_malformed(msg, false, fault);
	else
		assert_accepted(msg, "1.2", "t5240-17.example.com", addr, 6482);
	if (fault_on_loopback != NULL)
		assert_malformed(msg, true, fault_on_loopback);
	else
		assert_int_equal(decode_on(msg, sizeof(msg), true, &resp, &reason),
				 VERDICT_ACCEPTED);
}

static void
addresses_are_those_of_hosts(void **state)
{
	const char *zero = "address is in 0.0.0.0/8";
	const char *reserved = "address is in 240.0.0.0/4";
	const char *multicast = "address is multicast";
	const char *loopback = "address is loopback but did not arrive on loopback";

	(void)state;
	assert_address(0x00000000, zero, zero);
	assert_address(0x00000001, zero, zero);
	assert_address(0x00ffffff, zero, zero);
	assert_address(0x01000000, NULL, NULL);
	assert_address(0x7effffff, NULL, NULL);
	assert_address(0x7f000000, loopback, NULL);
	assert_address(0x7f000001, loopback, NULL);
	assert_address(0x7fffffff, loopback, NULL);
	assert_address(0x80000000, NULL, NULL);
	assert_address(0xdfffffff, NULL, NULL);
	assert_address(0xe0000000, multicast, multicast);
	assert_address(WIRE_GROUP, multicast, multicast);
	assert_address(0xefffffff, multicast, multicast);
	assert_address(0xf0000000, reserved, reserved);
	assert_address(0xfffffffe, reserved, reserved);
	assert_address(0xffffffff, reserved, reserved);
}

static void
ports_are_16_bits_and_not_zero(void **state)
{
	const uint32_t bad[] = {0,          65536,      0x10000 + 6482, 0x19520000,
				0x7fffffff, 0x80000000, 0x80001952,     0xffffffff};
	uint8_t msg[WIRE_MSG_LEN];

	(void)state;
	load("response-typical", msg);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put_u32(msg + PORT_NO, bad[i]);
		if (verdict_of(msg, sizeof(msg)) != VERDICT_MALFORMED)
			fail_msg("port %#x was accepted", (unsigned int)bad[i]);
		assert_malformed(msg, false, "port is not in 1..65535");
	}
	for (uint32_t port = 1; port <= 65535; port += 257) {
		put_u32(msg + PORT_NO, port);
		assert_accepted(msg, "1.2", "t5240-17.example.com", 0xc0000211, (uint16_t)port);
	}
}

static void
buffers_need_no_alignment(void **state)
{
	struct wire_response typical = {"1.2", "t5240-17.example.com", 0xc0000211, 6482};
	uint8_t golden[WIRE_MSG_LEN];
	uint8_t room[WIRE_MSG_LEN + 8];
	struct wire_response resp;

	(void)state;
	load("response-typical", golden);
	for (size_t shift = 0; shift < 8; shift++) {
		memset(room, 0xff, sizeof(room));
		wire_encode_response(room + shift, &typical);
		assert_memory_equal(room + shift, golden, sizeof(golden));
		for (size_t i = 0; i < sizeof(room); i++)
			if (i < shift || i >= shift + WIRE_MSG_LEN)
				assert_int_equal(room[i], 0xff);
		assert_int_equal(wire_decode(room + shift, WIRE_MSG_LEN, false, &resp, NULL),
				 VERDICT_ACCEPTED);
		assert_int_equal(resp.addr, typical.addr);
		wire_encode_mac(room + shift, true, UINT64_C(0x00144ff80001), 0xc0000211);
		wire_encode_request(room + shift);
		assert_int_equal(wire_decode(room + shift, WIRE_MSG_LEN, false, &resp, NULL),
				 VERDICT_FOREIGN_REQUEST);
	}
}

static void
verdicts_have_names_of_their_own(void **state)
{
	(void)state;
	assert_string_equal(wire_verdict_name(VERDICT_SHORT), "short");
	assert_string_equal(wire_verdict_name(VERDICT_BAD_MAGIC), "bad magic");
	assert_string_equal(wire_verdict_name(VERDICT_ACCEPTED), "accepted");
	for (int a = 0; a <= VERDICT_COUNT; a++)
		for (int b = 0; b < a; b++)
			assert_string_not_equal(wire_verdict_name((enum verdict)a),
						wire_verdict_name((enum verdict)b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requests_are_encoded_as_on_sparc),
	    cmocka_unit_test(responses_are_encoded_as_on_sparc),
	    cmocka_unit_test(nothing_leaks_from_behind_the_strings),
	    cmocka_unit_test(mac_traffic_is_encoded_as_on_sparc),
	    cmocka_unit_test(responses_are_decoded),
	    cmocka_unit_test(resv_and_rubbish_behind_the_strings_are_ignored),
	    cmocka_unit_test(other_messages_are_told_apart),
	    cmocka_unit_test(the_first_fault_decides),
	    cmocka_unit_test(each_bit_of_magic_and_version_counts),
	    cmocka_unit_test(length_is_what_was_received),
	    cmocka_unit_test(an_empty_datagram_may_have_no_buffer),
	    cmocka_unit_test(the_reason_is_optional),
	    cmocka_unit_test(strings_without_a_nul_are_cut),
	    cmocka_unit_test(strings_are_printable_ascii),
	    cmocka_unit_test(addresses_are_those_of_hosts),
	    cmocka_unit_test(ports_are_16_bits_and_not_zero),
	    cmocka_unit_test(buffers_need_no_alignment),
	    cmocka_unit_test(verdicts_have_names_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
