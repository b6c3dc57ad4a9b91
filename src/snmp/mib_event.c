/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "snmp/mib_event.h"

enum {
	COL_ID = 2,
	COL_TIME = 3,
	COL_TYPE = 4,
	COL_ADDRESS = 5,
	COL_HOSTNAME = 6,
	COL_VERSION = 7,
	COL_PORT = 8,
	COL_STATUS = 9,
	COL_FORMER_HOSTNAME = 10,
	COL_FORMER_VERSION = 11,
	COL_FORMER_PORT = 12,
	COL_SOURCE_ADDRESS = 13,
	COL_OTHER_SOURCE_ADDRESS = 14,
	COL_IF_INDEX = 15,
	COL_REASON = 16,
};

static int
event_cell(netsnmp_variable_list *vb, uint32_t column, const union mib_row *row)
{
	const struct event *e = &row->event;

	switch (column) {
	case COL_ID:
		return mib_unsigned(vb, e->id);
	case COL_TIME:
		return mib_date_and_time(vb, e->time.wall_ms);
	case COL_TYPE:
		return mib_integer(vb, (int32_t)e->type);
	case COL_ADDRESS:
		return mib_address(vb, e->addr);
	case COL_HOSTNAME:
		return mib_text(vb, e->hostname);
	case COL_VERSION:
		return mib_text(vb, e->version);
	case COL_PORT:
		return mib_unsigned(vb, e->port);
	case COL_STATUS:
		return mib_integer(vb, (int32_t)e->status);
	case COL_FORMER_HOSTNAME:
		return mib_text(vb, e->former_hostname);
	case COL_FORMER_VERSION:
		return mib_text(vb, e->former_version);
	case COL_FORMER_PORT:
		return mib_unsigned(vb, e->former_port);
	case COL_SOURCE_ADDRESS:
		return mib_address(vb, e->source);
	case COL_OTHER_SOURCE_ADDRESS:
		return mib_address(vb, e->other_source);
	case COL_IF_INDEX:
		return mib_integer(vb, (int32_t)e->ifindex);
	case COL_REASON:
		return mib_text(vb, e->reason);
	}
	return -1;
}

static bool
event_copy(const struct mib_source *source, uint32_t from, union mib_row *row, uint32_t *key)
{
	if (!source->event(source->ctx, from, &row->event))
		return false;
	*key = row->event.id;
	return true;
}

static const oid event_entry[] = {MIB_ROOT, 1, 6, 6, 1};

const struct mib_table mib_event_table = {
    .name = "ldmEventTable",
    .root = event_entry,
    .root_len = OID_LENGTH(event_entry),
    .index = {OIDINDEX_UNSIGNED, COL_ID, COL_REASON},
    .copy = event_copy,
    .cell = event_cell,
};

int
mib_event_notification(netsnmp_pdu *pdu, const struct event *event)
{
	static const oid snmp_trap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
	const oid notification[] = {MIB_ROOT, 0, (oid)event->type};
	const union mib_row row = {.event = *event};
	struct oidindex_position pos = {.key = event->id};

	if (snmp_pdu_add_variable(pdu, snmp_trap_oid, OID_LENGTH(snmp_trap_oid), ASN_OBJECT_ID,
				  notification, sizeof(notification)) == NULL)
		return -1;
	for (pos.column = COL_ID; pos.column <= COL_REASON; pos.column++) {
		oid name[MAX_OID_LEN];
		const size_t len = mib_table_instance(&mib_event_table, &pos, name);
		netsnmp_variable_list *vb =
		    snmp_pdu_add_variable(pdu, name, len, ASN_NULL, NULL, 0);

		if (vb == NULL || event_cell(vb, pos.column, &row) != 0)
			return -1;
	}
	return 0;
}
