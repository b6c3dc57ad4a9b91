/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/duration.h"
#include "base/parse.h"
#include "base/text.h"
#include "store/state_text.h"

#define SHOWN_LEN 80  /* of a value in an error text */
#define FIELDS_MAX 32 /* of a record: as many as there are bits in `seen` */

/* A field as it is written. */
struct word {
	char name[32];
	bool has_value, quoted;
	char value[STATE_VALUE_MAX];
	size_t value_len;
};

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Take an octet of a quoted value from *p, which ends at end.  -1: there is none that
 * may be in a text, and *p stays. */
static int
take_octet(const char **p, const char *end)
{
	const char *q = *p;
	int high, low;

	if (q == end || *q == '"')
		return -1;
	if (*q != '\\') {
		*p = q + 1;
		return (unsigned char)*q;
	}
	if (end - q >= 2 && (q[1] == '"' || q[1] == '\\')) {
		*p = q + 2;
		return q[1];
	}
	if (end - q < 4 || q[1] != 'x')
		return -1;
	high = hex_digit(q[2]);
	low = hex_digit(q[3]);
	if (high < 0 || low < 0 || high + low == 0)
		return -1;
	*p = q + 4;
	return high * 16 + low;
}

/* Take the value from *p; false if it is too long or its quote is not closed. */
static bool
take_value(const char **p, const char *end, struct word *word)
{
	int octet;

	word->value_len = 0;
	word->quoted = *p < end && **p == '"';
	if (word->quoted) {
		++*p;
		while (word->value_len < STATE_VALUE_MAX - 1 && (octet = take_octet(p, end)) >= 0)
			word->value[word->value_len++] = (char)octet;
		word->value[word->value_len] = '\0';
		return *p < end && *(*p)++ == '"';
	}
	for (; *p < end && **p != ' ' && word->value_len < STATE_VALUE_MAX - 1; ++*p)
		word->value[word->value_len++] = **p;
	word->value[word->value_len] = '\0';
	return true;
}

static bool
take_word(const char **p, const char *end, struct word *word)
{
	size_t len = 0;

	if (**p != ' ')
		return false;
	for (++*p; *p < end && **p != ' ' && **p != '=' && len < sizeof(word->name) - 1; ++*p)
		word->name[len++] = **p;
	word->name[len] = '\0';
	word->has_value = *p < end && **p == '=';
	word->quoted = false;
	word->value_len = 0;
	word->value[0] = '\0';
	if (!word->has_value)
		return *p == end || **p == ' ';
	++*p;
	return take_value(p, end, word) && (*p == end || **p == ' ');
}

static void
store_unsigned(const struct state_field *field, void *member, uint32_t value)
{
	const uint8_t u8 = (uint8_t)value;
	const uint16_t u16 = (uint16_t)value;

	switch (field->size) {
	case sizeof(u8):
		memcpy(member, &u8, sizeof(u8));
		break;
	case sizeof(u16):
		memcpy(member, &u16, sizeof(u16));
		break;
	default:
		assert(field->size == sizeof(value));
		memcpy(member, &value, sizeof(value));
	}
}

/* Accept only the form that is written: no sign, space or leading zero. */
static bool
get_number(const struct state_field *field, const char *value, uint32_t *out)
{
	unsigned long number;

	if (*value == '0' || parse_unsigned(value, 1, field->max, &number) < 0)
		return false;
	*out = (uint32_t)number;
	return true;
}

static bool
get_keyword(const struct state_field *field, const char *value, uint32_t *out)
{
	for (uint32_t i = 1; field->keyword(i) != NULL; i++) {
		if (strcmp(value, field->keyword(i)) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

/* Accept only the form that text_time() writes. */
static bool
get_time(const char *value, int64_t *out)
{
	struct tm tm = {0};
	char again[TEXT_TIME_LEN];
	int ms;

	if (strlen(value) != TEXT_TIME_LEN - 1 ||
	    /* NOLINTNEXTLINE(cert-err34-c): none of these widths has room for too large a number */
	    sscanf(value, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		   &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ms) != 7)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*out = (int64_t)timegm(&tm) * 1000 + ms;
	return strcmp(text_time(*out, again), value) == 0;
}

static bool
get_text(const struct state_field *field, const struct word *word, char *member)
{
	if (word->value_len == 0 || word->value_len >= field->size)
		return false;
	for (size_t i = 0; i < word->value_len && field->kind == STATE_TEXT; i++)
		if (word->value[i] < 0x20 || word->value[i] > 0x7e)
			return false;
	memcpy(member, word->value, word->value_len + 1);
	return true;
}

static bool
get_link(const struct state_names *names, const char *value, int *link)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->list[i].name, value) == 0) {
			*link = (int)i;
			return true;
		}
	}
	return false;
}

static bool
is_quoted(enum state_kind kind)
{
	return kind == STATE_TEXT || kind == STATE_OCTETS || kind == STATE_LINK;
}

static bool
get_value(const struct state_field *field, const struct state_names *names, const struct word *word,
	  void *record)
{
	void *member = (char *)record + field->offset;
	const char *value = word->value;
	const bool flag = true;
	uint32_t number;
	int64_t wide;
	int link;

	if (word->has_value == (field->kind == STATE_FLAG) ||
	    word->quoted != is_quoted(field->kind))
		return false;
	switch (field->kind) {
	case STATE_NUMBER:
	case STATE_ADDRESS:
	case STATE_KEYWORD:
		if (field->kind == STATE_NUMBER    ? !get_number(field, value, &number)
		    : field->kind == STATE_KEYWORD ? !get_keyword(field, value, &number)
						   : parse_address(value, &number) < 0)
			return false;
		store_unsigned(field, member, number);
		return true;
	case STATE_FLAG:
		memcpy(member, &flag, sizeof(flag));
		return true;
	case STATE_TEXT:
	case STATE_OCTETS:
		return get_text(field, word, member);
	case STATE_TIME:
	case STATE_DURATION:
	case STATE_AGE:
		if (field->kind == STATE_TIME ? !get_time(value, &wide)
					      : duration_parse(value, &wide) < 0)
			return false;
		if (field->kind == STATE_AGE && wide > STATE_AGE_MAX_US)
			return false;
		wide = field->kind == STATE_AGE ? -wide : wide;
		memcpy(member, &wide, sizeof(wide));
		return true;
	case STATE_LINK:
		if (!get_link(names, value, &link))
			return false;
		memcpy(member, &link, sizeof(link));
		return true;
	}
	return false;
}

static void
describe(const struct state_field *field, char *buf, size_t size)
{
	char longest[DURATION_LEN];
	size_t len = 0;

	switch (field->kind) {
	case STATE_NUMBER:
		snprintf(buf, size, "a number from 1 to %" PRIu32, field->max);
		break;
	case STATE_ADDRESS:
		snprintf(buf, size, "an IPv4 address");
		break;
	case STATE_FLAG:
		snprintf(buf, size, "no value");
		break;
	case STATE_KEYWORD:
		for (uint32_t i = 1; field->keyword(i) != NULL && len < size; i++)
			len += (size_t)snprintf(buf + len, size - len, "%s%s",
						len > 0 ? " or " : "", field->keyword(i));
		break;
	case STATE_TEXT:
	case STATE_OCTETS:
		snprintf(buf, size, "1 to %zu %s in quotes", field->size - 1,
			 field->kind == STATE_TEXT ? "printable characters" : "octets");
		break;
	case STATE_TIME:
		snprintf(buf, size, "a time such as 2026-11-24T14:40:21.123Z");
		break;
	case STATE_DURATION:
		snprintf(buf, size, "a duration such as 1500ms");
		break;
	case STATE_AGE:
		snprintf(buf, size, "a duration such as 1500ms, up to %s",
			 duration_format(STATE_AGE_MAX_US, longest));
		break;
	case STATE_LINK:
		snprintf(buf, size, "a link that has a line above");
		break;
	}
}

static const struct state_field *
find_field(const struct state_field fields[], size_t field_count, const char *name)
{
	for (size_t i = 0; i < field_count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

int
state_get_fields(const char *line, size_t len, const struct state_field fields[],
		 size_t field_count, const struct state_names *names, void *record, char *error,
		 size_t size)
{
	const char *end = line + len;
	char expected[160], shown[SHOWN_LEN];
	uint32_t seen = 0;
	struct word word;

	assert(field_count <= FIELDS_MAX);
	while (line < end) {
		const char *start = line;
		const struct state_field *field;
		uint32_t bit;

		if (!take_word(&line, end, &word)) {
			snprintf(error, size, "'%s': expected name=value",
				 text_printable(start, (size_t)(end - start), shown, SHOWN_LEN));
			return -1;
		}
		field = find_field(fields, field_count, word.name);
		text_printable(word.value, word.value_len, shown, SHOWN_LEN);
		if (field == NULL) {
			snprintf(error, size, "'%s': unknown name",
				 text_printable(word.name, strlen(word.name), shown, SHOWN_LEN));
			return -1;
		}
		bit = UINT32_C(1) << (field - fields);
		if (seen & bit) {
			snprintf(error, size, "%s=%s: expected only once", field->name, shown);
			return -1;
		}
		seen |= bit;
		if (!get_value(field, names, &word, record)) {
			describe(field, expected, sizeof(expected));
			snprintf(error, size, "%s=%s: expected %s", field->name, shown, expected);
			return -1;
		}
	}
	return 0;
}
