/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

/* The longest line without its three texts, each octet of which may need six
 * ("\u0001"). */
#define JSON_FRAME                                                                              \
	"{\"address\":\"255.255.255.255\",\"status\":\"unknown\",\"version\":\"\","             \
	"\"hostname\":\"\",\"port\":65535,\"source\":\"255.255.255.255\",\"interface\":\"\","   \
	"\"firstSeen\":\"2026-11-22T13:02:12.345Z\",\"lastSeen\":\"2026-11-22T13:02:12.345Z\"," \
	"\"responseTimeUs\":4294967295}"
#define IFNAME_LEN 16 /* IFNAMSIZ */
#define JSON_TEXTS_LEN (WIRE_VERSION_LEN - 1 + WIRE_HOSTNAME_LEN - 1 + IFNAME_LEN - 1)
_Static_assert(sizeof(JSON_FRAME) + 6 * (size_t)JSON_TEXTS_LEN <= JSON_MANAGER_LEN,
	       "the longest line fits");

/* Likewise with seven texts. */
#define JSON_EVENT_FRAME                                                                         \
	"{\"name\":\"\",\"event\":\"conflictEnded\",\"id\":4294967295,\"time\":\"2026-11-22T13:" \
	"02:12.345Z\","                                                                          \
	"\"address\":\"255.255.255.255\",\"status\":\"unknown\",\"version\":\"\","               \
	"\"hostname\":\"\",\"port\":65535,\"previousVersion\":\"\",\"previousHostname\":\"\","   \
	"\"previousPort\":65535,\"source\":\"255.255.255.255\","                                 \
	"\"otherSource\":\"255.255.255.255\",\"otherHostname\":\"\",\"otherPort\":65535,"        \
	"\"ifIndex\":4294967295,\"reason\":\"\","                                                \
	"\"queued\":false,\"afterMs\":9223372036854775807}"
#define JSON_EVENT_TEXTS_LEN \
	(2 * (WIRE_VERSION_LEN - 1) + 4 * (WIRE_HOSTNAME_LEN - 1) + EVENT_REASON_LEN - 1)
_Static_assert(sizeof(JSON_EVENT_FRAME) + 6 * (size_t)JSON_EVENT_TEXTS_LEN <= JSON_EVENT_LEN,
	       "the longest line fits");

struct out {
	char *p;
	size_t left;
};

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

/* Write "key":"text", with at most max octets of the text. */
static void
put_text(struct out *out, const char *key, const char *text, size_t max)
{
	put(out, "\"%s\":\"", key);
	for (size_t i = 0; i < max && text[i] != '\0'; i++) {
		if (!text_is_printable(text[i]))
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
	char time[TEXT_TIME_LEN];

	if (wall_ms == 0)
		put(out, "\"%s\":null,", key);
	else
		put(out, "\"%s\":\"%s\",", key, text_time(wall_ms, time));
}

/* "key":number, or null for 0. */
static void
put_known(struct out *out, const char *key, uint32_t number)
{
	if (number == 0)
		put(out, "\"%s\":null,", key);
	else
		put(out, "\"%s\":%" PRIu32 ",", key, number);
}

static void
put_address(struct out *out, const char *key, uint32_t address)
{
	char text[TEXT_ADDRESS_LEN];

	if (address == 0)
		put(out, "\"%s\":null,", key);
	else
		put(out, "\"%s\":\"%s\",", key, text_address(address, text));
}

char *
json_manager(const struct manager *m, const char *ifname, char buf[JSON_MANAGER_LEN])
{
	struct out out = {.p = buf, .left = JSON_MANAGER_LEN};
	char address[TEXT_ADDRESS_LEN];

	put(&out, "{\"address\":\"%s\",", text_address(m->addr, address));
	put(&out, "\"status\":\"%s\",", manager_status_name(m->status));
	put_text(&out, "version", m->version, WIRE_VERSION_LEN - 1);
	put_text(&out, "hostname", m->hostname, WIRE_HOSTNAME_LEN - 1);
	if (manager_heard(m))
		put(&out, "\"port\":%u,\"source\":\"%s\",", m->port,
		    text_address(m->source, address));
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

char *
json_event(const struct event_record *record, int64_t after_ms, char buf[JSON_EVENT_LEN])
{
	const struct event *event = &record->event;
	struct out out = {.p = buf, .left = JSON_EVENT_LEN};

	put(&out, "{\"event\":\"%s\",\"id\":%" PRIu32 ",", event_type_name(event->type), event->id);
	put_time(&out, "time", event->time.wall_ms);
	put_address(&out, "address", event->addr);
	put(&out, "\"status\":\"%s\",", manager_status_name(event->status));
	put_text(&out, "name", event->name, WIRE_HOSTNAME_LEN - 1);
	put_text(&out, "version", event->version, WIRE_VERSION_LEN - 1);
	put_text(&out, "hostname", event->hostname, WIRE_HOSTNAME_LEN - 1);
	put_known(&out, "port", event->port);
	put_text(&out, "previousVersion", event->previous_version, WIRE_VERSION_LEN - 1);
	put_text(&out, "previousHostname", event->previous_hostname, WIRE_HOSTNAME_LEN - 1);
	put_known(&out, "previousPort", event->previous_port);
	put_address(&out, "source", event->source);
	put_address(&out, "otherSource", event->other_source);
	put_text(&out, "otherHostname", event->other_hostname, WIRE_HOSTNAME_LEN - 1);
	put_known(&out, "otherPort", event->other_port);
	put_known(&out, "ifIndex", event->ifindex);
	put_text(&out, "reason", event->reason, EVENT_REASON_LEN - 1);
	put(&out, "\"queued\":%s,", record->queued ? "true" : "false");
	if (after_ms < 0)
		put(&out, "\"afterMs\":null}");
	else
		put(&out, "\"afterMs\":%" PRId64 "}", after_ms);
	return buf;
}
