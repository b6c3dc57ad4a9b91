/* SPDX-License-Identifier: BSD-2-Clause */
/* load.h - reads the database, as untrusted input: nothing enters by it that could not have
 * come by the network or by SNMP SET.
 */
#ifndef LOAD_H
#define LOAD_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "core/record.h"

struct load {
	size_t managers;        /* so many may be there */
	size_t events;          /* of the events that are not queued, the last ones to return */
	size_t history, queued; /* events that may be there, in all and queued */
	int64_t now_ms;         /* since 1970 */

	/* What was found: */
	int64_t runtime_us; /* see save.h */
	size_t clamped;     /* managers seen after now_ms, as the clock was ahead; they were
			     * seen at now_ms */
};

/* Read everything, in one transaction, from a database with our tables.  Each row is
 * checked, also those of events that are not returned.  Returns SQLITE_OK, or an error with
 * *error; that of a value which should not be there is SQLITE_CORRUPT.  *state is to be
 * released with state_clear(), and is empty after an error. */
int load_read(sqlite3 *db, struct load *load, struct state *state, char *error, size_t size);

#endif /* LOAD_H */
