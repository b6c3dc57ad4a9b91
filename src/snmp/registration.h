/* SPDX-License-Identifier: BSD-2-Clause */
/* registration.h - registers all objects with the master agent in a new session.
 *
 * net-snmp (5.9.3) can do this itself, but ignores the answers: objects that are
 * refused, or not sent because the connection was closed, are never registered; in the
 * latter case it also uses freed memory.  Therefore its subtrees are marked as
 * registered, and the PDUs are sent here without blocking, each after the answer to the
 * previous one.
 *
 * Used by the SNMP thread only.
 */
#ifndef REGISTRATION_H
#define REGISTRATION_H

#include <stddef.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

enum registration_outcome {
	REGISTRATION_COMPLETE,
	REGISTRATION_REFUSED,
	REGISTRATION_UNANSWERED, /* not answered, or not sent */
};

/* Called once with the result, unless registration_cancel() is called before.  why: for
 * a refusal, the object and the reason; valid during the call. */
typedef void registration_end(enum registration_outcome outcome, const char *why);

/* Also add a module to the master agent's sysORTable, with this description; a refusal
 * is only logged.  The arguments are used until the process ends. */
void registration_set_module(const oid *module, size_t module_len, const char *description);

/* Register everything that is registered with the library, in a session that was just
 * opened.  To be called from the library's callback for that. */
void registration_start(netsnmp_session *session, registration_end *end);

/* Do not continue, because the session was closed. */
void registration_cancel(void);

#endif /* REGISTRATION_H */
