/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_request.h - the request loop of all tables and scalars.
 *
 * Used by the SNMP thread only.
 */
#ifndef MIB_REQUEST_H
#define MIB_REQUEST_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "base/shared.h"
#include "snmp/mib_view.h"

/* Answer requests for the objects of the MIB in this SNMPv3 context (NULL: the default one)
 * from now on.  shared guards the monitor, and is used until the library is shut down. */
void mib_request_start(struct shared *shared, const char *context);

/* The view of the table that the name of vb is in, or is the root of; NULL: it is none of
 * ours. */
struct mib_view *mib_request_view(const netsnmp_variable_list *vb);

#endif /* MIB_REQUEST_H */
