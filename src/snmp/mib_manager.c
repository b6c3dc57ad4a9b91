/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "base/clock.h"
#include "snmp/mib_manager.h"

enum {
	COL_VERSION = 2,
	COL_HOSTNAME = 3,
	COL_IP_ADDRESS = 4,
	COL_PORT = 5,
	COL_STATUS = 6,
	COL_SOURCE_ADDRESS = 7,
	COL_IF_INDEX = 8,
	COL_FIRST_SEEN = 9,
	COL_LAST_SEEN = 10,
	COL_SILENCE = 11,
	COL_RESPONSE_TIME = 12,
	COL_MISSED_ROUNDS = 13,
	COL_TRANSITIONS = 14,
	COL_EXPECTED = 15,
	COL_ROW_STATUS = 16,
};

static uint32_t
silence_s(const struct manager *m)
{
	const int64_t silence_us = clock_now().mono_us - m->last_seen.mono_us;

	if (!manager_heard(m) || silence_us < 0)
		return 0;
	if (silence_us / 1000000 > UINT32_MAX)
		return UINT32_MAX;
	return (uint32_t)(silence_us / 1000000);
}

static int
manager_cell(netsnmp_variable_list *vb, uint32_t column, const union mib_row *row)
{
	const struct manager *m = &row->manager;

	switch (column) {
	case COL_VERSION:
		return mib_text(vb, m->version);
	case COL_HOSTNAME:
		return mib_text(vb, m->hostname);
	case COL_IP_ADDRESS:
		return mib_address(vb, m->addr);
	case COL_PORT:
		return mib_unsigned(vb, m->port);
	case COL_STATUS:
		return mib_integer(vb, (int32_t)m->status);
	case COL_SOURCE_ADDRESS:
		return mib_address(vb, m->source);
	case COL_IF_INDEX:
		return mib_integer(vb, (int32_t)m->ifindex);
	case COL_FIRST_SEEN:
		return mib_date_and_time(vb, m->first_seen.wall_ms);
	case COL_LAST_SEEN:
		return mib_date_and_time(vb, m->last_seen.wall_ms);
	case COL_SILENCE:
		return mib_unsigned(vb, silence_s(m));
	case COL_RESPONSE_TIME:
		return mib_unsigned(vb, m->response_time_us);
	case COL_MISSED_ROUNDS:
		return mib_unsigned(vb, m->missed);
	case COL_TRANSITIONS:
		return mib_counter(vb, m->transitions);
	case COL_EXPECTED:
		return mib_truth(vb, manager_expected(m));
	case COL_ROW_STATUS:
		return mib_integer(vb, SNMP_ROW_ACTIVE);
	}
	return -1;
}

static bool
manager_copy(const struct mib_source *source, uint32_t from, union mib_row *row, uint32_t *key)
{
	if (!source->manager(source->ctx, from, &row->manager))
		return false;
	*key = row->manager.addr;
	return true;
}

static const struct mib_writable manager_writable[] = {
    {COL_EXPECTED, ASN_INTEGER, MIB_OBJECT_EXPECTED},
    {COL_ROW_STATUS, ASN_INTEGER, MIB_OBJECT_ROW_STATUS},
    {0},
};

static const oid manager_entry[] = {MIB_ROOT, 1, 1, 1};

const struct mib_table mib_manager_table = {
    .name = "ldmManagerTable",
    .root = manager_entry,
    .root_len = OID_LENGTH(manager_entry),
    .index = {OIDINDEX_ADDRESS, COL_VERSION, COL_ROW_STATUS},
    .writable = manager_writable,
    .copy = manager_copy,
    .cell = manager_cell,
};
