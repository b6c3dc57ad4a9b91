/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands for the responder, one a line: whatever they do, its managers say only
 * what a manager can. */
#include <string.h>

#include "responder/command.h"
#include "fuzz.h"

static void
expect_possible(const struct cast *cast)
{
	uint8_t buf[WIRE_MSG_LEN];
	struct wire_response resp;

	for (size_t i = 0; i < cast_count(cast); i++) {
		wire_encode_response(buf, &cast_get(cast, i)->says);
		FUZZ_EXPECT(wire_decode(buf, sizeof(buf), false, &resp, NULL) == VERDICT_ACCEPTED);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct cast_script script = {.first_address = 0xc6120001,
						  .count = 5,
						  .hostname = "ldom%u",
						  .version = "1.2",
						  .port = 6482};
	char error[CAST_ERROR_LEN], reply[COMMAND_REPLY_LEN], line[COMMAND_LINE_LEN];
	struct cast *cast = cast_new(&script, error);
	struct answers *answers = answers_new(cast, WIRE_GROUP, WIRE_PORT, 1);
	const uint8_t *end = data + len;

	while (data < end) {
		const uint8_t *newline = memchr(data, '\n', (size_t)(end - data));
		size_t line_len = (size_t)((newline != NULL ? newline : end) - data);

		if (line_len < sizeof(line)) {
			memcpy(line, data, line_len);
			line[line_len] = '\0';
			command_run(line, cast, answers, reply);
			FUZZ_EXPECT(strlen(reply) < sizeof(reply) && strchr(reply, '\n') == NULL);
		}
		data = newline != NULL ? newline + 1 : end;
	}
	expect_possible(cast);
	answers_free(answers);
	cast_free(cast);
	return 0;
}
