/* SPDX-License-Identifier: BSD-2-Clause */
/* notify.h - sends queued events as AgentX Notify PDUs.
 *
 * An event leaves the queue only when the master agent has answered its PDU.
 * net-snmp's send_v2trap() is not used, because it silently drops notifications while
 * there is no link.  Used by the SNMP thread only.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include "base/shared.h"

/* shared guards the monitor; context is the SNMPv3 context of the notifications (NULL: the
 * default one).  Both are used until the library is shut down. */
void notify_start(struct shared *shared, const char *context);

/* Send the events that may be sent now.  To be called after each turn of the library's
 * loop; sets a timer of the library for events that have to wait. */
void notify_run(void);

#endif /* NOTIFY_H */
