/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_manager.h - ldmManagerTable. */
#ifndef MIB_MANAGER_H
#define MIB_MANAGER_H

#include "snmp/mib_table.h"

extern const struct mib_table mib_manager_table;

#endif /* MIB_MANAGER_H */
