/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/mib_tables.h"

#include "snmp/mib_discovery.h"
#include "snmp/mib_event.h"
#include "snmp/mib_interface.h"
#include "snmp/mib_manager.h"
#include "snmp/mib_scalars.h"

const struct mib_table *const mib_tables[MIB_TABLE_COUNT] = {
    &mib_manager_table,   &mib_summary_scalars, &mib_discovery_scalars, &mib_statistics_scalars,
    &mib_interface_table, &mib_events_scalars,  &mib_event_table,       &mib_state_scalars,
};
