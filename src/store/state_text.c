/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/state_text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"

static bool
make_room(struct state_out *out, size_t len)
{
	size_t size = out->size;
	char *text;

	if (out->text != NULL && out->len + len < size)
		return true;
	if (out->text == NULL && size > 0)
		return false; /* memory has run out before */
	while (out->len + len >= size)
		size = size > 0 ? 2 * size : 65536;
	text = realloc(out->text, size);
	if (text == NULL)
		free(out->text);
	out->text = text;
	out->size = size;
	return text != NULL;
}

void
state_put_text(struct state_out *out, const char *text)
{
	const size_t len = strlen(text);

	if (!make_room(out, len + 1))
		return;
	memcpy(out->text + out->len, text, len + 1);
	out->len += len;
}

static void
put_name(struct state_out *out, const struct state_field *field, const char *separator)
{
	state_put_text(out, " ");
	state_put_text(out, field->name);
	state_put_text(out, separator);
}

static void
put_value(struct state_out *out, const struct state_field *field, const char *value)
{
	put_name(out, field, "=");
	state_put_text(out, value);
}

static void
put_quoted(struct state_out *out, const struct state_field *field, const char *text)
{
	char quoted[STATE_VALUE_MAX];
	size_t len = 0;

	assert(field->size <= (STATE_VALUE_MAX - 3) / 4);
	quoted[len++] = '"';
	for (; *text != '\0'; text++) {
		if (*text < 0x20 || *text > 0x7e) {
			len += (size_t)sprintf(quoted + len, "\\x%02x", (unsigned char)*text);
			continue;
		}
		if (*text == '"' || *text == '\\')
			quoted[len++] = '\\';
		quoted[len++] = *text;
	}
	quoted[len++] = '"';
	quoted[len] = '\0';
	put_value(out, field, quoted);
}

static uint32_t
load_unsigned(const struct state_field *field, const void *member)
{
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;

	switch (field->size) {
	case sizeof(u8):
		memcpy(&u8, member, sizeof(u8));
		return u8;
	case sizeof(u16):
		memcpy(&u16, member, sizeof(u16));
		return u16;
	default:
		assert(field->size == sizeof(u32));
		memcpy(&u32, member, sizeof(u32));
		return u32;
	}
}

static int64_t
load_signed(const void *member)
{
	int64_t i64;

	memcpy(&i64, member, sizeof(i64));
	return i64;
}

static void
put_number(struct state_out *out, const struct state_field *field, const void *member)
{
	const uint32_t value = load_unsigned(field, member);
	char buf[TEXT_ADDRESS_LEN];

	if (value == 0)
		return;
	if (field->kind == STATE_KEYWORD) {
		put_value(out, field, field->keyword(value));
		return;
	}
	if (field->kind == STATE_ADDRESS)
		text_address(value, buf);
	else
		snprintf(buf, sizeof(buf), "%" PRIu32, value);
	put_value(out, field, buf);
}

static void
put_duration(struct state_out *out, const struct state_field *field, int64_t us)
{
	char buf[DURATION_LEN];

	if (us > 0)
		put_value(out, field, duration_format(us, buf));
}

static void
put_age(struct state_out *out, const struct state_field *field, int64_t us)
{
	/* Upwards: what is not zero must not become so. */
	us = (us + 999) / 1000 * 1000;
	put_duration(out, field, us < STATE_AGE_MAX_US ? us : STATE_AGE_MAX_US);
}

static void
put_field(struct state_out *out, const struct state_field *field, const struct state_names *names,
	  const void *record)
{
	const void *member = (const char *)record + field->offset;
	const char *text = member;
	char buf[TEXT_TIME_LEN];
	bool flag;
	int link;

	switch (field->kind) {
	case STATE_NUMBER:
	case STATE_ADDRESS:
	case STATE_KEYWORD:
		put_number(out, field, member);
		break;
	case STATE_FLAG:
		memcpy(&flag, member, sizeof(flag));
		if (flag)
			put_name(out, field, "");
		break;
	case STATE_TEXT:
	case STATE_OCTETS:
		if (*text != '\0')
			put_quoted(out, field, text);
		break;
	case STATE_TIME:
		if (load_signed(member) != 0)
			put_value(out, field, text_time(load_signed(member), buf));
		break;
	case STATE_DURATION:
		put_duration(out, field, load_signed(member));
		break;
	case STATE_AGE:
		put_age(out, field, -load_signed(member));
		break;
	case STATE_LINK:
		memcpy(&link, member, sizeof(link));
		if (link >= 0 && (size_t)link < names->count)
			put_quoted(out, field, names->list[link].name);
		break;
	}
}

void
state_put_line(struct state_out *out, const char *name, const struct state_field fields[],
	       size_t field_count, const struct state_names *names, const void *record)
{
	state_put_text(out, name);
	for (size_t i = 0; i < field_count; i++)
		put_field(out, &fields[i], names, record);
	state_put_text(out, "\n");
}
