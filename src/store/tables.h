/* SPDX-License-Identifier: BSD-2-Clause */
/* tables.h - the tables of the database, and the records that are their rows. */
#ifndef TABLES_H
#define TABLES_H

#include "core/record.h"
#include "store/table.h"

struct setting_row {
	int64_t number; /* 1 */
	bool clean, quiet;
	uint32_t last_id;
	int64_t runtime_us, saved_ms;
	struct setting_record interval, notifications;
};

/* An event_record is enough to write one. */
struct event_row {
	struct event_record record;
	int64_t number;
};

extern const struct table setting_table; /* struct setting_row */
extern const struct table link_table;    /* struct link_record */
extern const struct table manager_table; /* struct manager_record */
extern const struct table event_table;   /* struct event_row */

#endif /* TABLES_H */
