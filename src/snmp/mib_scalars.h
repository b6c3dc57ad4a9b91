/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_scalars.h - ldmManagerSummary, ldmEvents and ldmState. */
#ifndef MIB_SCALARS_H
#define MIB_SCALARS_H

#include "snmp/mib_table.h"

extern const struct mib_table mib_summary_scalars;
extern const struct mib_table mib_events_scalars;
extern const struct mib_table mib_state_scalars;

#endif /* MIB_SCALARS_H */
