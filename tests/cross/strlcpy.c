/* SPDX-License-Identifier: BSD-2-Clause */
/* The function of libbsd that the core uses; libbsd is not available for other machines. */
#include <string.h>

size_t strlcpy(char *to, const char *from, size_t size);
size_t strlcat(char *to, const char *from, size_t size);

size_t
strlcpy(char *to, const char *from, size_t size)
{
	const size_t len = strlen(from);

	if (size > 0) {
		const size_t copied = len < size ? len : size - 1;

		memcpy(to, from, copied);
		to[copied] = '\0';
	}
	return len;
}

size_t
strlcat(char *to, const char *from, size_t size)
{
	const size_t len = strnlen(to, size);

	return len + strlcpy(to + len, from, size - len);
}
