/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/format.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/event.h"

#define DATE_AND_TIME_NEVER_LEN 8             /* without the offset from UTC */
#define LAST_WALL_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

/* JSON_FRAME holds the longest of everything but the three texts, whose every
 * octet may need six ("\u0001"). */
#define JSON_FRAME                                                                              \
	"{\"address\":\"255.255.255.255\",\"status\":\"unknown\",\"version\":\"\","             \
	"\"hostname\":\"\",\"port\":65535,\"source\":\"255.255.255.255\",\"interface\":\"\","   \
	"\"firstSeen\":\"2026-11-22T13:02:12.345Z\",\"lastSeen\":\"2026-11-22T13:02:12.345Z\"," \
	"\"responseTimeUs\":4294967295}"
#define IFNAME_LEN 16 /* IFNAMSIZ */
#define JSON_TEXTS_LEN (WIRE_VERSION_LEN - 1 + WIRE_HOSTNAME_LEN - 1 + IFNAME_LEN - 1)
_Static_assert(sizeof(JSON_FRAME) + 6 * (size_t)JSON_TEXTS_LEN <= FORMAT_JSON_LEN,
	       "the longest line fits");

struct out {
	char *p;
	size_t left;
};

static bool
printable(char c)
{
	return c >= 0x20 && c <= 0x7e;
}

char *
format_address(uint32_t addr, char buf[FORMAT_ADDRESS_LEN])
{
	snprintf(buf, FORMAT_ADDRESS_LEN, "%u.%u.%u.%u", addr >> 24, addr >> 16 & 0xff,
		 addr >> 8 & 0xff, addr & 0xff);
	return buf;
}

char *
format_time(int64_t wall_ms, char buf[FORMAT_TIME_LEN])
{
	struct tm tm;
	time_t seconds;
	size_t len;

	if (wall_ms < 0)
		wall_ms = 0;
	if (wall_ms > LAST_WALL_MS)
		wall_ms = LAST_WALL_MS;
	seconds = (time_t)(wall_ms / 1000);
	gmtime_r(&seconds, &tm);
	len = strftime(buf, FORMAT_TIME_LEN, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + len, FORMAT_TIME_LEN - len, ".%03uZ", (unsigned int)(wall_ms % 1000));
	return buf;
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

		if (!printable(text[i]) || text[i] == '\\' || (blanks && text[i] == ' '))
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

size_t
format_date_and_time(int64_t wall_ms, uint8_t octets[FORMAT_DATE_AND_TIME_LEN])
{
	const time_t seconds = (time_t)(wall_ms / 1000);
	unsigned int year;
	struct tm tm;

	memset(octets, 0, FORMAT_DATE_AND_TIME_LEN);
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
	return FORMAT_DATE_AND_TIME_LEN;
}

char *
format_printable(const char *text, size_t len, char *buf, size_t size)
{
	return escape(text, len, false, buf, size);
}

char *
format_word(const char *text, char *buf, size_t size)
{
	if (*text == '\0' || strcmp(text, "-") == 0) {
		snprintf(buf, size, "%s", *text == '\0' ? "-" : "\\x2d");
		return buf;
	}
	return escape(text, strlen(text), true, buf, size);
}

__attribute__((format(printf, 2, 3))) static void
put(struct out *out, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(out->p, out->left, format, args);
	va_end(args);
	assert(len >= 0 && (size_t)len < out->left);
	out->p += len;
	out->left -= (size_t)len;
}

/* "key":"text", of at most max octets of the text. */
static void
put_text(struct out *out, const char *key, const char *text, size_t max)
{
	put(out, "\"%s\":\"", key);
	for (size_t i = 0; i < max && text[i] != '\0'; i++) {
		if (!printable(text[i]))
			put(out, "\\u%04x", (unsigned char)text[i]);
		else if (text[i] == '"' || text[i] == '\\')
			put(out, "\\%c", text[i]);
		else
			put(out, "%c", text[i]);
	}
	put(out, "\",");
}

static void
put_time(struct out *out, const char *key, int64_t wall_ms)
{
	char time[FORMAT_TIME_LEN];

	if (wall_ms == 0)
		put(out, "\"%s\":null,", key);
	else
		put(out, "\"%s\":\"%s\",", key, format_time(wall_ms, time));
}

char *
format_json(const struct manager *m, const char *ifname, char buf[FORMAT_JSON_LEN])
{
	struct out out = {.p = buf, .left = FORMAT_JSON_LEN};
	char address[FORMAT_ADDRESS_LEN];

	put(&out, "{\"address\":\"%s\",", format_address(m->addr, address));
	put(&out, "\"status\":\"%s\",", manager_status_name(m->status));
	put_text(&out, "version", m->version, WIRE_VERSION_LEN - 1);
	put_text(&out, "hostname", m->hostname, WIRE_HOSTNAME_LEN - 1);
	if (manager_heard(m))
		put(&out, "\"port\":%u,\"source\":\"%s\",", m->port,
		    format_address(m->source, address));
	else
		put(&out, "\"port\":null,\"source\":null,");
	put_text(&out, "interface", ifname, IFNAME_LEN - 1);
	put_time(&out, "firstSeen", m->first_seen.wall_ms);
	put_time(&out, "lastSeen", m->last_seen.wall_ms);
	if (manager_heard(m))
		put(&out, "\"responseTimeUs\":%" PRIu32 "}", m->response_time_us);
	else
		put(&out, "\"responseTimeUs\":null}");
	return buf;
}

const char *
manager_status_name(enum manager_status status)
{
	switch (status) {
	case MANAGER_UP:
		return "up";
	case MANAGER_MISSING:
		return "missing";
	case MANAGER_DOWN:
		return "down";
	case MANAGER_UNKNOWN:
		return "unknown";
	}
	return "invalid";
}

const char *
event_type_name(enum event_type type)
{
	switch (type) {
	case EVENT_APPEARED:
		return "appeared";
	case EVENT_DISAPPEARED:
		return "disappeared";
	case EVENT_CHANGED:
		return "changed";
	case EVENT_CONFLICT:
		return "conflict";
	case EVENT_IMPAIRED:
		return "impaired";
	case EVENT_RESTORED:
		return "restored";
	}
	return "invalid";
}
