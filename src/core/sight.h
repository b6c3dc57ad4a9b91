/* SPDX-License-Identifier: BSD-2-Clause */
/* sight.h - who is told that managers on a link cannot be judged any more, and when
 * that is over.
 *
 * Pure.  A monitor that went blind must not be silent about it; but only a link that
 * a row depends on, as its manager was last heard there, is worth a word.
 */
#ifndef SIGHT_H
#define SIGHT_H

#include <stdbool.h>

#include "base/clock.h"
#include "core/event.h"
#include "core/links.h"

/* A round is judged on the link; depended: a row depends on it.  on_event may be
 * NULL. */
void sight_note(struct link *link, enum link_judgement judgement, bool depended, struct moment now,
		event_fn *on_event, void *ctx);

/* Whether there are links whose last event was not taken, and make it anew for each
 * of them. */
bool sight_is_owed(const struct links *links);
void sight_reconcile(struct links *links, struct moment now, event_fn *on_event, void *ctx);

#endif /* SIGHT_H */
