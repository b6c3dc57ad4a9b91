/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_setrequest.h - the varbinds of a SET request, put together: one change for
 * each row of ldmManagerTable, and for each scalar, that they concern.
 *
 * Pure: knows neither net-snmp nor what there is to change.
 */
#ifndef MIB_SETREQUEST_H
#define MIB_SETREQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/change.h"

enum mib_object {
	MIB_OBJECT_INTERVAL,      /* ldmDiscoveryInterval */
	MIB_OBJECT_NOW,           /* ldmDiscoveryNow */
	MIB_OBJECT_NOTIFICATIONS, /* ldmNotificationsEnabled */
	MIB_OBJECT_EXPECTED,      /* ldmManagerExpected */
	MIB_OBJECT_ROW_STATUS,    /* ldmManagerRowStatus */
};
#define MIB_OBJECT_COUNT 5

struct mib_draft {
	enum change_what what;
	uint32_t key; /* address, or 0 of a scalar */
	bool given[MIB_OBJECT_COUNT];
	uint32_t value[MIB_OBJECT_COUNT];
};

/* Whether the object could ever be set to this value, whatever the instance. */
bool mib_object_takes(enum mib_object object, int64_t value);

/* Whether there could ever be this instance of the object. */
bool mib_object_instance(enum mib_object object, uint32_t key);

/* A draft in which nothing is given yet. */
struct mib_draft mib_draft_for(enum mib_object object, uint32_t key);

/* Whether this instance belongs into the draft. */
bool mib_draft_concerns(const struct mib_draft *draft, enum mib_object object, uint32_t key);

/* Add a value that the object takes.  CHANGE_INCONSISTENT_VALUE: it contradicts
 * what has been added before. */
enum change_refusal mib_draft_add(struct mib_draft *draft, enum mib_object object, uint32_t value);

/* What it comes to.  False: nothing is to be changed, *out is not set. */
bool mib_draft_change(const struct mib_draft *draft, struct change *out);

/* The refusal to report where that change is refused: whoever writes
 * active(1) to a row that does not exist is told so by the value, not by the
 * name (RFC 2579, RowStatus). */
enum change_refusal mib_draft_refusal(const struct mib_draft *draft, enum change_refusal refusal);

#endif /* MIB_SETREQUEST_H */
