/* SPDX-License-Identifier: BSD-2-Clause */
/* downlist.h - the managers that are down, in one text.
 *
 * Pure.  For monitoring software that can read single objects but not tables.
 */
#ifndef DOWNLIST_H
#define DOWNLIST_H

#include <stdint.h>

#include "core/inventory.h"

#define DOWNLIST_LEN 256 /* 255 octets, the longest SnmpAdminString, and a NUL */

struct downlist {
	uint32_t expected;        /* the number of managers that are down and expected */
	char names[DOWNLIST_LEN]; /* "a, b, c and 4 more"; empty: none is down */
};

/* Describe the managers that are down, in the order of their addresses: each by its
 * hostname, or by its address if it has none.  Names that do not fit are counted; if the
 * first one does not fit, it is truncated, between characters of UTF-8, and ends with "...".
 *
 * Searches the inventory up to the last manager that is down: O(n log n), about a
 * millisecond for 10000 rows, and O(1) if none is down. */
void downlist_describe(const struct inventory *inv, struct downlist *out);

#endif /* DOWNLIST_H */
