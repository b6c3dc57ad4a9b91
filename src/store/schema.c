/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/schema.h"

#include <stdint.h>
#include <stdio.h>

#include "store/database.h"
#include "store/tables.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */

/* SQL expressions; the result for NULL is NULL. */
#define ADDRESS(column) "(" column " >> 24) || '.' || (" column " >> 16 & 255) || '.' || " \
	"(" column " >> 8 & 255) || '.' || (" column " & 255)"
#define TIME(column) "strftime('%Y-%m-%dT%H:%M:%fZ', " column " / 1000.0, 'unixepoch')"
#define YES_NO(column) "CASE WHEN " column " THEN 'yes' ELSE 'no' END"
/* A name may have any octets, also those that control a terminal. */
#define PRINTABLE(name) \
	"CASE WHEN " name " GLOB '*[^ -~]*' THEN 'hexadecimal ' || hex(" name ") ELSE " name " END"

static const struct table managers_view = {.name = "managers", .sql =
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
    "FROM manager ORDER BY manager.address"};

static const struct table events_view = {.name = "events", .sql =
    "CREATE VIEW events AS -- the history, oldest first; times are UTC\n"
    "SELECT id, -- ldmEventId\n"
    "	" TIME("time") " AS time,\n"
    "	type,\n"
    "	" ADDRESS("address") " AS address, -- of the manager; NULL: it is about an interface\n"
    "	name, -- of the manager or interface\n"
    "	hostname,\n"
    "	version,\n"
    "	port,\n"
    "	nullif(previous_hostname, hostname) AS previous_hostname, -- if it was another one\n"
    "	nullif(previous_version, version) AS previous_version,\n"
    "	nullif(previous_port, port) AS previous_port,\n"
    "	CASE WHEN since >= 86400000 THEN printf('%dd%02dh', since / 86400000, since / 3600000 % 24)\n"
    "		WHEN since >= 3600000 THEN printf('%dh%02dm', since / 3600000, since / 60000 % 60)\n"
    "		WHEN since >= 60000 THEN printf('%dm%02ds', since / 60000, since / 1000 % 60)\n"
    "		WHEN since >= 0 THEN printf('%d.%03ds', since / 1000, since % 1000)\n"
    "		END AS after, -- the previous event of the same manager, or interface\n"
    "	reason,\n"
    "	status, -- after the event\n"
    "	" ADDRESS("source") " AS source, -- where the last answer came from\n"
    "	" ADDRESS("other_source") " AS other_source, -- of a conflict\n"
    "	other_hostname,\n"
    "	other_port,\n"
    "	ifindex,\n"
    "	" YES_NO("queued") " AS queued, -- the master agent has not accepted its notification\n"
    "	number -- in the order in which they happened\n"
    "FROM (SELECT *, time - lag(time) OVER (\n"
    "		PARTITION BY address, CASE WHEN address IS NULL THEN ifindex END\n"
    "		ORDER BY number) AS since FROM event)\n"
    "ORDER BY number"};
/* clang-format on */

static const struct table *const tables[] = {
    &setting_table, &link_table, &manager_table, &event_table, &managers_view, &events_view,
};

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

	for (size_t i = 0; i < LENGTH(tables) && code == SQLITE_OK; i++)
		code = run(db, table_definition(tables[i]));
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
check_table(sqlite3 *db, const struct table *table, char *error, size_t size)
{
	char *definition = table_definition(table);
	char *sql = sqlite3_mprintf("SELECT sql IS %Q FROM sqlite_master WHERE name = %Q",
				    definition, table->name);
	int64_t same = -1;
	int code = definition != NULL ? database_ask(db, sql, &same) : SQLITE_NOMEM;

	sqlite3_free(definition);
	sqlite3_free(sql);
	if (code != SQLITE_OK)
		return SCHEMA_UNKNOWN;
	if (same == 1)
		return SCHEMA_OURS;
	snprintf(error, size, "%s: %s; expected it as ldm-agentx makes it", table->name,
		 same < 0 ? "is missing" : "is another table or view");
	return SCHEMA_WRONG;
}

enum schema_verdict
schema_check(sqlite3 *db, char *error, size_t size)
{
	enum schema_verdict verdict = check_numbers(db, error, size);

	for (size_t i = 0; i < LENGTH(tables) && verdict == SCHEMA_OURS; i++)
		verdict = check_table(db, tables[i], error, size);
	return verdict;
}
