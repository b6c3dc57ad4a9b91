/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/parse.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int
parse_unsigned(const char *text, unsigned long min, unsigned long max, unsigned long *out)
{
	unsigned long value = 0;

	if (*text == '\0')
		return -1;
	for (; *text != '\0'; text++)
		if (!is_digit(*text) || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (unsigned long)(*text - '0'), &value))
			return -1;
	if (value < min || value > max)
		return -1;
	*out = value;
	return 0;
}

int
parse_address(const char *text, uint32_t *out)
{
	struct in_addr addr;

	if (inet_pton(AF_INET, text, &addr) != 1)
		return -1;
	*out = ntohl(addr.s_addr);
	return 0;
}

int
parse_subnet(const char *text, uint32_t *addr, unsigned int *prefix_len)
{
	const char *slash = strchr(text, '/');
	unsigned long bits = 32;
	char copy[INET_ADDRSTRLEN];
	uint32_t value;

	if (slash == NULL)
		slash = text + strlen(text);
	else if (parse_unsigned(slash + 1, 0, 32, &bits) < 0)
		return -1;
	if (slash - text >= (ptrdiff_t)sizeof(copy))
		return -1;
	memcpy(copy, text, (size_t)(slash - text));
	copy[slash - text] = '\0';
	if (parse_address(copy, &value) < 0)
		return -1;
	*addr = value;
	*prefix_len = (unsigned int)bits;
	return 0;
}
