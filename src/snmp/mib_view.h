/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_view.h - a table as one request of a manager sees it.
 *
 * The row that was copied last is kept while the request lasts, so that all that
 * an answer shows of a row, or of a group of scalars, is of one moment.  Nor is it
 * copied again for each column.
 */
#ifndef MIB_VIEW_H
#define MIB_VIEW_H

#include "base/clock.h"
#include "base/shared.h"
#include "snmp/mib_table.h"

/* A request takes less.  A master agent that numbers all its requests alike sees
 * values that are no older. */
#define MIB_VIEW_KEEP_US US_PER_S

struct mib_view {
	const struct mib_table *table;
	struct shared *shared; /* the monitor */

	/* For mib_view.c: */
	bool kept; /* row is there: the one with the smallest key >= from */
	long request;
	int64_t since_us;
	uint32_t from, key;
	union mib_row row;
};

/* Look at the table on behalf of that request (RFC 2741, 6.1: h.transactionID) at
 * now_us (monotonic). */
void mib_view_open(struct mib_view *view, long request, int64_t now_us);

/* Forget the row kept: it may have been changed by the request itself. */
void mib_view_forget(struct mib_view *view);

/* The row with the smallest key >= from, valid until the next call; *key is set.
 * NULL: there is none. */
const union mib_row *mib_view_row(struct mib_view *view, uint32_t from, uint32_t *key);

#endif /* MIB_VIEW_H */
