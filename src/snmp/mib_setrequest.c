/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/mib_setrequest.h"

#include "core/discover.h"
#include "core/wire.h"

enum { /* TruthValue, RFC 2579 */
       TRUTH_TRUE = 1,
       TRUTH_FALSE = 2,
};

enum { /* RowStatus, RFC 2579; the other three can never be written here */
       ROW_ACTIVE = 1,
       ROW_CREATE_AND_GO = 4,
       ROW_DESTROY = 6,
};

enum { /* ldmDiscoveryNow */
       NOW_IDLE = 0,
       NOW_START = 1,
};

/* The range that the MIB declares. */
#define INTERVAL_MIN_MS (DISCOVER_INTERVAL_MIN_US / 1000)
#define INTERVAL_MAX_MS (DISCOVER_INTERVAL_MAX_US / 1000)

bool
mib_object_takes(enum mib_object object, int64_t value)
{
	switch (object) {
	case MIB_OBJECT_INTERVAL:
		return value >= INTERVAL_MIN_MS && value <= INTERVAL_MAX_MS;
	case MIB_OBJECT_NOW:
		return value == NOW_IDLE || value == NOW_START;
	case MIB_OBJECT_NOTIFICATIONS:
	case MIB_OBJECT_EXPECTED:
		return value == TRUTH_TRUE || value == TRUTH_FALSE;
	case MIB_OBJECT_ROW_STATUS:
		return value == ROW_ACTIVE || value == ROW_CREATE_AND_GO || value == ROW_DESTROY;
	}
	return false;
}

static enum change_what
setting_of(enum mib_object object)
{
	switch (object) {
	case MIB_OBJECT_INTERVAL:
		return CHANGE_INTERVAL;
	case MIB_OBJECT_NOW:
		return CHANGE_ROUND_NOW;
	case MIB_OBJECT_NOTIFICATIONS:
		return CHANGE_NOTIFICATIONS;
	case MIB_OBJECT_EXPECTED:
	case MIB_OBJECT_ROW_STATUS:
		break;
	}
	return CHANGE_ROW;
}

bool
mib_object_instance(enum mib_object object, uint32_t key)
{
	return setting_of(object) == CHANGE_ROW ? wire_valid_address(key, true) : key == 0;
}

struct mib_setrequest
mib_setrequest_for(enum mib_object object, uint32_t key)
{
	return (struct mib_setrequest){.what = setting_of(object), .key = key};
}

bool
mib_setrequest_concerns(const struct mib_setrequest *request, enum mib_object object, uint32_t key)
{
	return request->what == setting_of(object) && request->key == key;
}

static bool
is(const struct mib_setrequest *request, enum mib_object object, uint32_t value)
{
	return request->given[object] && request->value[object] == value;
}

static bool
contradictory(const struct mib_setrequest *request)
{
	/* A row is destroyed as a whole, and one is created to be expected. */
	return (is(request, MIB_OBJECT_ROW_STATUS, ROW_DESTROY) &&
		request->given[MIB_OBJECT_EXPECTED]) ||
	       (is(request, MIB_OBJECT_ROW_STATUS, ROW_CREATE_AND_GO) &&
		is(request, MIB_OBJECT_EXPECTED, TRUTH_FALSE));
}

enum change_refusal
mib_setrequest_add(struct mib_setrequest *request, enum mib_object object, uint32_t value)
{
	if (request->given[object] && request->value[object] != value)
		return CHANGE_INCONSISTENT_VALUE;
	request->given[object] = true;
	request->value[object] = value;
	return contradictory(request) ? CHANGE_INCONSISTENT_VALUE : CHANGE_GRANTED;
}

bool
mib_setrequest_change(const struct mib_setrequest *request, struct change *out)
{
	struct change change = {.what = request->what};

	switch (request->what) {
	case CHANGE_INTERVAL:
		change.value = request->value[MIB_OBJECT_INTERVAL];
		break;
	case CHANGE_ROUND_NOW:
		if (is(request, MIB_OBJECT_NOW, NOW_IDLE))
			return false;
		break;
	case CHANGE_NOTIFICATIONS:
		change.value = is(request, MIB_OBJECT_NOTIFICATIONS, TRUTH_TRUE);
		break;
	case CHANGE_ROW:
		change.address = request->key;
		change.set_expected = request->given[MIB_OBJECT_EXPECTED];
		change.expected = is(request, MIB_OBJECT_EXPECTED, TRUTH_TRUE);
		if (is(request, MIB_OBJECT_ROW_STATUS, ROW_CREATE_AND_GO))
			change.action = CHANGE_ROW_CREATE;
		else if (is(request, MIB_OBJECT_ROW_STATUS, ROW_DESTROY))
			change.action = CHANGE_ROW_DESTROY;
		else
			change.action = CHANGE_ROW_KEEP;
		break;
	}
	*out = change;
	return true;
}

enum change_refusal
mib_setrequest_refusal(const struct mib_setrequest *request, enum change_refusal refusal)
{
	if (refusal == CHANGE_INCONSISTENT_NAME && is(request, MIB_OBJECT_ROW_STATUS, ROW_ACTIVE))
		return CHANGE_INCONSISTENT_VALUE;
	return refusal;
}
