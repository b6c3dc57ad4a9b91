/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/config_token.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/config_words.h"
#include "core/format.h"
#include "core/wire.h"

enum kind {
	KIND_NUMBER,      /* min..max */
	KIND_DURATION,    /* min..max microseconds, and 0 where the token has a meaning for it */
	KIND_GROUP,       /* IPv4 multicast address */
	KIND_KEYWORD,     /* an enum or bool whose values count from 0 in the order of keywords */
	KIND_SOURCE_PORT, /* likewise, or a port number */
	KIND_PATTERNS,    /* interface patterns */
	KIND_NETSNMP_NUMBER, /* a line for net-snmp, its value in min..max */
	KIND_NETSNMP_TEXT,
};

struct config_token {
	const char *name;
	enum kind kind;
	size_t offset, size; /* of the member of struct config */
	int64_t min, max, fallback;
	const char *const *keywords; /* NULL after the last */
	const char *zero;            /* what 0 stands for */
};

#define TOKEN(name_, kind_, member)                                                  \
	.name = (name_), .kind = (kind_), .offset = offsetof(struct config, member), \
	.size = sizeof(((struct config *)NULL)->member)
#define MS INT64_C(1000)
#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

static const char *const no_yes[] = {"no", "yes", NULL};
static const char *const source_ports[] = {"auto", "fixed", "ephemeral", NULL};

_Static_assert(SOURCE_PORT_AUTO == 0 && SOURCE_PORT_FIXED == 1 && SOURCE_PORT_EPHEMERAL == 2,
	       "source_ports[] is in the order of enum source_port");

/* clang-format off */
static const struct config_token tokens[] = {
    {TOKEN("interface", KIND_PATTERNS, interfaces)},
    {TOKEN("group", KIND_GROUP, group), .fallback = WIRE_GROUP},
    {TOKEN("port", KIND_NUMBER, port), .min = 1, .max = UINT16_MAX, .fallback = WIRE_PORT},
    {TOKEN("hops", KIND_NUMBER, hops), .min = 1, .max = 255, .fallback = 1},
    {TOKEN("sourcePort", KIND_SOURCE_PORT, source_port), .fallback = SOURCE_PORT_AUTO,
     .keywords = source_ports},
    {TOKEN("interval", KIND_DURATION, interval_us), .min = 100 * MS, .max = DAY,
     .fallback = 30 * SECOND},
    {TOKEN("window", KIND_DURATION, window_us), .min = 50 * MS, .max = 60 * SECOND,
     .fallback = 3 * SECOND},
    {TOKEN("probes", KIND_NUMBER, probes), .min = 1, .max = 10, .fallback = 3},
    {TOKEN("misses", KIND_NUMBER, misses), .min = 1, .max = 100, .fallback = 3},
    {TOKEN("retention", KIND_DURATION, retention_us), .min = SECOND, .max = 3650 * DAY,
     .fallback = 7 * DAY, .zero = "for ever"},
    {TOKEN("maxManagers", KIND_NUMBER, max_managers), .min = 1, .max = 1000000, .fallback = 10000},
    {TOKEN("notifications", KIND_KEYWORD, notifications), .fallback = true, .keywords = no_yes},
    {TOKEN("notificationRate", KIND_NUMBER, notification_rate), .min = 1, .max = 10000,
     .fallback = 200},
    {TOKEN("eventLog", KIND_NUMBER, event_log), .min = 1, .max = 100000, .fallback = 256},
    {TOKEN("queueLimit", KIND_NUMBER, queue_limit), .min = 1, .max = 1000000, .fallback = 10000},
    {TOKEN("agentXSocket", KIND_NETSNMP_TEXT, netsnmp)},
    {TOKEN("agentXTimeout", KIND_NETSNMP_NUMBER, netsnmp), .min = 1, .max = 3600},
    {TOKEN("agentXRetries", KIND_NETSNMP_NUMBER, netsnmp), .min = 0, .max = 100},
};
/* clang-format on */
#define TOKEN_COUNT (sizeof(tokens) / sizeof(tokens[0]))

const struct config_token *
config_token_at(size_t i)
{
	return i < TOKEN_COUNT ? &tokens[i] : NULL;
}

const struct config_token *
config_token_find(const char *name)
{
	for (size_t i = 0; i < TOKEN_COUNT; i++)
		if (strcasecmp(tokens[i].name, name) == 0)
			return &tokens[i];
	return NULL;
}

const char *
config_token_name(const struct config_token *token)
{
	return token->name;
}

/* Whether it is kept as text in a list. */
static bool
is_text_kind(const struct config_token *token)
{
	return token->kind == KIND_PATTERNS || token->kind == KIND_NETSNMP_NUMBER ||
	       token->kind == KIND_NETSNMP_TEXT;
}

bool
config_token_is_list(const struct config_token *token)
{
	return token->kind == KIND_PATTERNS;
}

char *
config_token_expected(const struct config_token *token, char buf[CONFIG_EXPECTED_LEN])
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
	case KIND_PATTERNS:
		snprintf(buf, CONFIG_EXPECTED_LEN,
			 "names or patterns of interfaces such as eth0, 'eth*' or '!eth1'");
		break;
	case KIND_NETSNMP_TEXT:
		snprintf(buf, CONFIG_EXPECTED_LEN,
			 "the master agent's address such as /var/agentx/master or "
			 "tcp:localhost:705");
		break;
	}
	return buf;
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
parse_keyword(const char *const *keywords, const char *word, int64_t *out)
{
	for (int64_t i = 0; keywords[i] != NULL; i++)
		if (strcasecmp(keywords[i], word) == 0) {
			*out = i;
			return true;
		}
	return false;
}

/* *out is the value of a number; 0 for a text. */
static bool
parse(const struct config_token *token, const char *word, int64_t *out)
{
	unsigned long number;
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
	case KIND_KEYWORD:
		return parse_keyword(token->keywords, word, out);
	case KIND_SOURCE_PORT: /* keywords as 0, -1, -2; a port as itself */
		if (parse_keyword(token->keywords, word, out)) {
			*out = -*out;
			return true;
		}
		if (config_parse_unsigned(word, 1, UINT16_MAX, &number) < 0)
			return false;
		*out = (int64_t)number;
		return true;
	case KIND_PATTERNS:
		return is_text(word) && strcmp(word, "!") != 0;
	case KIND_NETSNMP_TEXT: /* net-snmp would see a comment, quoted or not */
		return is_text(word) && *word != '#';
	}
	return false;
}

bool
config_token_accepts(const struct config_token *token, const char *word)
{
	int64_t value;

	return parse(token, word, &value);
}

union number { /* what the members of struct config are made of */
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	int64_t i64;
};

static void
store_number(const struct config_token *token, struct config *config, int64_t value)
{
	union number number;

	assert(token->size <= sizeof(number));
	if (token->size == sizeof(number.u8))
		number.u8 = (uint8_t)value;
	else if (token->size == sizeof(number.u16))
		number.u16 = (uint16_t)value;
	else if (token->size == sizeof(number.u32))
		number.u32 = (uint32_t)value;
	else
		number.i64 = value;
	memcpy((char *)config + token->offset, &number, token->size);
}

static int64_t
load_number(const struct config_token *token, const struct config *config)
{
	union number number;

	assert(token->size <= sizeof(number));
	memcpy(&number, (const char *)config + token->offset, token->size);
	if (token->size == sizeof(number.u8))
		return number.u8;
	if (token->size == sizeof(number.u16))
		return number.u16;
	if (token->size == sizeof(number.u32))
		return number.u32;
	return number.i64;
}

/* Takes text over; frees it when there is no room. */
static bool
list_add(struct config_list *list, char *text)
{
	char **items = NULL;

	if (text != NULL)
		items = realloc(list->items, (list->count + 1) * sizeof(*items));
	if (items == NULL) {
		free(text);
		return false;
	}
	items[list->count++] = text;
	list->items = items;
	return true;
}

/* The value in a line for net-snmp, NULL if the line is another token's. */
static const char *
value_of_line(const struct config_token *token, const char *line)
{
	size_t len = strlen(token->name);

	return strncmp(line, token->name, len) == 0 && line[len] == ' ' ? line + len + 1 : NULL;
}

static bool
store_line(const struct config_token *token, struct config_list *list, const char *word)
{
	char *line;

	if (asprintf(&line, "%s %s", token->name, word) < 0)
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (value_of_line(token, list->items[i]) != NULL) {
			free(list->items[i]);
			list->items[i] = line;
			return true;
		}
	return list_add(list, line);
}

bool
config_token_store(const struct config_token *token, struct config *config, const char *word)
{
	int64_t value;
	bool accepted = parse(token, word, &value);

	assert(accepted);
	(void)accepted;
	switch (token->kind) {
	case KIND_PATTERNS:
		return list_add(&config->interfaces, strdup(word));
	case KIND_NETSNMP_NUMBER:
	case KIND_NETSNMP_TEXT:
		return store_line(token, &config->netsnmp, word);
	case KIND_SOURCE_PORT:
		config->source_port_number = value > 0 ? (uint16_t)value : 0;
		store_number(token, config, value > 0 ? SOURCE_PORT_FIXED : -value);
		return true;
	case KIND_NUMBER:
	case KIND_DURATION:
	case KIND_GROUP:
	case KIND_KEYWORD:
		store_number(token, config, value);
		return true;
	}
	return false;
}

void
config_token_set_default(const struct config_token *token, struct config *config)
{
	if (!is_text_kind(token))
		store_number(token, config, token->fallback);
}

static void
print_value(const struct config_token *token, const char *word,
	    void (*emit)(void *ctx, const char *line), void *ctx)
{
	char quoted[2 * CONFIG_VALUE_MAX + 3], line[sizeof(quoted) + 32];

	snprintf(line, sizeof(line), "%s %s", token->name,
		 config_words_quote(word, quoted, sizeof(quoted)));
	emit(ctx, line);
}

void
config_token_print(const struct config_token *token, const struct config *config,
		   void (*emit)(void *ctx, const char *line), void *ctx)
{
	char buf[CONFIG_DURATION_LEN];
	int64_t value;

	if (token->kind == KIND_PATTERNS) {
		for (size_t i = 0; i < config->interfaces.count; i++)
			print_value(token, config->interfaces.items[i], emit, ctx);
		return;
	}
	if (is_text_kind(token)) {
		for (size_t i = 0; i < config->netsnmp.count; i++) {
			const char *word = value_of_line(token, config->netsnmp.items[i]);

			if (word != NULL)
				print_value(token, word, emit, ctx);
		}
		return;
	}
	value = load_number(token, config);
	if (token->keywords != NULL)
		print_value(token, token->keywords[value], emit, ctx);
	else if (token->kind == KIND_DURATION)
		print_value(token, config_format_duration(value, buf), emit, ctx);
	else if (token->kind == KIND_GROUP)
		print_value(token, format_address((uint32_t)value, buf), emit, ctx);
	else {
		snprintf(buf, sizeof(buf), "%" PRId64, value);
		print_value(token, buf, emit, ctx);
	}
}
