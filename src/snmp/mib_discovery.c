/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "snmp/mib_discovery.h"

static bool
discovery_copy(struct monitor *monitor, uint32_t from, union mib_row *row, uint32_t *key)
{
	const struct discover_stats *stats = discover_stats(monitor_discover(monitor));
	const struct moment started = monitor_started(monitor);

	if (from > 0)
		return false;
	row->discovery = (struct mib_discovery){
	    .started = started,
	    .last_active = stats->rounds > 0 ? stats->last_round : started,
	    .settings = monitor_settings(monitor),
	    .stats = *stats,
	    .impaired_links = discover_impaired_links(monitor_discover(monitor)),
	};
	*key = 0;
	return true;
}

static int
set_idle(netsnmp_variable_list *vb, const void *member, size_t size)
{
	const int idle = 0;

	(void)member;
	(void)size;
	return mib_integer(vb, &idle, sizeof(idle));
}

static int
set_version(netsnmp_variable_list *vb, const void *member, size_t size)
{
	(void)member;
	(void)size;
	return mib_text(vb, PACKAGE_VERSION, sizeof(PACKAGE_VERSION));
}

/* clang-format off */
static const struct mib_column discovery_columns[] = {
    {MIB_COLUMN(1, "ldmDiscoveryStartTime", mib_date_and_time, discovery.started)},
    {MIB_COLUMN(2, "ldmDiscoveryInterval", mib_milliseconds, discovery.settings.discover.interval_us),
     .settable = ASN_UNSIGNED, .object = MIB_OBJECT_INTERVAL},
    {MIB_COLUMN(3, "ldmDiscoveryWindow", mib_milliseconds, discovery.settings.discover.window_us)},
    {MIB_COLUMN(4, "ldmDiscoveryProbes", mib_unsigned, discovery.settings.discover.probes)},
    {MIB_COLUMN(5, "ldmDiscoveryMisses", mib_unsigned, discovery.settings.discover.misses)},
    {MIB_COLUMN(6, "ldmDiscoveryRetention", mib_seconds, discovery.settings.inventory.retention_us)},
    {MIB_COLUMN(7, "ldmDiscoveryHops", mib_unsigned, discovery.settings.discover.request.hops)},
    {MIB_COLUMN(8, "ldmDiscoveryRounds", mib_counter, discovery.stats.rounds)},
    {MIB_COLUMN(9, "ldmDiscoveryLastRound", mib_date_and_time, discovery.stats.last_round)},
    {MIB_COLUMN(10, "ldmDiscoveryLastDuration", mib_milliseconds,
		discovery.stats.last_duration_us)},
    {MIB_COLUMN(11, "ldmDiscoveryLastAnswers", mib_unsigned, discovery.stats.last_answers)},
    {MIB_COLUMN(12, "ldmDiscoveryNow", set_idle, discovery),
     .settable = ASN_INTEGER, .object = MIB_OBJECT_NOW},
    {MIB_COLUMN(13, "ldmDiscoveryVersion", set_version, discovery)},
    {MIB_COLUMN(14, "ldmDiscoveryUptime", mib_age, discovery.started)},
    {MIB_COLUMN(15, "ldmDiscoveryLastRoundAge", mib_age, discovery.last_active)},
    {MIB_COLUMN(16, "ldmInterfacesImpaired", mib_unsigned, discovery.impaired_links)},
};
/* clang-format on */

static const oid discovery_group[] = {MIB_ROOT, 1, 3};

const struct mib_table mib_discovery_scalars = {
    .name = "ldmDiscovery",
    .root = discovery_group,
    .root_len = OID_LENGTH(discovery_group),
    .syntax = OIDINDEX_UNSIGNED,
    .scalars = true,
    MIB_COLUMNS(discovery_columns),
    .copy = discovery_copy,
};

#define VERDICT(number, name, verdict) \
	MIB_COLUMN(number, name, mib_counter, discovery.stats.verdicts[verdict])

/* clang-format off */
static const struct mib_column statistics_columns[] = {
    {VERDICT(1, "ldmDatagramsShort", VERDICT_SHORT)},
    {VERDICT(2, "ldmDatagramsBadMagic", VERDICT_BAD_MAGIC)},
    {VERDICT(3, "ldmDatagramsBadVersion", VERDICT_BAD_VERSION)},
    {VERDICT(4, "ldmDatagramsMacQueries", VERDICT_MAC_QUERY)},
    {VERDICT(5, "ldmDatagramsMacAnswers", VERDICT_MAC_ANSWER)},
    {VERDICT(6, "ldmDatagramsOwnRequests", VERDICT_OWN_REQUEST)},
    {VERDICT(7, "ldmDatagramsForeignRequests", VERDICT_FOREIGN_REQUEST)},
    {VERDICT(8, "ldmDatagramsUnknownType", VERDICT_UNKNOWN_TYPE)},
    {VERDICT(9, "ldmDatagramsMalformed", VERDICT_MALFORMED)},
    {VERDICT(10, "ldmDatagramsDenied", VERDICT_DENIED)},
    {VERDICT(11, "ldmDatagramsNoRoom", VERDICT_NO_ROOM)},
    {VERDICT(12, "ldmDatagramsUnconfirmed", VERDICT_UNCONFIRMED)},
    {VERDICT(13, "ldmDatagramsAccepted", VERDICT_ACCEPTED)},
    {MIB_COLUMN(14, "ldmRequestsSent", mib_counter, discovery.stats.requests_sent)},
    {MIB_COLUMN(15, "ldmSendErrors", mib_counter, discovery.stats.send_errors)},
    {MIB_COLUMN(16, "ldmKernelDrops", mib_counter, discovery.stats.kernel_drops)},
    {MIB_COLUMN(17, "ldmExcusedRounds", mib_counter, discovery.stats.excused_rounds)},
    {MIB_COLUMN(18, "ldmDatagramsCut", mib_counter, discovery.stats.cut)},
};
/* clang-format on */

static const oid statistics_group[] = {MIB_ROOT, 1, 4};

const struct mib_table mib_statistics_scalars = {
    .name = "ldmStatistics",
    .root = statistics_group,
    .root_len = OID_LENGTH(statistics_group),
    .syntax = OIDINDEX_UNSIGNED,
    .scalars = true,
    MIB_COLUMNS(statistics_columns),
    .copy = discovery_copy,
};
