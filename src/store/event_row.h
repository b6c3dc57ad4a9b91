/* SPDX-License-Identifier: BSD-2-Clause */
/* event_row.h - a row of the table event as a record.
 *
 * The file may hold anything: each value is checked like one from the network.
 */
#ifndef EVENT_ROW_H
#define EVENT_ROW_H

#include <sqlite3.h>

#include "core/record.h"

/* Take SCHEMA_EVENT_COLUMNS of the current row, which are the columns from `first` on.
 * Returns NULL, or with *record unchanged the name of a column that has a value that is
 * never saved (or could not be read, for lack of memory: sqlite3_errcode()). */
const char *event_row_read(sqlite3_stmt *stmt, int first, struct event_record *record);

#endif /* EVENT_ROW_H */
