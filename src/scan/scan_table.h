/* SPDX-License-Identifier: BSD-2-Clause */
/* scan_table.h - prints the managers found as a table. */
#ifndef SCAN_TABLE_H
#define SCAN_TABLE_H

#include <net/if.h>

#include "core/inventory.h"

/* Print a header and a line for each manager on standard output, or nothing if there is
 * none.  Columns are as wide as their values, and each line has the same number of words,
 * whatever the managers announce.  If lines would be longer than `columns` (0: no limit),
 * some columns are left out, and then hostnames are cut. */
void scan_table_print(const struct inventory *inventory, unsigned int columns);

/* Write the current name of the interface, or "?", to name.  Returns name. */
const char *scan_interface_name(unsigned int ifindex, char name[IF_NAMESIZE]);

#endif /* SCAN_TABLE_H */
