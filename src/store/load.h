/* SPDX-License-Identifier: BSD-2-Clause */
/* load.h - reads the database, as untrusted input: no value is accepted that could not have
 * come from the network or by SNMP SET.
 */
#ifndef LOAD_H
#define LOAD_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "core/record.h"

struct load {
	size_t managers;        /* limit; more are an error */
	size_t events;          /* of those that are not queued, return this many, the last ones */
	size_t history, queued; /* limits of the events, in all and queued */
	int64_t now_ms;         /* since 1970 */

	/* What was found: */
	int64_t runtime_us; /* see save.h */
	size_t clamped;     /* managers seen after now_ms, because the clock was ahead; these
			     * times are now_ms */
};

/* Read everything, in one transaction, from a database with our tables.  Each row is
 * checked, also those of events that are not returned.  Returns SQLITE_OK, or an SQLite error
 * with *error: SQLITE_CORRUPT if a value is refused.  *state must be released with
 * state_clear(); it is empty after an error. */
int load_read(sqlite3 *db, struct load *load, struct state *state, char *error, size_t size);

#endif /* LOAD_H */
