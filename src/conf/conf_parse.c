/* SPDX-License-Identifier: BSD-2-Clause */
/* Text to values; none of it depends on the locale. */
#include "conf/conf.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "conf/conf_token.h"
#include "core/format.h"
#include "core/wire.h"

static const struct unit {
	const char *name;
	int64_t us;
	bool written; /* used for output: nobody reads 7d more easily as 1w */
} units[] = {
    {"w", INT64_C(604800000000), false}, {"d", INT64_C(86400000000), true},
    {"h", INT64_C(3600000000), true},    {"m", INT64_C(60000000), true},
    {"s", INT64_C(1000000), true},       {"", INT64_C(1000000), false},
    {"ms", INT64_C(1000), true},
};
#define UNIT_COUNT (sizeof(units) / sizeof(units[0]))

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const struct unit *
find_unit(const char *name)
{
	for (size_t i = 0; i < UNIT_COUNT; i++)
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	return NULL;
}

int
config_parse_duration(const char *text, int64_t *out_us)
{
	int64_t whole = 0, numerator = 0, denominator = 1;

	if (!is_digit(*text))
		return -1;
	for (; is_digit(*text); text++)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, *text - '0', &whole))
			return -1;
	if (*text == '.') {
		if (!is_digit(*++text))
			return -1;
		for (; is_digit(*text); text++) {
			/* Six digits of a week still leave room, the rest is below the clock's
			 * resolution for the units that need it. */
			if (denominator == 1000000)
				continue;
			numerator = numerator * 10 + (*text - '0');
			denominator *= 10;
		}
	}

	const struct unit *unit = find_unit(text);

	if (unit == NULL || __builtin_mul_overflow(whole, unit->us, &whole) ||
	    __builtin_add_overflow(whole, numerator * unit->us / denominator, &whole))
		return -1;
	*out_us = whole;
	return 0;
}

char *
config_format_duration(int64_t us, char buf[CONFIG_DURATION_LEN])
{
	if (us == 0) {
		snprintf(buf, CONFIG_DURATION_LEN, "0");
		return buf;
	}
	for (size_t i = 0; i < UNIT_COUNT; i++)
		if (units[i].written && us % units[i].us == 0) {
			snprintf(buf, CONFIG_DURATION_LEN, "%" PRId64 "%s", us / units[i].us,
				 units[i].name);
			return buf;
		}
	snprintf(buf, CONFIG_DURATION_LEN, "%" PRId64 ".%03dms", us / 1000, (int)(us % 1000));
	return buf;
}

int
config_parse_unsigned(const char *text, unsigned long min, unsigned long max, unsigned long *out)
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
config_parse_address(const char *text, uint32_t *out)
{
	struct in_addr addr;

	if (inet_pton(AF_INET, text, &addr) != 1)
		return -1;
	*out = ntohl(addr.s_addr);
	return 0;
}

int
config_parse_subnet(const char *text, uint32_t *addr, unsigned int *prefix_len)
{
	const char *slash = strchr(text, '/');
	unsigned long bits = 32;
	char copy[INET_ADDRSTRLEN];
	uint32_t value;

	if (slash == NULL)
		slash = text + strlen(text);
	else if (config_parse_unsigned(slash + 1, 0, 32, &bits) < 0)
		return -1;
	if (slash - text >= (ptrdiff_t)sizeof(copy))
		return -1;
	memcpy(copy, text, (size_t)(slash - text));
	copy[slash - text] = '\0';
	if (config_parse_address(copy, &value) < 0)
		return -1;
	*addr = value;
	*prefix_len = (unsigned int)bits;
	return 0;
}

static uint32_t
first_address(uint32_t addr, unsigned int prefix_len)
{
	return prefix_len > 0 ? addr & UINT32_MAX << (32 - prefix_len) : 0;
}

/* Text that can be written into a line. */
static bool
is_text(const char *word)
{
	size_t len = strlen(word);

	if (len == 0 || len > CONFIG_VALUE_MAX || *word == ' ')
		return false;
	for (; *word != '\0'; word++)
		if ((unsigned char)*word < ' ' || *word == 0x7f)
			return false;
	return true;
}

static bool
is_ascii(const char *word)
{
	while (*word != '\0')
		if ((unsigned char)*word++ > 0x7f)
			return false;
	return true;
}

static bool
parse_keyword(const char *const *keywords, const char *word, int64_t *out)
{
	for (int64_t i = 0; keywords[i] != NULL; i++)
		if (strcasecmp(keywords[i], word) == 0) {
			*out = i;
			return true;
		}
	return false;
}

bool
config_token_parse(const struct config_token *token, const char *word, int64_t *out)
{
	unsigned long number;
	unsigned int prefix_len;
	uint32_t addr;

	*out = 0;
	switch (token->kind) {
	case KIND_NUMBER:
	case KIND_NETSNMP_NUMBER:
		if (config_parse_unsigned(word, (unsigned long)token->min,
					  (unsigned long)token->max, &number) < 0)
			return false;
		*out = (int64_t)number;
		return true;
	case KIND_DURATION:
		return config_parse_duration(word, out) == 0 &&
		       ((*out >= token->min && *out <= token->max) ||
			(*out == 0 && token->zero != NULL));
	case KIND_GROUP:
		if (config_parse_address(word, &addr) < 0 || addr >> 28 != 0xe)
			return false;
		*out = addr;
		return true;
	case KIND_MANAGER: /* loopback: it may be on an interface of that kind */
		if (config_parse_address(word, &addr) < 0 || !wire_valid_address(addr, true))
			return false;
		*out = addr;
		return true;
	case KIND_ACCEPT:
	case KIND_DENY:
		return config_parse_subnet(word, &addr, &prefix_len) == 0 &&
		       addr == first_address(addr, prefix_len);
	case KIND_KEYWORD:
		return parse_keyword(token->keywords, word, out);
	case KIND_SOURCE_PORT:
		if (parse_keyword(token->keywords, word, out)) {
			*out = -*out;
			return true;
		}
		if (config_parse_unsigned(word, 1, UINT16_MAX, &number) < 0)
			return false;
		*out = (int64_t)number;
		return true;
	case KIND_CONTEXT:
		return is_text(word) && is_ascii(word) && strlen(word) <= (size_t)token->max;
	case KIND_STATE_FILE:
		return is_text(word) && (*word == '/' || strcmp(word, CONFIG_NO_STATE_FILE) == 0);
	case KIND_PATTERNS:
		return is_text(word) && strcmp(word, "!") != 0;
	case KIND_NETSNMP_ADDRESS: /* net-snmp would see a comment, quoted or not */
		return is_text(word) && *word != '#' && strchr(word, ',') == NULL;
	}
	return false;
}

static void
describe_subnet(const char *word, char buf[CONFIG_EXPECTED_LEN])
{
	char subnet[FORMAT_ADDRESS_LEN], single[FORMAT_ADDRESS_LEN];
	unsigned int prefix_len;
	uint32_t addr;

	if (word == NULL || config_parse_subnet(word, &addr, &prefix_len) < 0)
		snprintf(buf, CONFIG_EXPECTED_LEN,
			 "an address or a subnet such as 192.0.2.7 or 192.0.2.0/24");
	else
		snprintf(buf, CONFIG_EXPECTED_LEN, "%s/%u, with no bits beyond the prefix, or %s",
			 format_address(first_address(addr, prefix_len), subnet), prefix_len,
			 format_address(addr, single));
}

char *
config_token_expected(const struct config_token *token, const char *word,
		      char buf[CONFIG_EXPECTED_LEN])
{
	char min[CONFIG_DURATION_LEN], max[CONFIG_DURATION_LEN];
	const char *const *k = token->keywords;

	switch (token->kind) {
	case KIND_NUMBER:
	case KIND_NETSNMP_NUMBER:
		snprintf(buf, CONFIG_EXPECTED_LEN, "a number from %" PRId64 " to %" PRId64,
			 token->min, token->max);
		break;
	case KIND_DURATION:
		snprintf(buf, CONFIG_EXPECTED_LEN,
			 "%s%s%sa duration such as 500ms, 30s or 5m, from %s to %s",
			 token->zero != NULL ? "0 (" : "", token->zero != NULL ? token->zero : "",
			 token->zero != NULL ? ") or " : "",
			 config_format_duration(token->min, min),
			 config_format_duration(token->max, max));
		break;
	case KIND_GROUP:
		snprintf(buf, CONFIG_EXPECTED_LEN,
			 "an IPv4 multicast address, from 224.0.0.0 to 239.255.255.255");
		break;
	case KIND_KEYWORD:
		snprintf(buf, CONFIG_EXPECTED_LEN, "%s or %s", k[1], k[0]);
		break;
	case KIND_SOURCE_PORT:
		snprintf(buf, CONFIG_EXPECTED_LEN, "%s, %s, %s or the number that port is set to",
			 k[0], k[1], k[2]);
		break;
	case KIND_ACCEPT:
	case KIND_DENY:
		describe_subnet(word, buf);
		break;
	case KIND_MANAGER:
		snprintf(buf, CONFIG_EXPECTED_LEN,
			 "an IPv4 address that a manager can have: not in 0.0.0.0/8, "
			 "240.0.0.0/4 or multicast");
		break;
	case KIND_CONTEXT:
		snprintf(buf, CONFIG_EXPECTED_LEN,
			 "a name of 1 to %" PRId64 " printable ASCII characters", token->max);
		break;
	case KIND_STATE_FILE:
		snprintf(buf, CONFIG_EXPECTED_LEN,
			 "an absolute path such as /var/lib/ldm-agentx/state, or none");
		break;
	case KIND_PATTERNS:
		snprintf(buf, CONFIG_EXPECTED_LEN,
			 "names or patterns of interfaces such as eth0, 'eth*' or '!eth1'");
		break;
	case KIND_NETSNMP_ADDRESS:
		snprintf(buf, CONFIG_EXPECTED_LEN, "%s",
			 word != NULL && strchr(word, ',') != NULL
			     ? "one address: snmpd accepts several, separated by commas, but a "
			       "subagent connects to one"
			     : "the master agent's address such as /var/agentx/master or "
			       "tcp:localhost:705");
		break;
	}
	return buf;
}
