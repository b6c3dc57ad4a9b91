/* SPDX-License-Identifier: BSD-2-Clause */
/* keep.h - what of a discovery and its inventory goes into a state, and comes
 * back out of one in another life.
 *
 * Pure.
 */
#ifndef KEEP_H
#define KEEP_H

#include "base/clock.h"
#include "core/discover.h"
#include "core/inventory.h"
#include "core/record.h"

/* Fill in the managers, for manager_count of which state has room, and the links that
 * they were heard on or that are impaired, for LINKS_MAX of which it has; both counts become what
 * there is. */
void keep_export(const struct discover *discover, const struct inventory *inv, struct state *state,
		 struct moment now);

/* Take them up, in a discovery and inventory that are new but for what the
 * configuration expects and which interfaces there are.  0, or -1 when out of
 * memory, part of it then being there. */
int keep_restore(struct discover *discover, struct inventory *inv, const struct state *state,
		 struct moment now);

#endif /* KEEP_H */
