/* SPDX-License-Identifier: BSD-2-Clause */
/* unfinished.h - requests of a session that ends while they are under way.
 *
 * They go through an internal session of the library, which answers when the
 * AgentX session may have been freed: when the master agent closes it right
 * after TestSet, net-snmp (5.9.3) reads freed memory.  So let it answer, in vain,
 * before the library's next turn, in which the session is freed.
 */
#ifndef UNFINISHED_H
#define UNFINISHED_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

/* That session has ended; from within the library's callback that says so. */
void unfinished_note(netsnmp_session *ended);

/* To be called after each turn of the library's loop, before anything else of
 * the library. */
void unfinished_run(void);

#endif /* UNFINISHED_H */
