/* SPDX-License-Identifier: BSD-2-Clause */
/* unfinished.h - completes requests whose session is closed.
 *
 * Requests pass through an internal session of the library, which may answer after the
 * AgentX session was freed: if the master agent closes the session right after TestSet,
 * net-snmp (5.9.3) reads freed memory.  Therefore these requests are answered, without
 * effect, before the library's next turn, in which the session is freed.
 */
#ifndef UNFINISHED_H
#define UNFINISHED_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

/* To be called from the library's callback for a closed session. */
void unfinished_note(netsnmp_session *ended);

/* To be called after each turn of the library's loop, before anything else of
 * the library. */
void unfinished_run(void);

#endif /* UNFINISHED_H */
