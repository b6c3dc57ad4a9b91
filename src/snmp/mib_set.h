/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_set.h - the phases of a SET request.
 *
 * Errors are returned in the library's RESERVE phases (AgentX TestSet) if possible,
 * because each has its own error code there.  ACTION (CommitSet) follows, and at the end
 * COMMIT or FREE (CleanupSet) or UNDO (UndoSet).  All varbinds for one row are one change,
 * which is attached to the first of them.
 */
#ifndef MIB_SET_H
#define MIB_SET_H

#include "base/shared.h"
#include "snmp/mib_table.h"

#include <net-snmp/agent/net-snmp-agent-includes.h>

/* Handle the phase `mode` for req, one of requests; shared guards the monitor.  Returns the
 * error-status, SNMP_ERR_.... */
int mib_set(const struct mib_table *table, struct shared *shared, int mode,
	    netsnmp_request_info *requests, netsnmp_request_info *req);

/* Undo the changes of requests that are not complete.  To be called when the link is gone,
 * because their last phase will never come. */
void mib_set_abandon(void);

/* Whether a request is not complete, so that its next phase may already be waiting in the
 * library. */
bool mib_set_under_way(void);

#endif /* MIB_SET_H */
