/* SPDX-License-Identifier: BSD-2-Clause */
/* tcpdomain.h - TCP connections to the master agent with a limited time to connect.
 *
 * net-snmp itself waits in connect(2) as long as the kernel repeats its SYN, about two
 * minutes, at increasing intervals.
 */
#ifndef TCPDOMAIN_H
#define TCPDOMAIN_H

/* Replace the library's transports `tcp` and `tcp6` for outgoing connections.  To be
 * called before the library is initialised.  Returns 0, or -1 if there is no memory; the
 * library's own transports are used then. */
int tcpdomain_start(void);

/* The errno of the last attempt; 0: it succeeded, or there was none. */
int tcpdomain_error(void);

#endif /* TCPDOMAIN_H */
