/* SPDX-License-Identifier: BSD-2-Clause */
/* registration.h - all our objects made known to the master agent in a new
 * session, and what it says to that.
 *
 * net-snmp (5.9.3) would do it by itself, but without looking at the answers:
 * what is refused stays away for good, and so does what was not sent because
 * the connection ended meanwhile, after which it also uses freed memory.  So it
 * finds its subtrees marked as registered, and the PDUs are sent from here, one
 * when the one before it has been answered, without blocking.
 *
 * Only the SNMP thread comes here.
 */
#ifndef REGISTRATION_H
#define REGISTRATION_H

#include <stddef.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

enum registration_outcome {
	REGISTRATION_COMPLETE,
	REGISTRATION_REFUSED,
	REGISTRATION_UNANSWERED, /* or not sent */
};

/* How it ended; once, unless registration_cancel() comes before.  why: for a
 * refusal, what and why, valid during the call. */
typedef void registration_end(enum registration_outcome outcome, const char *why);

/* Enter a module in the master agent's sysORTable, too, as described; if that is
 * refused it is only logged.  Both are used until the process ends. */
void registration_set_module(const oid *module, size_t module_len, const char *description);

/* Register all that is registered with the library, in a session that has just
 * been opened, from within the library's callback that says so. */
void registration_start(netsnmp_session *session, registration_end *end);

/* The session is no more. */
void registration_cancel(void);

#endif /* REGISTRATION_H */
