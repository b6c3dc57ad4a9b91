/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_event.h - ldmEventTable and the notifications that carry its objects. */
#ifndef MIB_EVENT_H
#define MIB_EVENT_H

#include "snmp/mib_table.h"

extern const struct mib_table mib_event_table;

/* Add the varbinds of a notification for *event to pdu: snmpTrapOID.0, then the columns of
 * its row.  sysUpTime.0 is added by the master agent (RFC 2741, 6.2.10).  Returns 0, or -1
 * if there is no memory. */
int mib_event_notification(netsnmp_pdu *pdu, const struct event *event);

#endif /* MIB_EVENT_H */
