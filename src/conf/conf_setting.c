/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf_setting.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/parse.h"
#include "base/text.h"
#include "conf/conf_words.h"
#include "core/access.h"

union number { /* the types of the numbers in struct conf */
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	int64_t i64;
};

static void
store_number(const struct conf_token *token, struct conf *config, int64_t value)
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
load_number(const struct conf_token *token, const struct conf *config)
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

/* Append text, of which the list takes ownership; NULL: there was no memory for it.
 * Returns false if there is no memory. */
static bool
list_add(struct text_list *list, char *text)
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

/* Returns the value in a line for net-snmp, or NULL if the line has another token. */
static const char *
value_of_line(const struct conf_token *token, const char *line)
{
	size_t len = strlen(token->name);

	return strncmp(line, token->name, len) == 0 && line[len] == ' ' ? line + len + 1 : NULL;
}

static bool
store_line(const struct conf_token *token, struct text_list *list, const char *word)
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

static bool
store_expected(struct conf *config, uint32_t addr)
{
	struct expectation *expected;

	for (size_t i = 0; i < config->expected_count; i++)
		if (config->expected[i].addr == addr)
			return true;
	expected = reallocarray(config->expected, config->expected_count + 1, sizeof(*expected));
	if (expected == NULL)
		return false;
	expected[config->expected_count++] = (struct expectation){.addr = addr};
	config->expected = expected;
	return true;
}

static bool
store_rule(const struct conf_token *token, struct access_list *access, const char *word)
{
	struct access_rule rule = {.accept = token->kind == KIND_ACCEPT};

	/* conf_value_parse() has accepted the word. */
	(void)parse_subnet(word, &rule.addr, &rule.prefix_len);
	return access_add(access, rule) == 0;
}

static bool
replace_text(char **text, const char *word)
{
	char *copy = strdup(word);

	if (copy == NULL)
		return false;
	free(*text);
	*text = copy;
	return true;
}

void
conf_setting_name(struct conf *config, const char *address, const char *name)
{
	uint32_t addr;

	if (parse_address(address, &addr) < 0)
		return;
	for (size_t i = 0; i < config->expected_count; i++)
		if (config->expected[i].addr == addr)
			strlcpy(config->expected[i].name, name, sizeof(config->expected[i].name));
}

bool
conf_setting_store(const struct conf_token *token, struct conf *config, const char *word)
{
	int64_t value;
	bool accepted = conf_value_parse(token, word, &value);

	assert(accepted);
	(void)accepted;
	switch (token->kind) {
	case KIND_PATTERNS:
		return list_add(&config->interfaces, strdup(word));
	case KIND_ACCEPT:
	case KIND_DENY:
		return store_rule(token, &config->access, word);
	case KIND_MANAGER:
		return store_expected(config, (uint32_t)value);
	case KIND_NETSNMP_NUMBER:
	case KIND_NETSNMP_ADDRESS:
		return store_line(token, &config->netsnmp, word);
	case KIND_CONTEXT:
		return replace_text(&config->context, word);
	case KIND_STATE_FILE:
		return replace_text(&config->state_file, word);
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

/* Whether the member is a number.  Others are empty by default. */
static bool
is_number(const struct conf_token *token)
{
	switch (token->kind) {
	case KIND_NUMBER:
	case KIND_DURATION:
	case KIND_GROUP:
	case KIND_KEYWORD:
	case KIND_SOURCE_PORT:
		return true;
	default:
		return false;
	}
}

void
conf_setting_set_default(const struct conf_token *token, struct conf *config)
{
	if (is_number(token))
		store_number(token, config, token->fallback);
}

/* The arguments of conf_print(). */
struct printer {
	void (*emit)(void *ctx, const char *line);
	void *ctx;
};

static void
print_value(const struct printer *printer, const char *name, const char *word)
{
	char quoted[2 * CONF_VALUE_MAX + 3], line[CONF_PRINTED_LEN];

	snprintf(line, sizeof(line), "%s %s", name, conf_words_quote(word, quoted, sizeof(quoted)));
	printer->emit(printer->ctx, line);
}

static void
print_number(const struct printer *printer, const struct conf_token *token, int64_t value)
{
	char buf[DURATION_LEN];

	if (token->keywords != NULL)
		print_value(printer, token->name, token->keywords[value]);
	else if (token->kind == KIND_DURATION)
		print_value(printer, token->name, duration_format(value, buf));
	else if (token->kind == KIND_GROUP)
		print_value(printer, token->name, text_address((uint32_t)value, buf));
	else {
		snprintf(buf, sizeof(buf), "%" PRId64, value);
		print_value(printer, token->name, buf);
	}
}

static void
print_rule(const struct printer *printer, const struct access_rule *rule)
{
	char addr[TEXT_ADDRESS_LEN], subnet[TEXT_ADDRESS_LEN + sizeof("/4294967295")];

	text_address(rule->addr, addr);
	snprintf(subnet, sizeof(subnet), "%s/%u", addr, rule->prefix_len);
	print_value(printer, rule->accept ? "accept" : "deny",
		    rule->prefix_len < 32 ? subnet : addr);
}

/* The name needs no quotes: see conf_value_is_name(). */
static void
print_expected(const struct printer *printer, const char *token, const struct expectation *expected)
{
	char line[sizeof("expect  ") + TEXT_ADDRESS_LEN + MANAGER_GIVEN_NAME_LEN];
	char addr[TEXT_ADDRESS_LEN];

	snprintf(line, sizeof(line), "%s %s%s%s", token, text_address(expected->addr, addr),
		 expected->name[0] != '\0' ? " " : "", expected->name);
	printer->emit(printer->ctx, line);
}

void
conf_setting_print(const struct conf_token *token, const struct conf *config,
		   void (*emit)(void *ctx, const char *line), void *ctx)
{
	const struct printer printer = {.emit = emit, .ctx = ctx};

	switch (token->kind) {
	case KIND_PATTERNS:
		for (size_t i = 0; i < config->interfaces.count; i++)
			print_value(&printer, token->name, config->interfaces.items[i]);
		break;
	case KIND_ACCEPT:
		for (size_t i = 0; i < config->access.count; i++)
			print_rule(&printer, &config->access.rules[i]);
		break;
	case KIND_DENY: /* printed with KIND_ACCEPT, because the order of all rules matters */
		break;
	case KIND_MANAGER:
		for (size_t i = 0; i < config->expected_count; i++)
			print_expected(&printer, token->name, &config->expected[i]);
		break;
	case KIND_NETSNMP_NUMBER:
	case KIND_NETSNMP_ADDRESS:
		for (size_t i = 0; i < config->netsnmp.count; i++) {
			const char *value = value_of_line(token, config->netsnmp.items[i]);

			if (value != NULL)
				print_value(&printer, token->name, value);
		}
		break;
	case KIND_CONTEXT:
		if (config->context != NULL)
			print_value(&printer, token->name, config->context);
		break;
	case KIND_STATE_FILE:
		print_value(&printer, token->name,
			    config->state_file != NULL ? config->state_file : CONF_STATE_FILE);
		break;
	case KIND_NUMBER:
	case KIND_DURATION:
	case KIND_GROUP:
	case KIND_KEYWORD:
	case KIND_SOURCE_PORT:
		print_number(&printer, token, load_number(token, config));
		break;
	}
}
