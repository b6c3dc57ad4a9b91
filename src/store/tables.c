/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/tables.h"

#include "base/clock.h"
#include "core/discover.h"

#define WALL_MAX_MS INT64_C(253402300799999) /* the last that text_time() can show */
#define RUNTIME_MAX_US (36525 * US_PER_DAY)  /* a century */
#define NUMBER_MAX (INT64_C(1) << 62)        /* SQLite can go on from there */

static const char *
announced_word(int64_t value)
{
	return value == ANNOUNCED_UP ? "up" : "down";
}

static const char *
status_word(int64_t value)
{
	return manager_status_name((enum manager_status)value);
}

static const char *
type_word(int64_t value)
{
	return event_type_name((enum event_type)value);
}

/* Kinds of columns, for a member of a RECORD. */
#define MEMBER(m) .offset = offsetof(RECORD, m), .size = sizeof(((RECORD *)0)->m)
#define INTEGER(m, from, to) MEMBER(m), .kind = COLUMN_INTEGER, .min = (from), .max = (to)
#define ROWID(m) MEMBER(m), .kind = COLUMN_ROWID, .min = 1, .max = NUMBER_MAX
#define FLAG(m) INTEGER(m, 0, 1), .sql = " NOT NULL"
#define COUNT(m) INTEGER(m, 0, UINT32_MAX), .sql = " NOT NULL"
#define TIME(m) INTEGER(m, 1, WALL_MAX_MS)
#define PORT(m) INTEGER(m, 1, UINT16_MAX)
#define ADDRESS(m) INTEGER(m, 1, UINT32_MAX)
#define MANAGER(m) MEMBER(m), .kind = COLUMN_MANAGER
#define AGE(m) MEMBER(m), .kind = COLUMN_AGE, .min = -RUNTIME_MAX_US, .max = -1
#define WORD(m, fn, last) MEMBER(m), .kind = COLUMN_WORD, .word = (fn), .max = (last)
#define TEXT(m) MEMBER(m), .kind = COLUMN_TEXT
#define NAME(m) MEMBER(m), .kind = COLUMN_NAME
#define NOT_NULL .sql = " NOT NULL"
#define UNIQUE .sql = " NOT NULL UNIQUE"
#define PRIMARY_KEY .sql = " NOT NULL PRIMARY KEY"

#define COLUMNS(array) .columns = (array), .column_count = sizeof(array) / sizeof((array)[0])

/* clang-format off */

#define RECORD struct setting_row
static const struct column setting_columns[] = {
    {"number", INTEGER(number, 1, 1), PRIMARY_KEY, .note = "there is one row"},
    {"clean", FLAG(clean), .note = "1: it was saved at the end of the daemon"},
    {"quiet", FLAG(quiet), .note = "1: the first round was not over, see announceFirst"},
    {"last_id", COUNT(last_id), .note = "the last id that an event was given"},
    {"runtime", INTEGER(runtime_us, 0, RUNTIME_MAX_US), NOT_NULL,
	.note = "microseconds for which daemons have run with this file"},
    {"saved", INTEGER(saved_ms, 0, WALL_MAX_MS), NOT_NULL, .note = "milliseconds since 1970"},
    {"interval_set", FLAG(interval.set), .note = "1: by SNMP SET; in microseconds"},
    {"interval", INTEGER(interval.value, 0, DISCOVER_INTERVAL_MAX_US), NOT_NULL},
    {"interval_over", INTEGER(interval.over, 0, DISCOVER_INTERVAL_MAX_US), NOT_NULL,
	.note = "the configuration's value, which it overrides"},
    {"notifications_set", FLAG(notifications.set), .note = "the same, of 0 or 1"},
    {"notifications", FLAG(notifications.value)},
    {"notifications_over", FLAG(notifications.over)},
};
const struct table setting_table = {
    .name = "setting", .note = "what is not in the other tables",
    .record_size = sizeof(RECORD), COLUMNS(setting_columns),
    .sql = ")",
    .rules = "WHEN interval_set AND min(interval, interval_over) < 100000 "
	     "THEN 'interval and interval_over of 100000 at least' ",
};
#undef RECORD

#define RECORD struct link_record
static const struct column link_columns[] = {
    {"name", NAME(name), PRIMARY_KEY},
};
const struct table link_table = {
    .name = "link", .note = "interfaces that were announced as impaired",
    .record_size = sizeof(RECORD), COLUMNS(link_columns),
    .sql = ") WITHOUT ROWID",
};
#undef RECORD

#define RECORD struct manager_record
static const struct column manager_columns[] = {
    {"address", MANAGER(m.addr), PRIMARY_KEY, .note = "readable in the view managers"},
    {"announced", WORD(notified.announced, announced_word, ANNOUNCED_DOWN),
	.note = "up or down, by the last notification"},
    {"hostname", TEXT(m.hostname)},
    {"version", TEXT(m.version)},
    {"port", PORT(m.port)},
    {"source", ADDRESS(m.source), .note = "where its answers come from"},
    {"interface", NAME(link), .note = "where it was last heard"},
    {"first_seen", TIME(m.first_seen.wall_ms), .note = "milliseconds since 1970"},
    {"last_seen", TIME(m.last_seen.wall_ms)},
    {"last_heard", AGE(m.last_seen.mono_us), .note = "the same in microseconds of runtime"},
    {"waiting", AGE(m.waiting_us), .note = "never heard: expected since then, likewise"},
    {"missed", COUNT(m.missed), .note = "rounds in a row"},
    {"transitions", COUNT(m.transitions), .note = "between up and down"},
    {"expected", FLAG(m.expected_by_operator), .note = "1: by SNMP SET, not configured"},
    {"changed", AGE(changed_us), .note = "the last event changed, in microseconds of runtime"},
    {"conflict", FLAG(notified.conflict), .note = "1: announced"},
    {"challenger", ADDRESS(challenger), .note = "a second source, and what it answers"},
    {"challenger_hostname", TEXT(challenger_says.hostname)},
    {"challenger_version", TEXT(challenger_says.version)},
    {"challenger_port", PORT(challenger_says.port)},
    {"announced_hostname", TEXT(notified.description.hostname), .note = "as last announced"},
    {"announced_version", TEXT(notified.description.version)},
    {"announced_port", PORT(notified.description.port)},
};
const struct table manager_table = {
    .name = "manager", .note = "what is not known is NULL",
    .record_size = sizeof(RECORD), COLUMNS(manager_columns),
    .sql = ")",
    .rules =
	"WHEN (first_seen IS NULL) + (last_seen IS NULL) + (last_heard IS NULL) + "
	"(source IS NULL) + (port IS NULL) NOT IN (0, 5) "
	"THEN 'all of first_seen, last_seen, last_heard, source and port, or none' "
	"WHEN last_seen IS NULL AND coalesce(hostname, version) NOT NULL "
	"THEN 'last_seen, as there is hostname or version' "
	/* It may be announced as down before it is ever heard, if it is expected. */
	"WHEN announced = 'up' AND last_seen IS NULL "
	"THEN 'last_seen, as it is announced as up' "
	"WHEN announced = 'up' AND announced_port IS NULL "
	"THEN 'announced_port, as it is announced as up' "
	"WHEN challenger NOT NULL AND (challenger_port IS NULL OR last_seen IS NULL) "
	"THEN 'challenger_port and last_seen, as there is challenger' "
	"WHEN challenger IS NULL AND "
	"coalesce(challenger_hostname, challenger_version, challenger_port) NOT NULL "
	"THEN 'challenger, as there is challenger_hostname or the like' ",
};
#undef RECORD

#define RECORD struct event_row
static const struct column event_columns[] = {
    {"number", ROWID(number), PRIMARY_KEY, .note = "in the order in which they happened"},
    {"id", INTEGER(record.event.id, 1, UINT32_MAX), UNIQUE, .note = "ldmEventId"},
    {"queued", FLAG(record.queued), .note = "1: its notification has not been accepted"},
    {"type", WORD(record.event.type, type_word, EVENT_TYPES - 1), NOT_NULL},
    {"time", TIME(record.event.time.wall_ms), NOT_NULL, .note = "milliseconds since 1970"},
    {"address", MANAGER(record.event.addr), .note = "NULL: it is about an interface"},
    {"status", WORD(record.event.status, status_word, MANAGER_STATUSES - 1), NOT_NULL,
	.note = "after the event"},
    {"name", TEXT(record.event.name), NOT_NULL, .note = "of the manager or interface"},
    {"hostname", TEXT(record.event.hostname)},
    {"version", TEXT(record.event.version)},
    {"port", PORT(record.event.port)},
    {"previous_hostname", TEXT(record.event.previous_hostname), .note = "as last announced before"},
    {"previous_version", TEXT(record.event.previous_version)},
    {"previous_port", PORT(record.event.previous_port)},
    {"source", ADDRESS(record.event.source), .note = "where the last answer came from"},
    {"other_source", ADDRESS(record.event.other_source), .note = "of a conflict, the second one"},
    {"other_hostname", TEXT(record.event.other_hostname)},
    {"other_port", PORT(record.event.other_port)},
    {"ifindex", INTEGER(record.event.ifindex, 1, INT32_MAX)},
    {"reason", TEXT(record.event.reason)},
};
const struct table event_table = {
    .name = "event", .note = "the history: see the view events",
    .record_size = sizeof(RECORD), COLUMNS(event_columns),
    .sql = ")",
    .rules =
	"WHEN type IN ('impaired', 'restored') AND address NOT NULL "
	"THEN 'no address with this type' "
	"WHEN type NOT IN ('impaired', 'restored') AND address IS NULL "
	"THEN 'an address with this type' ",
};
#undef RECORD
