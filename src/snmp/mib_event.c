/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "snmp/mib_event.h"

static int
set_text(netsnmp_variable_list *vb, const void *member, size_t size)
{
	char text[EVENT_TEXT_LEN];

	(void)size;
	return mib_text(vb, event_text(member, text), sizeof(text));
}

/* Also the objects of each notification, in this order. */
/* clang-format off */
static const struct mib_column event_columns[] = {
    {MIB_COLUMN(2, "ldmEventId", mib_unsigned, event.id)},
    {MIB_COLUMN(3, "ldmEventTime", mib_date_and_time, event.time)},
    {MIB_COLUMN(4, "ldmEventText", set_text, event)},
    {MIB_COLUMN(5, "ldmEventType", mib_integer, event.type)},
    {MIB_COLUMN(6, "ldmEventAddress", mib_address, event.addr)},
    {MIB_COLUMN(7, "ldmEventName", mib_text, event.name)},
    {MIB_COLUMN(8, "ldmEventHostname", mib_text, event.hostname)},
    {MIB_COLUMN(9, "ldmEventVersion", mib_text, event.version)},
    {MIB_COLUMN(10, "ldmEventPort", mib_unsigned, event.port)},
    {MIB_COLUMN(11, "ldmEventStatus", mib_integer, event.status)},
    {MIB_COLUMN(12, "ldmEventPreviousHostname", mib_text, event.previous_hostname)},
    {MIB_COLUMN(13, "ldmEventPreviousVersion", mib_text, event.previous_version)},
    {MIB_COLUMN(14, "ldmEventPreviousPort", mib_unsigned, event.previous_port)},
    {MIB_COLUMN(15, "ldmEventSourceAddress", mib_address, event.source)},
    {MIB_COLUMN(16, "ldmEventOtherSourceAddress", mib_address, event.other_source)},
    {MIB_COLUMN(17, "ldmEventOtherHostname", mib_text, event.other_hostname)},
    {MIB_COLUMN(18, "ldmEventOtherPort", mib_unsigned, event.other_port)},
    {MIB_COLUMN(19, "ldmEventIfIndex", mib_integer, event.ifindex)},
    {MIB_COLUMN(20, "ldmEventReason", mib_text, event.reason)},
};
/* clang-format on */

static bool
event_copy(struct monitor *monitor, uint32_t from, union mib_row *row, uint32_t *key)
{
	const struct event *event = events_at_or_after(monitor_events(monitor), from);

	if (event == NULL)
		return false;
	row->event = *event;
	*key = event->id;
	return true;
}

static const oid event_entry[] = {MIB_ROOT, 1, 7, 1};

const struct mib_table mib_event_table = {
    .name = "ldmEventTable",
    .root = event_entry,
    .root_len = OID_LENGTH(event_entry),
    .syntax = OIDINDEX_UNSIGNED,
    MIB_COLUMNS(event_columns),
    .copy = event_copy,
};

int
mib_event_notification(netsnmp_pdu *pdu, const struct event *event)
{
	static const oid snmp_trap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
	const oid notification[] = {MIB_ROOT, 0, (oid)event->type};
	const union mib_row row = {.event = *event};

	if (snmp_pdu_add_variable(pdu, snmp_trap_oid, OID_LENGTH(snmp_trap_oid), ASN_OBJECT_ID,
				  notification, sizeof(notification)) == NULL)
		return -1;
	for (size_t i = 0; i < mib_event_table.column_count; i++) {
		const struct mib_column *column = &event_columns[i];
		const struct oidindex_position pos = {.column = column->number, .key = event->id};
		oid name[MAX_OID_LEN];
		const size_t len = mib_table_instance(&mib_event_table, &pos, name);
		netsnmp_variable_list *vb =
		    snmp_pdu_add_variable(pdu, name, len, ASN_NULL, NULL, 0);

		if (vb == NULL || mib_column_value(column, &row, vb) != 0)
			return -1;
	}
	return 0;
}
