/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/state_lines.h"

#include "store/state.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define SIZE_OF(type, member) sizeof(((type *)NULL)->member)
#define FIELD(text, what, type, member)                                   \
	.name = (text), .kind = (what), .offset = offsetof(type, member), \
	.size = SIZE_OF(type, member)
#define STATE(text, what, member) FIELD(text, what, struct state, member)
#define LINK(text, what, member) FIELD(text, what, struct link_record, member)
#define MANAGER(text, what, member) FIELD(text, what, struct manager_record, member)
#define EVENT(text, what, member) FIELD(text, what, struct event_record, member)

static const char *
announcement(uint32_t value)
{
	if (value > ANNOUNCED_DOWN)
		return NULL;
	return value == ANNOUNCED_DOWN ? "down" : "up";
}

static const char *
status(uint32_t value)
{
	return value < MANAGER_STATUSES ? manager_status_name((enum manager_status)value) : NULL;
}

static const char *
event_type(uint32_t value)
{
	return value < EVENT_TYPES ? event_type_name((enum event_type)value) : NULL;
}

static const struct state_field saved_fields[] = {
    {STATE("at", STATE_TIME, saved_wall_ms)},
    {STATE("quiet", STATE_FLAG, quiet)},
};
static const struct state_field ids_fields[] = {
    {STATE("taken", STATE_NUMBER, last_id), .max = UINT32_MAX},
};
static const struct state_field interval_fields[] = {
    {STATE("value", STATE_DURATION, interval.value)},
    {STATE("over", STATE_DURATION, interval.over)},
};
static const struct state_field notifications_fields[] = {
    {STATE("enabled", STATE_FLAG, notifications.value)},
    {STATE("over.enabled", STATE_FLAG, notifications.over)},
};
static const struct state_field link_fields[] = {
    {LINK("name", STATE_OCTETS, name)},
    {LINK("impaired", STATE_FLAG, impaired)},
};
static const struct state_field manager_fields[] = {
    {MANAGER("address", STATE_ADDRESS, m.addr)},
    {MANAGER("announced", STATE_KEYWORD, notified.announced), .keyword = announcement},
    {MANAGER("hostname", STATE_TEXT, m.hostname)},
    {MANAGER("version", STATE_TEXT, m.version)},
    {MANAGER("port", STATE_NUMBER, m.port), .max = UINT16_MAX},
    {MANAGER("source", STATE_ADDRESS, m.source)},
    {MANAGER("link", STATE_LINK, m.link)},
    {MANAGER("firstSeen", STATE_TIME, m.first_seen.wall_ms)},
    {MANAGER("lastSeen", STATE_TIME, m.last_seen.wall_ms)},
    {MANAGER("silence", STATE_AGE, m.last_seen.mono_us)},
    {MANAGER("missed", STATE_NUMBER, m.missed), .max = UINT32_MAX},
    {MANAGER("transitions", STATE_NUMBER, m.transitions), .max = UINT32_MAX},
    {MANAGER("expected", STATE_FLAG, m.expected_by_operator)},
    {MANAGER("told.hostname", STATE_TEXT, notified.description.hostname)},
    {MANAGER("told.version", STATE_TEXT, notified.description.version)},
    {MANAGER("told.port", STATE_NUMBER, notified.description.port), .max = UINT16_MAX},
    {MANAGER("changed", STATE_AGE, changed_us)},
    {MANAGER("conflict", STATE_FLAG, notified.conflict)},
    {MANAGER("challenger", STATE_ADDRESS, challenger)},
    {MANAGER("challenger.hostname", STATE_TEXT, challenger_says.hostname)},
    {MANAGER("challenger.version", STATE_TEXT, challenger_says.version)},
    {MANAGER("challenger.port", STATE_NUMBER, challenger_says.port), .max = UINT16_MAX},
};
static const struct state_field event_fields[] = {
    {EVENT("id", STATE_NUMBER, event.id), .max = UINT32_MAX},
    {EVENT("type", STATE_KEYWORD, event.type), .keyword = event_type},
    {EVENT("queued", STATE_FLAG, queued)},
    {EVENT("logged", STATE_FLAG, logged)},
    {EVENT("at", STATE_TIME, event.time.wall_ms)},
    {EVENT("address", STATE_ADDRESS, event.addr)},
    {EVENT("status", STATE_KEYWORD, event.status), .keyword = status},
    {EVENT("hostname", STATE_TEXT, event.hostname)},
    {EVENT("version", STATE_TEXT, event.version)},
    {EVENT("port", STATE_NUMBER, event.port), .max = UINT16_MAX},
    {EVENT("former.hostname", STATE_TEXT, event.former_hostname)},
    {EVENT("former.version", STATE_TEXT, event.former_version)},
    {EVENT("former.port", STATE_NUMBER, event.former_port), .max = UINT16_MAX},
    {EVENT("source", STATE_ADDRESS, event.source)},
    {EVENT("source.other", STATE_ADDRESS, event.other_source)},
    {EVENT("ifindex", STATE_NUMBER, event.ifindex), .max = INT32_MAX},
    {EVENT("reason", STATE_OCTETS, event.reason)},
};

const struct state_line state_lines[LINE_KINDS] = {
    [LINE_SAVED] = {"saved", saved_fields, LENGTH(saved_fields), false},
    [LINE_IDS] = {"ids", ids_fields, LENGTH(ids_fields), false},
    [LINE_INTERVAL] = {"interval", interval_fields, LENGTH(interval_fields), false},
    [LINE_NOTIFICATIONS] = {"notifications", notifications_fields, LENGTH(notifications_fields),
			    false},
    [LINE_LINK] = {"link", link_fields, LENGTH(link_fields), true},
    [LINE_MANAGER] = {"manager", manager_fields, LENGTH(manager_fields), true},
    [LINE_EVENT] = {"event", event_fields, LENGTH(event_fields), true},
};
