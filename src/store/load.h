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
};

enum load_result {
	LOAD_DONE,
	LOAD_BAD,    /* *error says what is in it and should not */
	LOAD_FAILED, /* with an error of SQLite's */
};

/* Read everything, in one transaction, from a database with our tables.  Each row is
 * checked, also those of events that are not returned.  *state is to be released with
 * state_clear(), and is empty unless LOAD_DONE; *runtime_us: see save.h. */
enum load_result load_read(sqlite3 *db, const struct load *load, struct state *state,
			   int64_t *runtime_us, char *error, size_t size);

#endif /* LOAD_H */
