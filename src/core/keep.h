/* SPDX-License-Identifier: BSD-2-Clause */
/* keep.h - copies the links and managers to the saved state, and restores them.
 *
 * Pure.
 */
#ifndef KEEP_H
#define KEEP_H

#include "base/clock.h"
#include "core/discover.h"
#include "core/inventory.h"
#include "core/record.h"

/* Copy the managers to state, which has room for manager_count, and the links on which
 * they were heard or that are impaired, for LINKS_MAX of which it has room.  Both counts
 * are set to the numbers copied. */
void keep_export(const struct discover *discover, const struct inventory *inv, struct state *state,
		 struct moment now);

/* Restore them.  discover and inv are new except for interfaces and expected managers.
 * Returns 0, or -1 if there is no memory; only a part is restored then. */
int keep_restore(struct discover *discover, struct inventory *inv, const struct state *state,
		 struct moment now);

#endif /* KEEP_H */
