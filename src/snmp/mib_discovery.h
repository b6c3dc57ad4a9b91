/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_discovery.h - ldmDiscovery and ldmStatistics. */
#ifndef MIB_DISCOVERY_H
#define MIB_DISCOVERY_H

#include "snmp/mib_table.h"

extern const struct mib_table mib_discovery_scalars;
extern const struct mib_table mib_statistics_scalars;

#endif /* MIB_DISCOVERY_H */
