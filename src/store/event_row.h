/* SPDX-License-Identifier: BSD-2-Clause */
/* event_row.h - a row of the table event as a record. */
#ifndef EVENT_ROW_H
#define EVENT_ROW_H

#include "core/record.h"
#include "store/columns.h"

/* Take the next columns, which are SCHEMA_EVENT_COLUMNS, and see whether their values belong
 * together.  *record, which is all zero before, has no meaning if the row is bad. */
void event_row_read(struct columns *c, struct event_record *record);

#endif /* EVENT_ROW_H */
