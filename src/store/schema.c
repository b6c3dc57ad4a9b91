/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/schema.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define AS_TEXT(number) AS_TEXT_(number)
#define AS_TEXT_(number) #number

/* SQL expressions; the result for NULL is NULL. */
#define ADDRESS(column)                                                            \
	"(" column " >> 24) || '.' || (" column " >> 16 & 255) || '.' || (" column \
	" >> 8 & 255) || '.' || (" column " & 255)"
#define TIME(column) "strftime('%Y-%m-%dT%H:%M:%fZ', " column " / 1000.0, 'unixepoch')"
#define YES_NO(column) "CASE WHEN " column " THEN 'yes' ELSE 'no' END"
/* A name may have any octets, also those that control a terminal. */
#define PRINTABLE(column)                                                                          \
	"CASE WHEN " column " GLOB '*[^ -~]*' THEN 'hexadecimal ' || hex(" column ") ELSE " column \
	" END"
#define DURATION(ms)                                                                          \
	"CASE WHEN " ms " >= 86400000 THEN printf('%dd%02dh', " ms " / 86400000, " ms         \
	" / 3600000 % 24)\n"                                                                  \
	"		WHEN " ms " >= 3600000 THEN printf('%dh%02dm', " ms " / 3600000, " ms \
	" / 60000 % 60)\n"                                                                    \
	"		WHEN " ms " >= 60000 THEN printf('%dm%02ds', " ms " / 60000, " ms     \
	" / 1000 % 60)\n"                                                                     \
	"		WHEN " ms " >= 0 THEN printf('%d.%03ds', " ms " / 1000, " ms          \
	" % 1000) END"

static const char setting_table[] =
    "CREATE TABLE setting ( -- one row for each thing that is known\n"
    "	name TEXT NOT NULL PRIMARY KEY,\n"
    "		-- clean: 1: it was saved at the end of the daemon\n"
    "		-- quiet: 1: the first round was not over, see announceFirst\n"
    "		-- last_id: the last id that an event was given\n"
    "		-- runtime: microseconds for which daemons have run with this file\n"
    "		-- saved: when, in milliseconds since 1970\n"
    "		-- interval: set by SNMP SET, in microseconds\n"
    "		-- notifications: set by SNMP SET, 0 or 1\n"
    "	value INTEGER NOT NULL,\n"
    "	overrides INTEGER -- of interval and notifications: the configuration's value\n"
    ") WITHOUT ROWID";

static const char link_table[] =
    "CREATE TABLE link ( -- interfaces that were announced as impaired\n"
    "	name TEXT NOT NULL PRIMARY KEY\n"
    ") WITHOUT ROWID";

static const char manager_table[] =
    "CREATE TABLE manager (\n"
    "		-- Addresses are numbers: the view managers has them readable.\n"
    "		-- Texts and numbers that are not known are NULL.\n"
    "	address INTEGER NOT NULL PRIMARY KEY,\n"
    "	announced TEXT, -- up or down, by the last notification\n"
    "	hostname TEXT,\n"
    "	version TEXT,\n"
    "	port INTEGER,\n"
    "	source INTEGER, -- address where its answers come from\n"
    "	interface TEXT, -- where it was last heard\n"
    "	first_seen INTEGER, -- milliseconds since 1970\n"
    "	last_seen INTEGER,\n"
    "	last_heard INTEGER, -- the same in microseconds of the setting runtime\n"
    "	missed INTEGER NOT NULL, -- rounds in a row\n"
    "	transitions INTEGER NOT NULL, -- between up and down\n"
    "	expected INTEGER NOT NULL, -- 1: by SNMP SET; the configuration's are not here\n"
    "	changed INTEGER, -- the last event changed, in microseconds of runtime\n"
    "	conflict INTEGER NOT NULL, -- 1: announced\n"
    "	challenger INTEGER, -- address of a second source, and what it answers:\n"
    "	challenger_hostname TEXT,\n"
    "	challenger_version TEXT,\n"
    "	challenger_port INTEGER,\n"
    "	announced_hostname TEXT, -- the three as last announced\n"
    "	announced_version TEXT,\n"
    "	announced_port INTEGER\n"
    ")";

static const char event_table[] =
    "CREATE TABLE event (\n"
    "	number INTEGER NOT NULL PRIMARY KEY, -- in the order in which they happened\n"
    "	id INTEGER NOT NULL UNIQUE, -- ldmEventId\n"
    "	queued INTEGER NOT NULL, -- 1: the master agent has not accepted its notification\n"
    "	type TEXT NOT NULL,\n"
    "	time INTEGER NOT NULL, -- milliseconds since 1970\n"
    "	address INTEGER, -- of the manager; NULL: it is about an interface\n"
    "	status TEXT NOT NULL, -- after the event\n"
    "	hostname TEXT,\n"
    "	version TEXT,\n"
    "	port INTEGER,\n"
    "	former_hostname TEXT, -- the three as last announced before\n"
    "	former_version TEXT,\n"
    "	former_port INTEGER,\n"
    "	source INTEGER, -- address where the last answer came from\n"
    "	other_source INTEGER, -- of a conflict, the second one\n"
    "	ifindex INTEGER,\n"
    "	reason TEXT\n"
    ")";

/* clang-format off */
static const char managers_view[] =
    "CREATE VIEW managers AS -- what is known of each manager; times are UTC\n"
    "SELECT " ADDRESS("address") " AS address,\n"
    "	announced, -- up or down, by the last notification\n"
    "	hostname,\n"
    "	version,\n"
    "	port,\n"
    "	" TIME("first_seen") " AS first_seen,\n"
    "	" TIME("last_seen") " AS last_seen, -- saved each 10 minutes\n"
    "	transitions, -- between up and down\n"
    "	" YES_NO("expected") " AS expected, -- by SNMP SET, not by the configuration\n"
    "	" PRINTABLE("interface") " AS interface,\n"
    "	" ADDRESS("source") " AS source, -- address where its answers come from\n"
    "	" YES_NO("conflict") " AS conflict, -- announced: two sources answer\n"
    "	" ADDRESS("challenger") " AS other_source -- the second one\n"
    "FROM manager ORDER BY manager.address";

static const char events_view[] =
    "CREATE VIEW events AS -- the history, oldest first; times are UTC\n"
    "SELECT id, -- ldmEventId\n"
    "	" TIME("time") " AS time,\n"
    "	type,\n"
    "	" ADDRESS("address") " AS address, -- of the manager; NULL: it is about an interface\n"
    "	hostname,\n"
    "	version,\n"
    "	port,\n"
    "	nullif(former_hostname, hostname) AS former_hostname, -- if it was another one\n"
    "	nullif(former_version, version) AS former_version,\n"
    "	nullif(former_port, port) AS former_port,\n"
    "	" DURATION("since") " AS after, -- the previous event of the same manager, or interface\n"
    "	reason,\n"
    "	status, -- after the event\n"
    "	" ADDRESS("source") " AS source, -- where the last answer came from\n"
    "	" ADDRESS("other_source") " AS other_source, -- of a conflict\n"
    "	ifindex,\n"
    "	" YES_NO("queued") " AS queued, -- the master agent has not accepted its notification\n"
    "	number -- in the order in which they happened\n"
    "FROM (SELECT *, time - lag(time) OVER (\n"
    "		PARTITION BY address, CASE WHEN address IS NULL THEN ifindex END\n"
    "		ORDER BY number) AS since FROM event)\n"
    "ORDER BY number";
/* clang-format on */

static const struct object {
	const char *name, *sql;
} objects[] = {
    {"setting", setting_table}, {"link", link_table},        {"manager", manager_table},
    {"event", event_table},     {"managers", managers_view}, {"events", events_view},
};

int
schema_make(sqlite3 *db)
{
	int code = sqlite3_exec(
	    db,
	    "PRAGMA application_id = " AS_TEXT(
		SCHEMA_APPLICATION_ID) ";"
				       "PRAGMA user_version = " AS_TEXT(SCHEMA_VERSION),
	    NULL, NULL, NULL);

	for (size_t i = 0; i < LENGTH(objects) && code == SQLITE_OK; i++)
		code = sqlite3_exec(db, objects[i].sql, NULL, NULL, NULL);
	return code;
}

/* Returns SQLITE_OK or an error. */
static int
get_number(sqlite3 *db, const char *sql, int64_t *number)
{
	sqlite3_stmt *stmt;
	int code = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	if (code != SQLITE_OK)
		return code;
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		*number = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return code == SQLITE_ROW ? SQLITE_OK : code;
}

/* The application and version, or that it is empty. */
static enum schema_verdict
check_numbers(sqlite3 *db, char *error, size_t size)
{
	int64_t application, version, count;

	if (get_number(db, "PRAGMA application_id", &application) != SQLITE_OK ||
	    get_number(db, "PRAGMA user_version", &version) != SQLITE_OK ||
	    get_number(db, "SELECT count(*) FROM sqlite_master", &count) != SQLITE_OK)
		return SCHEMA_UNKNOWN;
	if (application == 0 && version == 0 && count == 0)
		return SCHEMA_EMPTY;
	if (application != SCHEMA_APPLICATION_ID) {
		snprintf(error, size, "application_id %lld: expected %d; it is of another program",
			 (long long)application, SCHEMA_APPLICATION_ID);
		return SCHEMA_WRONG;
	}
	if (version == SCHEMA_VERSION)
		return SCHEMA_OURS;
	snprintf(error, size, "user_version %lld: expected %d; it is of another ldm-agentx",
		 (long long)version, SCHEMA_VERSION);
	return SCHEMA_WRONG;
}

static bool
is_as_made(sqlite3_stmt *stmt, const struct object *object)
{
	const unsigned char *sql = sqlite3_column_text(stmt, 0);

	return sql != NULL && strcmp((const char *)sql, object->sql) == 0;
}

static enum schema_verdict
check_object(sqlite3_stmt *stmt, const struct object *object, char *error, size_t size)
{
	int code = sqlite3_bind_text(stmt, 1, object->name, -1, SQLITE_STATIC);

	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return SCHEMA_UNKNOWN;
	if (code == SQLITE_ROW && is_as_made(stmt, object))
		return SCHEMA_OURS;
	snprintf(error, size, "%s: %s; expected it as ldm-agentx makes it", object->name,
		 code == SQLITE_ROW ? "is another table or view" : "is missing");
	return SCHEMA_WRONG;
}

enum schema_verdict
schema_check(sqlite3 *db, char *error, size_t size)
{
	enum schema_verdict verdict = check_numbers(db, error, size);
	sqlite3_stmt *stmt;

	if (verdict != SCHEMA_OURS)
		return verdict;
	if (sqlite3_prepare_v2(db, "SELECT sql FROM sqlite_master WHERE name = ?", -1, &stmt,
			       NULL) != SQLITE_OK)
		return SCHEMA_UNKNOWN;
	for (size_t i = 0; i < LENGTH(objects) && verdict == SCHEMA_OURS; i++) {
		verdict = check_object(stmt, &objects[i], error, size);
		sqlite3_reset(stmt);
	}
	sqlite3_finalize(stmt);
	return verdict;
}
