/* SPDX-License-Identifier: BSD-2-Clause */
/* Feeds files to a fuzz target, with any compiler: "fuzz_wire FILE...". */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

static uint8_t text[1 << 20];

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		uint8_t *copy;
		size_t len;

		if (file == NULL) {
			fprintf(stderr, "%s: %s\n", argv[i], strerror(errno));
			return 99;
		}
		len = fread(text, 1, sizeof(text), file);
		fclose(file);
		/* Of the exact length, so that a sanitizer detects a read beyond the end. */
		copy = malloc(len > 0 ? len : 1);
		if (copy == NULL)
			return 99;
		memcpy(copy, text, len);
		LLVMFuzzerTestOneInput(copy, len);
		free(copy);
	}
	printf("%d inputs\n", argc - 1);
	return argc > 1 ? 0 : 99;
}
