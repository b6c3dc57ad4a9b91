/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_request.h - the request loop of all tables and scalars.
 *
 * Used by the SNMP thread only.
 */
#ifndef MIB_REQUEST_H
#define MIB_REQUEST_H

#include "base/shared.h"

/* Answer requests for the objects of the MIB in this SNMPv3 context (NULL: the default one)
 * from now on.  shared guards the monitor, and is used until the library is shut down. */
void mib_request_start(struct shared *shared, const char *context);

#endif /* MIB_REQUEST_H */
