/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "snmp/mib_manager.h"

static int
set_silence(netsnmp_variable_list *vb, const void *member, size_t size)
{
	static const uint32_t never_heard = 0;
	const struct manager *m = member;

	(void)size;
	return manager_heard(m) ? mib_age(vb, &m->last_seen, sizeof(m->last_seen))
				: mib_unsigned(vb, &never_heard, sizeof(never_heard));
}

static int
set_expected(netsnmp_variable_list *vb, const void *member, size_t size)
{
	const bool expected = manager_expected(member);

	(void)size;
	return mib_truth(vb, &expected, sizeof(expected));
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
	row->manager = *m;
	*key = m->addr;
	return true;
}

/* clang-format off */
static const struct mib_column manager_columns[] = {
    {MIB_COLUMN(2, "ldmManagerVersion", mib_text, manager.version)},
    {MIB_COLUMN(3, "ldmManagerHostname", mib_text, manager.hostname)},
    {MIB_COLUMN(4, "ldmManagerIpAddress", mib_address, manager.addr)},
    {MIB_COLUMN(5, "ldmManagerPort", mib_unsigned, manager.port)},
    {MIB_COLUMN(6, "ldmManagerStatus", mib_integer, manager.status)},
    {MIB_COLUMN(7, "ldmManagerSourceAddress", mib_address, manager.source)},
    {MIB_COLUMN(8, "ldmManagerIfIndex", mib_integer, manager.ifindex)},
    {MIB_COLUMN(9, "ldmManagerFirstSeen", mib_date_and_time, manager.first_seen)},
    {MIB_COLUMN(10, "ldmManagerLastSeen", mib_date_and_time, manager.last_seen)},
    {MIB_COLUMN(11, "ldmManagerSilence", set_silence, manager)},
    {MIB_COLUMN(12, "ldmManagerResponseTime", mib_unsigned, manager.response_time_us)},
    {MIB_COLUMN(13, "ldmManagerMissedRounds", mib_unsigned, manager.missed)},
    {MIB_COLUMN(14, "ldmManagerTransitions", mib_counter, manager.transitions)},
    {MIB_COLUMN(15, "ldmManagerExpected", set_expected, manager),
     .settable = ASN_INTEGER, .object = MIB_OBJECT_EXPECTED},
    {MIB_COLUMN(16, "ldmManagerRowStatus", set_row_status, manager),
     .settable = ASN_INTEGER, .object = MIB_OBJECT_ROW_STATUS},
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
