/* SPDX-License-Identifier: BSD-2-Clause */
/* change.h - checks and makes the changes that an operator requests by SNMP SET.
 *
 * Pure.  A SET has phases; if the configuration is reloaded between them, its values take
 * precedence.
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
	CHANGE_ROUND_NOW,     /* value is ignored; takes effect at commit */
	CHANGE_NOTIFICATIONS, /* value: 0 or 1; takes effect at commit */
	CHANGE_ROW,           /* of the manager table; see below */
};
#define CHANGE_KINDS (CHANGE_ROW + 1)

enum change_action {
	CHANGE_ROW_KEEP,    /* the row must exist */
	CHANGE_ROW_CREATE,  /* it must not exist, and will be expected */
	CHANGE_ROW_DESTROY, /* it need not exist; takes effect at commit */
};

struct change {
	enum change_what what;
	uint32_t value;
	uint32_t address; /* CHANGE_ROW: of the row */
	enum change_action action;
	bool set_expected; /* CHANGE_ROW: set whether it is expected, to: */
	bool expected;
	bool expectation_made; /* by change_apply(), to be removed by change_undo() */
};

/* Why a change cannot be made (RFC 3416, 4.2.5). */
enum change_refusal {
	CHANGE_GRANTED,
	CHANGE_WRONG_VALUE,        /* the value is never possible */
	CHANGE_INCONSISTENT_VALUE, /* the value is not possible now */
	CHANGE_INCONSISTENT_NAME,  /* the row does not exist */
	CHANGE_RESOURCES,          /* the table is full */
};

/* What is changed; all borrowed. */
struct change_target {
	struct inventory *inv;
	struct discover *discover;
	bool *notifications; /* enabled */
	size_t max_managers;
};

/* Whether the change could be made now. */
enum change_refusal change_check(const struct change_target *target, const struct change *change);

/* Check the change again and, if it is not refused, make the part for which there may be no
 * room later: add a row that is expected. */
enum change_refusal change_apply(const struct change_target *target, struct change *change,
				 struct moment now);

/* Undo change_apply().  Returns whether there was anything to undo. */
bool change_undo(const struct change_target *target, const struct change *change,
		 struct moment now);

/* Make the rest of the change.  Returns false with nothing done if the change contradicts
 * the configuration, which was reloaded after change_apply(). */
bool change_commit(const struct change_target *target, const struct change *change,
		   struct moment now);

#endif /* CHANGE_H */
