/* SPDX-License-Identifier: BSD-2-Clause */
/* A datagram from the network: an accepted answer can be encoded, and decodes to the
 * same values. */
#include <stdbool.h>
#include <string.h>

#include "core/wire.h"
#include "fuzz.h"

#define HEADER_LEN 16

static void
expect_text(const char *text, size_t size)
{
	FUZZ_EXPECT(memchr(text, '\0', size) != NULL);
	fuzz_expect_printable(text);
}

static bool
has_unterminated_text(const uint8_t *msg)
{
	const uint8_t *version = msg + HEADER_LEN, *hostname = version + WIRE_VERSION_LEN;

	return memchr(version, '\0', WIRE_VERSION_LEN) == NULL ||
	       memchr(hostname, '\0', WIRE_HOSTNAME_LEN) == NULL;
}

static void
judge(const uint8_t *data, size_t len, bool on_loopback)
{
	struct wire_response resp, again;
	uint8_t buf[WIRE_MSG_LEN];
	const char *reason = "untouched";
	const enum verdict verdict = wire_decode(data, len, on_loopback, &resp, &reason);

	FUZZ_EXPECT(verdict < VERDICT_COUNT);
	FUZZ_EXPECT((len < WIRE_MSG_LEN) == (verdict == VERDICT_SHORT));
	if (verdict != VERDICT_ACCEPTED) {
		FUZZ_EXPECT((verdict == VERDICT_MALFORMED) == (reason != NULL));
		return;
	}
	FUZZ_EXPECT((reason != NULL) == has_unterminated_text(data));
	expect_text(resp.hostname, sizeof(resp.hostname));
	expect_text(resp.version, sizeof(resp.version));
	FUZZ_EXPECT(resp.port != 0 && wire_valid_address(resp.addr, on_loopback));
	wire_encode_response(buf, &resp);
	FUZZ_EXPECT(wire_decode(buf, sizeof(buf), on_loopback, &again, NULL) == VERDICT_ACCEPTED);
	FUZZ_EXPECT(strcmp(resp.hostname, again.hostname) == 0 &&
		    strcmp(resp.version, again.version) == 0 && resp.addr == again.addr &&
		    resp.port == again.port);
}

/* The datagrams that we send ourselves are recognized as what they are. */
static void
send(uint64_t mac)
{
	uint8_t buf[WIRE_MSG_LEN];
	struct wire_response resp;

	wire_encode_request(buf);
	FUZZ_EXPECT(wire_decode(buf, sizeof(buf), false, &resp, NULL) == VERDICT_FOREIGN_REQUEST);
	wire_encode_mac(buf, false, mac, (uint32_t)mac);
	FUZZ_EXPECT(wire_decode(buf, sizeof(buf), false, &resp, NULL) == VERDICT_MAC_QUERY);
	wire_encode_mac(buf, true, mac, (uint32_t)mac);
	FUZZ_EXPECT(wire_decode(buf, sizeof(buf), false, &resp, NULL) == VERDICT_MAC_ANSWER);
	for (int verdict = 0; verdict <= VERDICT_COUNT; verdict++)
		FUZZ_EXPECT(wire_verdict_name((enum verdict)verdict)[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	judge(data, len, false);
	judge(data, len, true);
	if (len == sizeof(uint64_t)) {
		uint64_t mac;

		memcpy(&mac, data, sizeof(mac));
		send(mac);
	}
	return 0;
}
