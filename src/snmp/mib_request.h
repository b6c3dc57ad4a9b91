/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_request.h - the request loop of all tables and scalars.
 *
 * Only the SNMP thread comes here.
 */
#ifndef MIB_REQUEST_H
#define MIB_REQUEST_H

#include "snmp/mib_table.h"

/* Have requests below table->root answered from here on, in that SNMPv3 context
 * (NULL: the default one).  table and source are used until the library is shut
 * down.  0, or -1: the library refused. */
int mib_request_register(const struct mib_table *table, const struct mib_source *source,
			 const char *context);

#endif /* MIB_REQUEST_H */
