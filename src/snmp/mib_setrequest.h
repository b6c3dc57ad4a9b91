/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_setrequest.h - combines all varbinds of a SET request for one row of ldmManagerTable,
 * or for one scalar, into one change.
 *
 * Pure: uses neither net-snmp nor the monitor.
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

struct mib_setrequest {
	enum change_what what;
	uint32_t key; /* the address; 0: a scalar */
	bool given[MIB_OBJECT_COUNT];
	uint32_t value[MIB_OBJECT_COUNT];
};

/* Whether the value is in the range of the object. */
bool mib_object_takes(enum mib_object object, int64_t value);

/* Whether this instance of the object can exist. */
bool mib_object_instance(enum mib_object object, uint32_t key);

/* A request for the row or scalar of this instance, without values yet. */
struct mib_setrequest mib_setrequest_for(enum mib_object object, uint32_t key);

/* Whether this instance belongs to the same row or scalar. */
bool mib_setrequest_concerns(const struct mib_setrequest *request, enum mib_object object,
			     uint32_t key);

/* Add a value for which mib_object_takes() is true.  Returns CHANGE_GRANTED, or
 * CHANGE_INCONSISTENT_VALUE if it contradicts a value added before. */
enum change_refusal mib_setrequest_add(struct mib_setrequest *request, enum mib_object object,
				       uint32_t value);

/* Set *out to the change that is requested.  Returns false with *out unchanged if there
 * is nothing to change. */
bool mib_setrequest_change(const struct mib_setrequest *request, struct change *out);

/* The refusal to report if that change is refused: the error for active(1) in a row that
 * does not exist is inconsistentValue, not inconsistentName (RFC 2579, RowStatus). */
enum change_refusal mib_setrequest_refusal(const struct mib_setrequest *request,
					   enum change_refusal refusal);

#endif /* MIB_SETREQUEST_H */
