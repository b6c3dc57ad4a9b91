/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/duration.h"
#include "base/text.h"
#include "conf/conf_setting.h"
#include "conf/conf_token.h"
#include "conf/conf_value.h"
#include "conf/conf_words.h"

#define SHOWN_LEN 100 /* of a word in an error text */

void
conf_init(struct conf *config)
{
	const struct conf_token *token;

	*config = (struct conf){0};
	for (size_t i = 0; (token = conf_token_at(i)) != NULL; i++)
		conf_setting_set_default(token, config);
}

static void
list_truncate(struct text_list *list, size_t count)
{
	while (list->count > count)
		free(list->items[--list->count]);
}

void
conf_clear_list(struct text_list *list)
{
	list_truncate(list, 0);
	free(list->items);
	*list = (struct text_list){0};
}

void
conf_clear(struct conf *config)
{
	conf_clear_list(&config->interfaces);
	conf_clear_list(&config->netsnmp);
	access_clear(&config->access);
	free(config->expected);
	config->expected = NULL;
	config->expected_count = 0;
	free(config->context);
	config->context = NULL;
	free(config->state_file);
	config->state_file = NULL;
}

static int fail(struct conf_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int
fail(struct conf_error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return -1;
}

static char *
shown(const char *word, char buf[SHOWN_LEN])
{
	return text_printable(word, strlen(word), buf, SHOWN_LEN);
}

#define SIMILAR_LEN 32

/* Levenshtein's edit distance, ignoring case; SIMILAR_LEN if a word is too long. */
static unsigned int
distance(const char *a, const char *b)
{
	unsigned int row[SIMILAR_LEN + 1];
	size_t b_len = strlen(b);

	if (strlen(a) > SIMILAR_LEN || b_len > SIMILAR_LEN)
		return SIMILAR_LEN;
	for (unsigned int j = 0; j <= b_len; j++)
		row[j] = j;
	for (unsigned int i = 1; a[i - 1] != '\0'; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned int best = diagonal + (strncasecmp(&a[i - 1], &b[j - 1], 1) != 0);

			diagonal = row[j];
			if (best > row[j] + 1)
				best = row[j] + 1;
			if (best > row[j - 1] + 1)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b_len];
}

static const char *
nearest_name(const char *name)
{
	const struct conf_token *token;
	const char *nearest = NULL;
	unsigned int least = SIMILAR_LEN;

	for (size_t i = 0; (token = conf_token_at(i)) != NULL; i++) {
		unsigned int d = distance(name, token->name);

		if (d < least && d <= 1 + strlen(token->name) / 4) {
			least = d;
			nearest = token->name;
		}
	}
	return nearest;
}

static int
fail_unknown(struct conf_error *error, const char *where, const char *name)
{
	char text[SHOWN_LEN], known[320] = "";
	const char *nearest = nearest_name(name);
	const struct conf_token *token;

	if (nearest != NULL)
		return fail(error, "%s: unknown token '%s': did you mean '%s'?", where,
			    shown(name, text), nearest);
	for (size_t i = 0; (token = conf_token_at(i)) != NULL; i++) {
		strlcat(known, i > 0 ? ", " : "", sizeof(known));
		strlcat(known, token->name, sizeof(known));
	}
	return fail(error, "%s: unknown token '%s': expected one of %s", where, shown(name, text),
		    known);
}

/* The address of an expected manager, and its name. */
static int
set_named(struct conf *config, const char *where, const struct conf_token *token,
	  char *const *words, size_t count, struct conf_error *error)
{
	char text[SHOWN_LEN];

	if (count > 2)
		return fail(error, "%s: %s '%s': too many values, expected an address and a name",
			    where, token->name, shown(words[2], text));
	if (!conf_value_is_name(words[1]))
		return fail(error,
			    "%s: %s '%s': expected a name of 1 to %d printable characters, "
			    "without blanks, quotes and #",
			    where, token->name, shown(words[1], text), MANAGER_GIVEN_NAME_LEN - 1);
	if (!conf_setting_store(token, config, words[0]))
		return fail(error, "%s: %s '%s': out of memory", where, token->name,
			    shown(words[0], text));
	conf_setting_name(config, words[0], words[1]);
	return 0;
}

/* Store all values of a token or, if there is an error, none of them. */
static int
set_words(struct conf *config, const char *where, const char *name, char *const *words,
	  size_t count, struct conf_error *error)
{
	const struct conf_token *token = conf_token_find(name);
	char text[SHOWN_LEN], expected[CONF_EXPECTED_LEN];
	size_t interfaces = config->interfaces.count;
	int64_t value;

	if (token == NULL)
		return fail_unknown(error, where, name);
	if (count == 0)
		return fail(error, "%s: %s without a value: expected %s", where, token->name,
			    conf_value_expected(token, NULL, expected));
	for (size_t i = 0; i < (token->kind == KIND_MANAGER ? 1 : count); i++)
		if (!conf_value_parse(token, words[i], &value))
			return fail(error, "%s: %s '%s': expected %s", where, token->name,
				    shown(words[i], text),
				    conf_value_expected(token, words[i], expected));
	if (count > 1 && token->kind == KIND_MANAGER)
		return set_named(config, where, token, words, count, error);
	if (count > 1 && token->kind != KIND_PATTERNS)
		return fail(error, "%s: %s '%s': too many values, expected one: %s", where,
			    token->name, shown(words[1], text),
			    conf_value_expected(token, NULL, expected));
	for (size_t i = 0; i < count; i++)
		if (!conf_setting_store(token, config, words[i])) {
			list_truncate(&config->interfaces, interfaces);
			return fail(error, "%s: %s '%s': out of memory", where, token->name,
				    shown(words[i], text));
		}
	return 0;
}

static int
read_line(struct conf *config, const char *where, const char *line, size_t len,
	  struct conf_error *error)
{
	struct conf_words words;
	char text[SHOWN_LEN];

	if (memchr(line, '\0', len) != NULL)
		return fail(error, "%s: '%s': a NUL octet, expected text", where,
			    text_printable(line, len, text, sizeof(text)));
	if (len > CONF_LINE_MAX)
		return fail(error, "%s: '%s': a line of %zu octets, expected %d at most", where,
			    text_printable(line, len, text, sizeof(text)), len, CONF_LINE_MAX);
	if (!conf_words_split(&words, line, len))
		return fail(error, "%s: %s '%s': expected a closing quote", where,
			    words.count > 1 ? "value" : "token",
			    shown(words.word[words.count - 1], text));
	if (words.count == 0)
		return 0;
	return set_words(config, where, words.word[0], &words.word[1], words.count - 1, error);
}

unsigned int
conf_read(struct conf *config, const char *name, const char *text, size_t len,
	  void (*report)(void *ctx, const struct conf_error *error), void *ctx)
{
	const char *end = text + len;
	unsigned int errors = 0;
	unsigned long number = 0;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t line_len = (size_t)((newline != NULL ? newline : end) - text);
		struct conf_error error;
		char where[256];

		snprintf(where, sizeof(where), "%.200s:%lu", name, ++number);
		if (read_line(config, where, text, line_len, &error) < 0) {
			errors++;
			report(ctx, &error);
		}
		text = newline != NULL ? newline + 1 : end;
	}
	return errors;
}

int
conf_set(struct conf *config, const char *where, const char *token, const char *value,
	 struct conf_error *error)
{
	char *copy = strdup(value);
	int rc;

	if (copy == NULL)
		return fail(error, "%s: %s: out of memory", where, token);
	rc = set_words(config, where, token, &copy, 1, error);
	free(copy);
	return rc;
}

int
conf_check(const struct conf *config, const char *name, struct conf_error *error)
{
	char interval[DURATION_LEN], window[DURATION_LEN], least[DURATION_LEN];
	char address[TEXT_ADDRESS_LEN];
	const char *why;

	if (config->monitor.discover.interval_us < 2 * config->monitor.discover.window_us)
		return fail(error, "%s: interval '%s': expected at least %s, twice the window (%s)",
			    name, duration_format(config->monitor.discover.interval_us, interval),
			    duration_format(2 * config->monitor.discover.window_us, least),
			    duration_format(config->monitor.discover.window_us, window));
	if (config->source_port_number != 0 &&
	    config->source_port_number != config->monitor.discover.request.port)
		return fail(error,
			    "%s: sourcePort '%u': expected the number that port is set to, "
			    "%u, or auto, fixed or ephemeral",
			    name, config->source_port_number,
			    config->monitor.discover.request.port);
	if (config->expected_count > config->monitor.inventory.max_managers)
		return fail(error,
			    "%s: maxManagers '%zu': expected at least %zu, one for each expect",
			    name, config->monitor.inventory.max_managers, config->expected_count);
	for (size_t i = 0; i < config->expected_count; i++)
		if (!access_permits(&config->access, config->expected[i].addr,
				    config->expected[i].addr, &why))
			return fail(error,
				    "%s: expect '%s': expected a manager that accept and deny "
				    "admit; this one would always be down",
				    name, text_address(config->expected[i].addr, address));
	return 0;
}

const char *
conf_state_file(const struct conf *config)
{
	const char *path = config->state_file != NULL ? config->state_file : CONF_STATE_FILE;

	return strcmp(path, CONF_NO_STATE_FILE) != 0 ? path : NULL;
}

void
conf_print(const struct conf *config, void (*emit)(void *ctx, const char *line), void *ctx)
{
	const struct conf_token *token;

	for (size_t i = 0; (token = conf_token_at(i)) != NULL; i++)
		conf_setting_print(token, config, emit, ctx);
}

static void
keep_line(void *ctx, const char *line)
{
	strlcpy(ctx, line, CONF_PRINTED_LEN);
}

void
conf_restart_tokens(const struct conf *old, const struct conf *new,
		    void (*report)(void *ctx, const char *token), void *ctx)
{
	const struct conf_token *token;

	for (size_t i = 0; (token = conf_token_at(i)) != NULL; i++) {
		char before[CONF_PRINTED_LEN] = "", after[CONF_PRINTED_LEN] = "";

		if (!token->at_restart)
			continue;
		conf_setting_print(token, old, keep_line, before);
		conf_setting_print(token, new, keep_line, after);
		if (strcmp(before, after) != 0)
			report(ctx, token->name);
	}
}
