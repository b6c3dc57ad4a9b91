/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz.h - what a fuzz target provides: libFuzzer calls it with what it makes up,
 * corpus.c with the files of the corpus.  What must not be aborts.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* assert(3) that stays with -DNDEBUG. */
#define FUZZ_EXPECT(condition)    \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

/* Nothing raw gets out. */
static inline void
fuzz_expect_printable(const char *text)
{
	for (; *text != '\0'; text++)
		FUZZ_EXPECT(*text >= 0x20 && *text <= 0x7e);
}

#endif /* FUZZ_H */
