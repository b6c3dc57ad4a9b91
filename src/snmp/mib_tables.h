/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_tables.h - all tables and groups of scalars of LDM-DISCOVERY-MIB. */
#ifndef MIB_TABLES_H
#define MIB_TABLES_H

#include "snmp/mib_table.h"

#define MIB_TABLE_COUNT 8

extern const struct mib_table *const mib_tables[MIB_TABLE_COUNT];

#endif /* MIB_TABLES_H */
