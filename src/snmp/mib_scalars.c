/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "snmp/mib_scalars.h"

static bool
summary_copy(struct monitor *monitor, uint32_t from, union mib_row *row, uint32_t *key)
{
	const struct inventory *inv = monitor_inventory(monitor);
	struct mib_summary *summary = &row->summary;

	if (from > 0)
		return false;
	summary->counts = inventory_summary(inv);
	summary->last_change = summary->counts.last_change.wall_ms != 0
				   ? summary->counts.last_change
				   : monitor_started(monitor);
	summary->max = monitor_settings(monitor).inventory.max_managers;
	downlist_describe(inv, &summary->down);
	*key = 0;
	return true;
}

/* clang-format off */
static const struct mib_column summary_columns[] = {
    {MIB_COLUMN(1, "ldmManagersAll", mib_unsigned, summary.counts.all)},
    {MIB_COLUMN(2, "ldmManagersUp", mib_unsigned, summary.counts.up)},
    {MIB_COLUMN(3, "ldmManagersMissing", mib_unsigned, summary.counts.missing)},
    {MIB_COLUMN(4, "ldmManagersDown", mib_unsigned, summary.counts.down)},
    {MIB_COLUMN(5, "ldmManagersUnknown", mib_unsigned, summary.counts.unknown)},
    {MIB_COLUMN(6, "ldmManagersExpected", mib_unsigned, summary.counts.expected)},
    {MIB_COLUMN(7, "ldmManagersUnconfirmed", mib_unsigned, summary.counts.unconfirmed)},
    {MIB_COLUMN(8, "ldmManagerTableLastChange", mib_date_and_time, summary.counts.last_change)},
    {MIB_COLUMN(9, "ldmManagersMax", mib_unsigned, summary.max)},
    {MIB_COLUMN(10, "ldmManagersConflicting", mib_unsigned, summary.counts.conflicting)},
    {MIB_COLUMN(11, "ldmManagersExpectedDown", mib_unsigned, summary.down.expected)},
    {MIB_COLUMN(12, "ldmManagersDownNames", mib_text, summary.down.names)},
    {MIB_COLUMN(13, "ldmManagerTableAge", mib_age, summary.last_change)},
};
/* clang-format on */

static const oid summary_group[] = {MIB_ROOT, 1, 2};

const struct mib_table mib_summary_scalars = {
    .name = "ldmManagerSummary",
    .root = summary_group,
    .root_len = OID_LENGTH(summary_group),
    .syntax = OIDINDEX_UNSIGNED,
    .scalars = true,
    MIB_COLUMNS(summary_columns),
    .copy = summary_copy,
};

static bool
events_copy(struct monitor *monitor, uint32_t from, union mib_row *row, uint32_t *key)
{
	if (from > 0)
		return false;
	row->events.counts = events_counts(monitor_events(monitor));
	row->events.notifications = monitor_settings(monitor).notifications;
	*key = 0;
	return true;
}

/* clang-format off */
static const struct mib_column events_columns[] = {
    {MIB_COLUMN(1, "ldmNotificationsEnabled", mib_truth, events.notifications),
     .settable = ASN_INTEGER, .object = MIB_OBJECT_NOTIFICATIONS},
    {MIB_COLUMN(2, "ldmEventsQueued", mib_unsigned, events.counts.queued)},
    {MIB_COLUMN(3, "ldmEventsSent", mib_counter, events.counts.sent)},
    {MIB_COLUMN(4, "ldmEventsResent", mib_counter, events.counts.resent)},
    {MIB_COLUMN(5, "ldmEventsDropped", mib_counter, events.counts.dropped)},
};
/* clang-format on */

static const oid events_group[] = {MIB_ROOT, 1, 6};

const struct mib_table mib_events_scalars = {
    .name = "ldmEvents",
    .root = events_group,
    .root_len = OID_LENGTH(events_group),
    .syntax = OIDINDEX_UNSIGNED,
    .scalars = true,
    MIB_COLUMNS(events_columns),
    .copy = events_copy,
};

static bool
state_copy(struct monitor *monitor, uint32_t from, union mib_row *row, uint32_t *key)
{
	static const struct moment future = {.mono_us = INT64_MAX};
	const struct monitor_saves saves = monitor_saves(monitor);

	if (from > 0)
		return false;
	row->state = (struct mib_state){
	    .saved = saves.on ? saves.last : future,
	    .waiting = saves.pending ? saves.waiting : future,
	    .errors = saves.errors,
	};
	*key = 0;
	return true;
}

/* clang-format off */
static const struct mib_column state_columns[] = {
    {MIB_COLUMN(1, "ldmStateAge", mib_age, state.saved)},
    {MIB_COLUMN(2, "ldmStateErrors", mib_counter, state.errors)},
    {MIB_COLUMN(3, "ldmStateUnsavedTime", mib_age, state.waiting)},
};
/* clang-format on */

static const oid state_group[] = {MIB_ROOT, 1, 8};

const struct mib_table mib_state_scalars = {
    .name = "ldmState",
    .root = state_group,
    .root_len = OID_LENGTH(state_group),
    .syntax = OIDINDEX_UNSIGNED,
    .scalars = true,
    MIB_COLUMNS(state_columns),
    .copy = state_copy,
};
