/* SPDX-License-Identifier: BSD-2-Clause */
/* sight.h - reports that the managers on a link can no longer be judged, and that they can
 * be judged again.
 *
 * Pure.  A link is reported only if the manager of a row was last heard on it.
 */
#ifndef SIGHT_H
#define SIGHT_H

#include <stdbool.h>

#include "base/clock.h"
#include "core/event.h"
#include "core/links.h"

/* Record the judgement of the link in a round.  depended: a row depends on it.  on_event may
 * be NULL. */
void sight_note(struct link *link, enum link_judgement judgement, bool depended, struct moment now,
		event_fn *on_event, void *ctx);

/* Whether there are links whose last event was not taken; and make another event for each of
 * them. */
bool sight_is_owed(const struct links *links);
void sight_reconcile(struct links *links, struct moment now, event_fn *on_event, void *ctx);

#endif /* SIGHT_H */
