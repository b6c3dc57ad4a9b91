/* SPDX-License-Identifier: BSD-2-Clause */
/* A state file: an accepted state can be written and read again, and then is the same. */
#include <string.h>

#include "store/state.h"
#include "fuzz.h"

static char *
write_again(const struct state *state, size_t *len)
{
	char *text = state_encode(state, len);

	FUZZ_EXPECT(text != NULL && text[*len] == '\0');
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct state_limits limits = {.managers = 1000, .events = 1000};
	struct state state, again;
	struct state_error error;
	size_t first_len, second_len;
	char *first, *second;

	state_salvage_last_id((const char *)data, len);
	if (state_decode(&state, (const char *)data, len, &limits, &error) < 0) {
		fuzz_expect_printable(error.text);
		return 0;
	}
	first = write_again(&state, &first_len);
	FUZZ_EXPECT(first_len <= state_max_len(&limits));
	FUZZ_EXPECT(state_decode(&again, first, first_len, &limits, &error) == 0);
	FUZZ_EXPECT(state_salvage_last_id(first, first_len) == state.last_id);
	second = write_again(&again, &second_len);
	FUZZ_EXPECT(first_len == second_len && memcmp(first, second, first_len) == 0);
	free(first);
	free(second);
	state_clear(&state);
	state_clear(&again);
	return 0;
}
