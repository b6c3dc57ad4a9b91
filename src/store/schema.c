/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/schema.h"

#include <stdint.h>
#include <stdio.h>

#include "store/database.h"
#include "store/tables.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

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

/* A table, or a view as SQL. */
static const struct object {
	const struct table *table;
	const char *name, *sql;
} objects[] = {
    {.table = &setting_table},
    {.table = &link_table},
    {.table = &manager_table},
    {.table = &event_table},
    {.name = "managers", .sql = managers_view},
    {.name = "events", .sql = events_view},
};

/* To be released with sqlite3_free(); NULL if there is no memory. */
static char *
definition(const struct object *object)
{
	return object->table != NULL ? table_definition(object->table)
				     : sqlite3_mprintf("%s", object->sql);
}

static int
run(sqlite3 *db, char *sql)
{
	int code = sql != NULL ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;

	sqlite3_free(sql);
	return code;
}

int
schema_make(sqlite3 *db)
{
	int code = run(db, sqlite3_mprintf("PRAGMA application_id = %d; PRAGMA user_version = %d",
					   SCHEMA_APPLICATION_ID, SCHEMA_VERSION));

	for (size_t i = 0; i < LENGTH(objects) && code == SQLITE_OK; i++)
		code = run(db, definition(&objects[i]));
	return code;
}

/* The application and version, or that it is empty. */
static enum schema_verdict
check_numbers(sqlite3 *db, char *error, size_t size)
{
	int64_t application = 0, version = 0, count = 0;

	if (database_ask(db, "PRAGMA application_id", &application) != SQLITE_OK ||
	    database_ask(db, "PRAGMA user_version", &version) != SQLITE_OK ||
	    database_ask(db, "SELECT count(*) FROM sqlite_master", &count) != SQLITE_OK)
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

static enum schema_verdict
check_object(sqlite3 *db, const struct object *object, char *error, size_t size)
{
	const char *name = object->table != NULL ? object->table->name : object->name;
	char *sql = definition(object);
	char *question =
	    sqlite3_mprintf("SELECT sql = %Q FROM sqlite_master WHERE name = %Q", sql, name);
	int64_t same = -1;
	int code = database_ask(db, question, &same);

	sqlite3_free(sql);
	sqlite3_free(question);
	if (code != SQLITE_OK)
		return SCHEMA_UNKNOWN;
	if (same == 1)
		return SCHEMA_OURS;
	snprintf(error, size, "%s: %s; expected it as ldm-agentx makes it", name,
		 same < 0 ? "is missing" : "is another table or view");
	return SCHEMA_WRONG;
}

enum schema_verdict
schema_check(sqlite3 *db, char *error, size_t size)
{
	enum schema_verdict verdict = check_numbers(db, error, size);

	for (size_t i = 0; i < LENGTH(objects) && verdict == SCHEMA_OURS; i++)
		verdict = check_object(db, &objects[i], error, size);
	return verdict;
}
