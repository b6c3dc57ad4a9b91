/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands for the responder, one a line: whatever they do, its managers send only
 * valid answers. */
#include <stdlib.h>
#include <string.h>

#include "responder/command.h"
#include "fuzz.h"

static void
expect_possible(const struct fleet *fleet)
{
	uint8_t buf[WIRE_MSG_LEN];
	struct wire_response resp;

	for (size_t i = 0; i < fleet_count(fleet); i++) {
		wire_encode_response(buf, &fleet_get(fleet, i)->response);
		FUZZ_EXPECT(wire_decode(buf, sizeof(buf), false, &resp, NULL) == VERDICT_ACCEPTED);
	}
}

/* The reply is one line, or a list and one line. */
static void
run(const char *line, struct fleet *fleet, struct answers *answers)
{
	char *reply;
	size_t len, lines = 0;
	FILE *out = open_memstream(&reply, &len);

	command_run(line, fleet, answers, out);
	fclose(out);
	for (size_t i = 0; i < len; i++)
		lines += reply[i] == '\n';
	FUZZ_EXPECT(strlen(reply) == len && len > 0 && reply[len - 1] == '\n');
	FUZZ_EXPECT(lines == 1 || lines == fleet_count(fleet) + 1);
	free(reply);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct fleet_settings settings = {.first_address = 0xc6120001,
						       .count = 5,
						       .hostname = "ldom%u",
						       .version = "1.2",
						       .port = 6482};
	char error[FLEET_ERROR_LEN], line[COMMAND_LINE_LEN];
	struct fleet *fleet = fleet_new(&settings, error);
	struct answers *answers = answers_new(fleet, WIRE_GROUP, WIRE_PORT, 1);
	const uint8_t *end = data + len;

	while (data < end) {
		const uint8_t *newline = memchr(data, '\n', (size_t)(end - data));
		size_t line_len = (size_t)((newline != NULL ? newline : end) - data);

		if (line_len < sizeof(line)) {
			memcpy(line, data, line_len);
			line[line_len] = '\0';
			run(line, fleet, answers);
		}
		data = newline != NULL ? newline + 1 : end;
	}
	expect_possible(fleet);
	answers_free(answers);
	fleet_free(fleet);
	return 0;
}
