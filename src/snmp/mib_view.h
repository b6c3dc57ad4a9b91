/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_view.h - the row of a table that the current SNMP request reads.
 *
 * The last row copied is kept until the end of the request, so that all values of a row,
 * or of a group of scalars, in a response are of the same time, and the row is copied once
 * and not for each column.  A request may be several PDUs of AgentX.
 */
#ifndef MIB_VIEW_H
#define MIB_VIEW_H

#include "base/clock.h"
#include "snmp/mib_table.h"

/* Longer than any request takes.  Limits the age of values if the master agent gives all
 * its requests the same number. */
#define MIB_VIEW_KEEP_US US_PER_S

struct mib_view {
	const struct mib_table *table;

	/* For mib_view.c: */
	bool kept; /* row has the smallest key >= from */
	long request;
	int64_t since_us;
	uint32_t from, key;
	union mib_row row;
};

/* Begin, or go on with, the request of this number (RFC 2741, 6.1: h.transactionID) at
 * now_us (monotonic). */
void mib_view_open(struct mib_view *view, long request, int64_t now_us);

/* Discard the row, because the request itself may have changed it. */
void mib_view_forget(struct mib_view *view);

/* The row with the smallest key >= from, and its *key; valid until the next call.  Returns
 * NULL if there is none.  Called with the lock of the monitor held. */
const union mib_row *mib_view_row(struct mib_view *view, struct monitor *monitor, uint32_t from,
				  uint32_t *key);

#endif /* MIB_VIEW_H */
