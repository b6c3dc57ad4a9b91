/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_set.h - the phases of a SET request.
 *
 * What can be refused is refused while the library reserves (AgentX TestSet),
 * where each error has a name; then comes its ACTION (CommitSet), and in the
 * end COMMIT or FREE (CleanupSet) or UNDO (UndoSet).  Varbinds that concern one
 * row are one change, which the first of them carries from phase to phase.
 */
#ifndef MIB_SET_H
#define MIB_SET_H

#include "base/shared.h"
#include "snmp/mib_table.h"

#include <net-snmp/agent/net-snmp-agent-includes.h>

/* Do for req, one of requests, what the library's `mode` asks; shared guards the monitor.  Returns
 * an SNMP_ERR_. */
int mib_set(const struct mib_table *table, struct shared *shared, int mode,
	    netsnmp_request_info *requests, netsnmp_request_info *req);

/* The link is gone, and nobody will end the requests that came over it: take
 * back what they have changed so far. */
void mib_set_abandon(void);

#endif /* MIB_SET_H */
