/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz.h - the entry point of a fuzz target: libFuzzer calls it with generated inputs,
 * corpus.c with the files of the corpus.  A violated expectation aborts.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* As assert(3), but also with -DNDEBUG. */
#define FUZZ_EXPECT(condition)    \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

/* Output must be printable ASCII. */
static inline void
fuzz_expect_printable(const char *text)
{
	for (; *text != '\0'; text++)
		FUZZ_EXPECT(*text >= 0x20 && *text <= 0x7e);
}

#endif /* FUZZ_H */
