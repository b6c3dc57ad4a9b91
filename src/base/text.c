/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DATE_AND_TIME_NEVER_LEN 8             /* without the offset from UTC */
#define LAST_WALL_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

bool
text_is_printable(char c)
{
	return c >= 0x20 && c <= 0x7e;
}

char *
text_address(uint32_t addr, char buf[TEXT_ADDRESS_LEN])
{
	snprintf(buf, TEXT_ADDRESS_LEN, "%u.%u.%u.%u", addr >> 24, addr >> 16 & 0xff,
		 addr >> 8 & 0xff, addr & 0xff);
	return buf;
}

static int64_t
limited(int64_t wall_ms)
{
	if (wall_ms < 0)
		return 0;
	return wall_ms < LAST_WALL_MS ? wall_ms : LAST_WALL_MS;
}

char *
text_time(int64_t wall_ms, char buf[TEXT_TIME_LEN])
{
	const time_t seconds = (time_t)(limited(wall_ms) / 1000);
	struct tm tm;
	size_t len;

	gmtime_r(&seconds, &tm);
	len = strftime(buf, TEXT_TIME_LEN, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + len, TEXT_TIME_LEN - len, ".%03uZ", (unsigned int)(limited(wall_ms) % 1000));
	return buf;
}

char *
text_local_time(int64_t wall_ms, char buf[TEXT_LOCAL_TIME_LEN])
{
	const time_t seconds = (time_t)(limited(wall_ms) / 1000);
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(buf, TEXT_LOCAL_TIME_LEN, "%Y-%m-%d %H:%M:%S%z", &tm);
	return buf;
}

size_t
text_date_and_time(int64_t wall_ms, uint8_t octets[TEXT_DATE_AND_TIME_LEN])
{
	const time_t seconds = (time_t)(wall_ms / 1000);
	unsigned int year;
	struct tm tm;

	memset(octets, 0, TEXT_DATE_AND_TIME_LEN);
	if (wall_ms <= 0 || gmtime_r(&seconds, &tm) == NULL || tm.tm_year > 65535 - 1900)
		return DATE_AND_TIME_NEVER_LEN;
	year = (unsigned int)tm.tm_year + 1900;
	octets[0] = (uint8_t)(year >> 8);
	octets[1] = (uint8_t)year;
	octets[2] = (uint8_t)(tm.tm_mon + 1);
	octets[3] = (uint8_t)tm.tm_mday;
	octets[4] = (uint8_t)tm.tm_hour;
	octets[5] = (uint8_t)tm.tm_min;
	octets[6] = (uint8_t)tm.tm_sec;
	octets[7] = (uint8_t)(wall_ms % 1000 / 100);
	octets[8] = '+';
	return TEXT_DATE_AND_TIME_LEN;
}

static char *
escape(const char *text, size_t len, bool blanks, char *buf, size_t size)
{
	static const char ellipsis[] = "...";
	size_t used = 0;
	size_t cut = 0; /* the end of the longest prefix that leaves room for "..." */

	assert(size >= 5);
	for (size_t i = 0; i < len; i++) {
		char piece[5] = {text[i]};
		size_t piece_len = 1;

		if (!text_is_printable(text[i]) || text[i] == '\\' || (blanks && text[i] == ' '))
			piece_len = (size_t)snprintf(piece, sizeof(piece), "\\x%02x",
						     (unsigned char)text[i]);
		if (used + piece_len >= size) {
			memcpy(buf + cut, ellipsis, sizeof(ellipsis));
			return buf;
		}
		memcpy(buf + used, piece, piece_len);
		used += piece_len;
		if (used + sizeof(ellipsis) <= size)
			cut = used;
	}
	buf[used] = '\0';
	return buf;
}

char *
text_printable(const char *text, size_t len, char *buf, size_t size)
{
	return escape(text, len, false, buf, size);
}

char *
text_word(const char *text, char *buf, size_t size)
{
	if (*text == '\0' || strcmp(text, "-") == 0) {
		snprintf(buf, size, "%s", *text == '\0' ? "-" : "\\x2d");
		return buf;
	}
	return escape(text, strlen(text), true, buf, size);
}
