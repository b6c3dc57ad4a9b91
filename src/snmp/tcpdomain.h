/* SPDX-License-Identifier: BSD-2-Clause */
/* tcpdomain.h - TCP connections to the master agent that are made within a
 * limited time.
 *
 * net-snmp's own wait in connect(2) for as long as the kernel repeats its SYN, two
 * minutes or so, and are made only when one of the repeats gets through, which
 * are ever further apart.
 */
#ifndef TCPDOMAIN_H
#define TCPDOMAIN_H

/* Take the place of the library's `tcp` and `tcp6` for connections that we
 * make, before the library is initialised.  0, or -1 when out of memory: then
 * the library's are used. */
int tcpdomain_start(void);

/* The errno of the last attempt; 0: it succeeded, or there was none. */
int tcpdomain_error(void);

#endif /* TCPDOMAIN_H */
