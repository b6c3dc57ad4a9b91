/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/duration.h"
#include "base/parse.h"
#include "base/text.h"
#include "conf/settings.h"
#include "core/wire.h"

static uint32_t
first_address(uint32_t addr, unsigned int prefix_len)
{
	return prefix_len > 0 ? addr & UINT32_MAX << (32 - prefix_len) : 0;
}

/* Whether a line can have the word as a value. */
static bool
is_text(const char *word)
{
	size_t len = strlen(word);

	if (len == 0 || len > CONF_VALUE_MAX || *word == ' ')
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
conf_value_is_name(const char *word)
{
	const size_t len = strlen(word);

	if (len == 0 || len >= MANAGER_GIVEN_NAME_LEN || strpbrk(word, " \"'#\\") != NULL)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!text_is_printable(word[i]))
			return false;
	return true;
}

bool
conf_value_parse(const struct conf_token *token, const char *word, int64_t *out)
{
	unsigned long number;
	unsigned int prefix_len;
	uint32_t addr;

	*out = 0;
	switch (token->kind) {
	case KIND_NUMBER:
	case KIND_NETSNMP_NUMBER:
		if (parse_unsigned(word, (unsigned long)token->min, (unsigned long)token->max,
				   &number) < 0)
			return false;
		*out = (int64_t)number;
		return true;
	case KIND_DURATION:
		return duration_parse(word, out) == 0 &&
		       ((*out >= token->min && *out <= token->max) ||
			(*out == 0 && token->zero != NULL));
	case KIND_GROUP:
		if (parse_address(word, &addr) < 0 || addr >> 28 != 0xe)
			return false;
		*out = addr;
		return true;
	case KIND_MANAGER: /* also a loopback address, because that interface may be used */
		if (parse_address(word, &addr) < 0 || !wire_valid_address(addr, true))
			return false;
		*out = addr;
		return true;
	case KIND_ACCEPT:
	case KIND_DENY:
		return parse_subnet(word, &addr, &prefix_len) == 0 &&
		       addr == first_address(addr, prefix_len);
	case KIND_KEYWORD:
		return parse_keyword(token->keywords, word, out);
	case KIND_SOURCE_PORT:
		if (parse_keyword(token->keywords, word, out)) {
			*out = -*out;
			return true;
		}
		if (parse_unsigned(word, 1, UINT16_MAX, &number) < 0)
			return false;
		*out = (int64_t)number;
		return true;
	case KIND_CONTEXT:
		return is_text(word) && is_ascii(word) && strlen(word) <= (size_t)token->max;
	case KIND_STATE_FILE:
		return is_text(word) && (*word == '/' || strcmp(word, CONF_NO_STATE_FILE) == 0);
	case KIND_PATTERNS:
		return is_text(word) && strcmp(word, "!") != 0;
	case KIND_NETSNMP_ADDRESS: /* '#' starts a comment of net-snmp's even if it is quoted */
		return is_text(word) && *word != '#' && strchr(word, ',') == NULL;
	}
	return false;
}

static void
describe_subnet(const char *word, char buf[CONF_EXPECTED_LEN])
{
	char subnet[TEXT_ADDRESS_LEN], single[TEXT_ADDRESS_LEN];
	unsigned int prefix_len;
	uint32_t addr;

	if (word == NULL || parse_subnet(word, &addr, &prefix_len) < 0)
		snprintf(buf, CONF_EXPECTED_LEN,
			 "an address or a subnet such as 192.0.2.7 or 192.0.2.0/24");
	else
		snprintf(buf, CONF_EXPECTED_LEN, "%s/%u, with no bits beyond the prefix, or %s",
			 text_address(first_address(addr, prefix_len), subnet), prefix_len,
			 text_address(addr, single));
}

char *
conf_value_expected(const struct conf_token *token, const char *word, char buf[CONF_EXPECTED_LEN])
{
	char min[DURATION_LEN], max[DURATION_LEN];
	const char *const *k = token->keywords;

	switch (token->kind) {
	case KIND_NUMBER:
	case KIND_NETSNMP_NUMBER:
		snprintf(buf, CONF_EXPECTED_LEN, "a number from %" PRId64 " to %" PRId64,
			 token->min, token->max);
		break;
	case KIND_DURATION:
		snprintf(buf, CONF_EXPECTED_LEN,
			 "%s%s%sa duration such as 500ms, 30s or 5m, from %s to %s",
			 token->zero != NULL ? "0 (" : "", token->zero != NULL ? token->zero : "",
			 token->zero != NULL ? ") or " : "", duration_format(token->min, min),
			 duration_format(token->max, max));
		break;
	case KIND_GROUP:
		snprintf(buf, CONF_EXPECTED_LEN,
			 "an IPv4 multicast address, from 224.0.0.0 to 239.255.255.255");
		break;
	case KIND_KEYWORD:
		snprintf(buf, CONF_EXPECTED_LEN, "%s or %s", k[1], k[0]);
		break;
	case KIND_SOURCE_PORT:
		snprintf(buf, CONF_EXPECTED_LEN, "%s, %s, %s or the number that port is set to",
			 k[0], k[1], k[2]);
		break;
	case KIND_ACCEPT:
	case KIND_DENY:
		describe_subnet(word, buf);
		break;
	case KIND_MANAGER:
		snprintf(buf, CONF_EXPECTED_LEN,
			 "an IPv4 address that a manager can have: not in 0.0.0.0/8, "
			 "240.0.0.0/4 or multicast");
		break;
	case KIND_CONTEXT:
		snprintf(buf, CONF_EXPECTED_LEN,
			 "a name of 1 to %" PRId64 " printable ASCII characters", token->max);
		break;
	case KIND_STATE_FILE:
		snprintf(buf, CONF_EXPECTED_LEN,
			 "an absolute path such as /var/lib/ldm-agentx/state, or none");
		break;
	case KIND_PATTERNS:
		snprintf(buf, CONF_EXPECTED_LEN,
			 "names or patterns of interfaces such as eth0, 'eth*' or '!eth1'");
		break;
	case KIND_NETSNMP_ADDRESS:
		snprintf(buf, CONF_EXPECTED_LEN, "%s",
			 word != NULL && strchr(word, ',') != NULL
			     ? "one address: snmpd accepts several, separated by commas, but a "
			       "subagent connects to one"
			     : "the master agent's address such as /var/agentx/master or "
			       "tcp:localhost:705");
		break;
	}
	return buf;
}
