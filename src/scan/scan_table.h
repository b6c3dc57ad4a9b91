/* SPDX-License-Identifier: BSD-2-Clause */
/* scan_table.h - what ldm-scan has found, as a table. */
#ifndef SCAN_TABLE_H
#define SCAN_TABLE_H

#include <net/if.h>

#include "core/inventory.h"

/* Print a header and a line for each manager on standard output; nothing if
 * there is none.  Columns are as wide as what is in them, and each line has the
 * same number of words, whatever the managers claim. */
void scan_table_print(const struct inventory *inventory);

/* The interface's name now, or "?"; returns name. */
const char *scan_interface_name(unsigned int ifindex, char name[IF_NAMESIZE]);

#endif /* SCAN_TABLE_H */
