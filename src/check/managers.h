/* SPDX-License-Identifier: BSD-2-Clause */
/* managers.h - ldmManagerTable as the plugin needs it. */
#ifndef MANAGERS_H
#define MANAGERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/query.h"
#include "check/report.h"

enum managers_status { /* of LdmManagerState */
		       MANAGERS_UP = 1,
		       MANAGERS_MISSING = 2,
		       MANAGERS_DOWN = 3,
		       MANAGERS_UNKNOWN = 4,
};

#define MANAGERS_SHOWN_LEN 64 /* a name is chosen by whoever answers; Nagios reads 8 KiB */

struct managers_row {
	uint32_t address; /* host byte order */
	unsigned int status;
	uint32_t silence_s;
	uint32_t response_time_us;
	uint32_t missed_rounds;
	uint32_t transitions;
	bool expected;
	uint32_t conflict_address; /* 0: no conflict */
	char conflict_hostname[MANAGERS_SHOWN_LEN];
	char hostname[QUERY_TEXT_LEN];
	char name[QUERY_TEXT_LEN];      /* its name, its hostname, or its address */
	char shown[MANAGERS_SHOWN_LEN]; /* the same, cut for output */
};

struct managers {
	struct managers_row *rows; /* in the order of addresses; owned */
	size_t count;
};

/* Read the table; to be freed by managers_clear().  `all_columns`: otherwise without those
 * that managers_line() does not need, because each column takes as long.  It is an error if
 * the agent has none of the objects. */
void managers_read(struct managers *managers, struct query *query, bool all_columns);

/* Read only the row of this address (host byte order), if there is one. */
void managers_read_one(struct managers *managers, struct query *query, uint32_t address);

void managers_clear(struct managers *managers);

/* The one with this address, name or hostname (case is ignored); NULL if there is none. */
const struct managers_row *managers_find(const struct managers *managers, const char *what);

/* Add a line of the report about a manager. */
void managers_line(struct report *report, const struct managers_row *row);

#endif /* MANAGERS_H */
