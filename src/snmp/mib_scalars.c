/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "snmp/mib_scalars.h"

enum {
	COL_MANAGERS_ALL = 1,
	COL_MANAGERS_UP = 2,
	COL_MANAGERS_MISSING = 3,
	COL_MANAGERS_DOWN = 4,
	COL_MANAGERS_UNKNOWN = 5,
	COL_MANAGERS_EXPECTED = 6,
	COL_MANAGERS_UNCONFIRMED = 7,
	COL_MANAGER_TABLE_LAST_CHANGE = 8,
};

enum {
	COL_NOTIFICATIONS_ENABLED = 1,
	COL_EVENTS_QUEUED = 2,
	COL_EVENTS_SENT = 3,
	COL_EVENTS_RESENT = 4,
	COL_EVENTS_DROPPED = 5,
};

static bool
summary_copy(const struct mib_source *source, uint32_t from, union mib_row *row, uint32_t *key)
{
	if (from > 0)
		return false;
	source->summary(source->ctx, &row->summary);
	*key = 0;
	return true;
}

static int
summary_cell(netsnmp_variable_list *vb, uint32_t column, const union mib_row *row)
{
	const struct inventory_summary *s = &row->summary;

	switch (column) {
	case COL_MANAGERS_ALL:
		return mib_unsigned(vb, s->all);
	case COL_MANAGERS_UP:
		return mib_unsigned(vb, s->up);
	case COL_MANAGERS_MISSING:
		return mib_unsigned(vb, s->missing);
	case COL_MANAGERS_DOWN:
		return mib_unsigned(vb, s->down);
	case COL_MANAGERS_UNKNOWN:
		return mib_unsigned(vb, s->unknown);
	case COL_MANAGERS_EXPECTED:
		return mib_unsigned(vb, s->expected);
	case COL_MANAGERS_UNCONFIRMED:
		return mib_unsigned(vb, s->unconfirmed);
	case COL_MANAGER_TABLE_LAST_CHANGE:
		return mib_date_and_time(vb, s->last_change.wall_ms);
	}
	return -1;
}

static const oid summary_group[] = {MIB_ROOT, 1, 2};

const struct mib_table mib_summary_scalars = {
    .name = "ldmManagerSummary",
    .root = summary_group,
    .root_len = OID_LENGTH(summary_group),
    .index = {OIDINDEX_UNSIGNED, COL_MANAGERS_ALL, COL_MANAGER_TABLE_LAST_CHANGE},
    .scalars = true,
    .copy = summary_copy,
    .cell = summary_cell,
};

static bool
events_copy(const struct mib_source *source, uint32_t from, union mib_row *row, uint32_t *key)
{
	struct mib_discovery discovery;

	if (from > 0)
		return false;
	source->events_counts(source->ctx, &row->events.counts);
	source->discovery(source->ctx, &discovery);
	row->events.notifications = discovery.notifications;
	*key = 0;
	return true;
}

static int
events_cell(netsnmp_variable_list *vb, uint32_t column, const union mib_row *row)
{
	const struct events_counts *c = &row->events.counts;

	switch (column) {
	case COL_NOTIFICATIONS_ENABLED:
		return mib_truth(vb, row->events.notifications);
	case COL_EVENTS_QUEUED:
		return mib_unsigned(vb, c->queued);
	case COL_EVENTS_SENT:
		return mib_counter(vb, c->sent);
	case COL_EVENTS_RESENT:
		return mib_counter(vb, c->resent);
	case COL_EVENTS_DROPPED:
		return mib_counter(vb, c->dropped);
	}
	return -1;
}

static const struct mib_writable events_writable[] = {
    {COL_NOTIFICATIONS_ENABLED, ASN_INTEGER, MIB_OBJECT_NOTIFICATIONS},
    {0},
};

static const oid events_group[] = {MIB_ROOT, 1, 6};

const struct mib_table mib_events_scalars = {
    .name = "ldmEvents",
    .root = events_group,
    .root_len = OID_LENGTH(events_group),
    .index = {OIDINDEX_UNSIGNED, COL_NOTIFICATIONS_ENABLED, COL_EVENTS_DROPPED},
    .scalars = true,
    .writable = events_writable,
    .copy = events_copy,
    .cell = events_cell,
};
