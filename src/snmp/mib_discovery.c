/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "snmp/mib_discovery.h"

enum {
	COL_START_TIME = 1,
	COL_INTERVAL = 2,
	COL_WINDOW = 3,
	COL_PROBES = 4,
	COL_MISSES = 5,
	COL_RETENTION = 6,
	COL_HOPS = 7,
	COL_ROUNDS = 8,
	COL_LAST_ROUND = 9,
	COL_LAST_DURATION = 10,
	COL_LAST_ANSWERS = 11,
	COL_NOW = 12,
};

enum { /* 1 to VERDICT_COUNT are the verdicts, in their order */
       COL_REQUESTS_SENT = VERDICT_COUNT + 1,
       COL_SEND_ERRORS,
       COL_KERNEL_DROPS,
       COL_EXCUSED_ROUNDS,
       COL_CUT,
};

/* Rounded up: what is not zero does not become it. */
static uint32_t
in_units_of(int64_t unit_us, int64_t us)
{
	const int64_t units = us / unit_us + (us % unit_us > 0);

	if (units < 0)
		return 0;
	return units > UINT32_MAX ? UINT32_MAX : (uint32_t)units;
}

static bool
discovery_copy(const struct mib_source *source, uint32_t from, union mib_row *row, uint32_t *key)
{
	if (from > 0)
		return false;
	source->discovery(source->ctx, &row->discovery);
	*key = 0;
	return true;
}

static int
discovery_cell(netsnmp_variable_list *vb, uint32_t column, const union mib_row *row)
{
	const struct mib_discovery *d = &row->discovery;

	switch (column) {
	case COL_START_TIME:
		return mib_date_and_time(vb, d->started.wall_ms);
	case COL_INTERVAL:
		return mib_unsigned(vb, in_units_of(1000, d->settings.interval_us));
	case COL_WINDOW:
		return mib_unsigned(vb, in_units_of(1000, d->settings.window_us));
	case COL_PROBES:
		return mib_unsigned(vb, d->settings.probes);
	case COL_MISSES:
		return mib_unsigned(vb, d->settings.misses);
	case COL_RETENTION:
		return mib_unsigned(vb, in_units_of(1000000, d->retention_us));
	case COL_HOPS:
		return mib_unsigned(vb, d->hops);
	case COL_ROUNDS:
		return mib_counter(vb, (uint32_t)d->stats.rounds);
	case COL_LAST_ROUND:
		return mib_date_and_time(vb, d->stats.last_round.wall_ms);
	case COL_LAST_DURATION:
		return mib_unsigned(vb, in_units_of(1000, d->stats.last_duration_us));
	case COL_LAST_ANSWERS:
		return mib_unsigned(vb, d->stats.last_answers);
	case COL_NOW:
		return mib_integer(vb, 0);
	}
	return -1;
}

static const struct mib_writable discovery_writable[] = {
    {COL_INTERVAL, ASN_UNSIGNED, MIB_OBJECT_INTERVAL},
    {COL_NOW, ASN_INTEGER, MIB_OBJECT_NOW},
    {0},
};

static const oid discovery_group[] = {MIB_ROOT, 1, 3};

const struct mib_table mib_discovery_scalars = {
    .name = "ldmDiscovery",
    .root = discovery_group,
    .root_len = OID_LENGTH(discovery_group),
    .index = {OIDINDEX_UNSIGNED, COL_START_TIME, COL_NOW},
    .scalars = true,
    .writable = discovery_writable,
    .copy = discovery_copy,
    .cell = discovery_cell,
};

static int
statistics_cell(netsnmp_variable_list *vb, uint32_t column, const union mib_row *row)
{
	const struct discover_stats *s = &row->discovery.stats;

	if (column >= 1 && column <= VERDICT_COUNT)
		return mib_counter(vb, (uint32_t)s->verdicts[column - 1]);
	switch (column) {
	case COL_REQUESTS_SENT:
		return mib_counter(vb, (uint32_t)s->requests_sent);
	case COL_SEND_ERRORS:
		return mib_counter(vb, (uint32_t)s->send_errors);
	case COL_KERNEL_DROPS:
		return mib_counter(vb, (uint32_t)s->kernel_drops);
	case COL_EXCUSED_ROUNDS:
		return mib_counter(vb, (uint32_t)s->excused_rounds);
	case COL_CUT:
		return mib_counter(vb, (uint32_t)s->cut);
	}
	return -1;
}

static const oid statistics_group[] = {MIB_ROOT, 1, 4};

const struct mib_table mib_statistics_scalars = {
    .name = "ldmStatistics",
    .root = statistics_group,
    .root_len = OID_LENGTH(statistics_group),
    .index = {OIDINDEX_UNSIGNED, 1, COL_CUT},
    .scalars = true,
    .copy = discovery_copy,
    .cell = statistics_cell,
};
