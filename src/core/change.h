/* SPDX-License-Identifier: BSD-2-Clause */
/* change.h - what an operator may change by SNMP SET, and when it is refused.
 *
 * Pure.  A SET has phases, between which the configuration may be reloaded:
 * whatever it says by then stays.
 */
#ifndef CHANGE_H
#define CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "core/discover.h"
#include "core/inventory.h"

enum change_what {
	CHANGE_INTERVAL,      /* value: milliseconds; takes effect at commit */
	CHANGE_ROUND_NOW,     /* value is not looked at; takes effect at commit */
	CHANGE_NOTIFICATIONS, /* value: 0 or 1; takes effect at commit */
	CHANGE_ROW,           /* of the manager table; see below */
};
#define CHANGE_KINDS (CHANGE_ROW + 1)

enum change_action {
	CHANGE_ROW_KEEP,    /* it must exist */
	CHANGE_ROW_CREATE,  /* it must not exist; it will be expected */
	CHANGE_ROW_DESTROY, /* takes effect at commit; it need not exist */
};

struct change {
	enum change_what what;
	uint32_t value;
	uint32_t address; /* CHANGE_ROW: which one */
	enum change_action action;
	bool set_expected, expected; /* CHANGE_ROW: whether it is expected is set, to this */
	bool expectation_made;       /* for apply and undo alone: the row was not expected before */
};

/* Why a change cannot be made (RFC 3416, 4.2.5). */
enum change_refusal {
	CHANGE_GRANTED,
	CHANGE_WRONG_VALUE,        /* never possible */
	CHANGE_INCONSISTENT_VALUE, /* not now: contradicts something else */
	CHANGE_INCONSISTENT_NAME,  /* there is no such row to change */
	CHANGE_RESOURCES,          /* the table is full */
};

/* What is changed; all borrowed. */
struct change_target {
	struct inventory *inv;
	struct discover *discover;
	bool *notifications; /* enabled */
	size_t max_managers;
};

/* Whether it could be made now. */
enum change_refusal change_check(const struct change_target *target, const struct change *change);

/* Refuse the change if change_check() would do so by now, and make the part of it
 * that might find no room later: a row to be expected. */
enum change_refusal change_apply(const struct change_target *target, struct change *change,
				 struct moment now);

/* Take back what change_apply() made.  Returns whether that was anything. */
bool change_undo(const struct change_target *target, const struct change *change,
		 struct moment now);

/* Carry out all else.  False: a reload since change_apply() leaves no place for
 * the change, and nothing was done. */
bool change_commit(const struct change_target *target, const struct change *change,
		   struct moment now);

#endif /* CHANGE_H */
