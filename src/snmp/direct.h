/* SPDX-License-Identifier: BSD-2-Clause */
/* direct.h - answers requests as soon as they arrive.
 *
 * net-snmp (5.9.3) copies each request of the master agent into a session with itself, and
 * the answer back: two more turns of its loop, with eight system calls, and most of the
 * time that it needs for a value.  Therefore a function of ours takes the place of the
 * session's callback, answers Get and GetNext for our objects, and leaves all else to the
 * library.  What the library receives while it waits for an answer of the master agent, for
 * example to a ping, does not pass through here, so both ways give the same answers.  Only a
 * request that names another session is refused here, and not by the library.
 *
 * While the master agent reads no answers, and the buffer of the connection is full, this
 * thread waits, as it does in the library; it holds no lock then.
 *
 * Used by the SNMP thread only.
 */
#ifndef DIRECT_H
#define DIRECT_H

#include "base/shared.h"

/* From now on, in each session that is opened, for requests in this SNMPv3 context (NULL: the
 * default one); after mib_request_start().  shared guards the monitor.  Both are used until
 * the library is shut down. */
void direct_start(struct shared *shared, const char *context);

#endif /* DIRECT_H */
