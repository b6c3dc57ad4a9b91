/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf_words.h"

#include <assert.h>
#include <string.h>

/* isspace() would depend on the locale, and net-snmp sets one. */
static bool
is_white(char c)
{
	return c != '\0' && strchr(" \t\r\v\f", c) != NULL;
}

bool
conf_words_split(struct conf_words *words, const char *line, size_t len)
{
	const char *p = line, *end = line + len;
	char *to = words->text;

	assert(len <= CONF_LINE_MAX);
	words->count = 0;
	for (;;) {
		while (p < end && is_white(*p))
			p++;
		if (p == end || *p == '#')
			return true;

		char quote = '\0';

		if (*p == '"' || *p == '\'')
			quote = *p++;
		words->word[words->count++] = to;
		while (p < end && (quote != '\0' ? *p != quote : !is_white(*p))) {
			if (*p == '\\' && p + 1 < end)
				p++;
			*to++ = *p++;
		}
		*to++ = '\0';
		if (quote != '\0') {
			if (p == end)
				return false;
			p++;
		}
	}
}

char *
conf_words_quote(const char *word, char *buf, size_t size)
{
	bool quote = *word == '\0' || *word == '#' || strpbrk(word, " \t\r\v\f\"'\\") != NULL;
	size_t len = 0;

	assert(size >= 3);
	if (quote)
		buf[len++] = '"';
	for (; *word != '\0' && len + 4 <= size; word++) {
		if (*word == '"' || *word == '\\')
			buf[len++] = '\\';
		buf[len++] = *word;
	}
	if (quote)
		buf[len++] = '"';
	buf[len] = '\0';
	return buf;
}
