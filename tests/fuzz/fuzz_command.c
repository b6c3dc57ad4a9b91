/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands for the responder, one a line: whatever they do, its managers say only
 * what a manager can. */
#include <stdlib.h>
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

/* The reply is one line, or a list and one line. */
static void
run(const char *line, struct cast *cast, struct answers *answers)
{
	char *reply;
	size_t len, lines = 0;
	FILE *out = open_memstream(&reply, &len);

	command_run(line, cast, answers, out);
	fclose(out);
	for (size_t i = 0; i < len; i++)
		lines += reply[i] == '\n';
	FUZZ_EXPECT(strlen(reply) == len && len > 0 && reply[len - 1] == '\n');
	FUZZ_EXPECT(lines == 1 || lines == cast_count(cast) + 1);
	free(reply);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct cast_script script = {.first_address = 0xc6120001,
						  .count = 5,
						  .hostname = "ldom%u",
						  .version = "1.2",
						  .port = 6482};
	char error[CAST_ERROR_LEN], line[COMMAND_LINE_LEN];
	struct cast *cast = cast_new(&script, error);
	struct answers *answers = answers_new(cast, WIRE_GROUP, WIRE_PORT, 1);
	const uint8_t *end = data + len;

	while (data < end) {
		const uint8_t *newline = memchr(data, '\n', (size_t)(end - data));
		size_t line_len = (size_t)((newline != NULL ? newline : end) - data);

		if (line_len < sizeof(line)) {
			memcpy(line, data, line_len);
			line[line_len] = '\0';
			run(line, cast, answers);
		}
		data = newline != NULL ? newline + 1 : end;
	}
	expect_possible(cast);
	answers_free(answers);
	cast_free(cast);
	return 0;
}
