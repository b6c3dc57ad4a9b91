/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_interface.h - ldmInterfaceTable. */
#ifndef MIB_INTERFACE_H
#define MIB_INTERFACE_H

#include "snmp/mib_table.h"

extern const struct mib_table mib_interface_table;

#endif /* MIB_INTERFACE_H */
