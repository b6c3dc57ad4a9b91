/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "snmp/mib_manager.h"

static int
set_silence(netsnmp_variable_list *vb, const void *member, size_t size)
{
	const struct manager *m = member;
	const struct moment waiting = {.mono_us = m->waiting_us};

	(void)size;
	return mib_age(vb, manager_heard(m) ? &m->last_seen : &waiting, sizeof(waiting));
}

static int
set_expected(netsnmp_variable_list *vb, const void *member, size_t size)
{
	const bool expected = manager_expected(member);

	(void)size;
	return mib_truth(vb, &expected, sizeof(expected));
}

static int
set_name(netsnmp_variable_list *vb, const void *member, size_t size)
{
	char name[WIRE_HOSTNAME_LEN];

	(void)size;
	return mib_text(vb, manager_name(member, name), sizeof(name));
}

static int
set_row_status(netsnmp_variable_list *vb, const void *member, size_t size)
{
	const int active = SNMP_ROW_ACTIVE; /* as every existing row is */

	(void)member;
	(void)size;
	return mib_integer(vb, &active, sizeof(active));
}

static bool
manager_copy(struct monitor *monitor, uint32_t from, union mib_row *row, uint32_t *key)
{
	const struct manager *m = inventory_at_or_after(monitor_inventory(monitor), from);

	if (m == NULL)
		return false;
	row->manager.m = *m;
	row->manager.conflict = inventory_conflict(monitor_inventory(monitor), m->addr);
	*key = m->addr;
	return true;
}

/* clang-format off */
static const struct mib_column manager_columns[] = {
    {MIB_COLUMN(2, "ldmManagerVersion", mib_text, manager.m.version)},
    {MIB_COLUMN(3, "ldmManagerHostname", mib_text, manager.m.hostname)},
    {MIB_COLUMN(4, "ldmManagerIpAddress", mib_address, manager.m.addr)},
    {MIB_COLUMN(5, "ldmManagerPort", mib_unsigned, manager.m.port)},
    {MIB_COLUMN(6, "ldmManagerStatus", mib_integer, manager.m.status)},
    {MIB_COLUMN(7, "ldmManagerSourceAddress", mib_address, manager.m.source)},
    {MIB_COLUMN(8, "ldmManagerIfIndex", mib_integer, manager.m.ifindex)},
    {MIB_COLUMN(9, "ldmManagerFirstSeen", mib_date_and_time, manager.m.first_seen)},
    {MIB_COLUMN(10, "ldmManagerLastSeen", mib_date_and_time, manager.m.last_seen)},
    {MIB_COLUMN(11, "ldmManagerSilence", set_silence, manager.m)},
    {MIB_COLUMN(12, "ldmManagerResponseTime", mib_unsigned, manager.m.response_time_us)},
    {MIB_COLUMN(13, "ldmManagerMissedRounds", mib_unsigned, manager.m.missed)},
    {MIB_COLUMN(14, "ldmManagerTransitions", mib_counter, manager.m.transitions)},
    {MIB_COLUMN(15, "ldmManagerExpected", set_expected, manager.m),
     .settable = ASN_INTEGER, .object = MIB_OBJECT_EXPECTED},
    {MIB_COLUMN(16, "ldmManagerRowStatus", set_row_status, manager.m),
     .settable = ASN_INTEGER, .object = MIB_OBJECT_ROW_STATUS},
    {MIB_COLUMN(17, "ldmManagerName", set_name, manager.m)},
    {MIB_COLUMN(18, "ldmManagerConflictAddress", mib_address, manager.conflict.source)},
    {MIB_COLUMN(19, "ldmManagerConflictHostname", mib_text, manager.conflict.hostname)},
    {MIB_COLUMN(20, "ldmManagerConflictPort", mib_unsigned, manager.conflict.port)},
};
/* clang-format on */

static const oid manager_entry[] = {MIB_ROOT, 1, 1, 1};

const struct mib_table mib_manager_table = {
    .name = "ldmManagerTable",
    .root = manager_entry,
    .root_len = OID_LENGTH(manager_entry),
    .syntax = OIDINDEX_ADDRESS,
    MIB_COLUMNS(manager_columns),
    .copy = manager_copy,
};
