/* SPDX-License-Identifier: BSD-2-Clause */
/* notify.h - queued events to AgentX Notify PDUs, each acknowledged.
 *
 * An event leaves its queue only when the master agent has accepted its PDU.
 * net-snmp's send_v2trap() is not used: it loses notifications silently while
 * there is no link.  Only the SNMP thread comes here.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include "base/shared.h"

/* shared guards the monitor.  Both are used until the library is shut down.  context: the SNMPv3
 * context that the notifications come from; NULL: the default one. */
void notify_start(struct shared *shared, const char *context);

/* Send what may be sent now.  To be called after each turn of the library's
 * loop; sets a timer of the library when it has to wait. */
void notify_run(void);

#endif /* NOTIFY_H */
