/* SPDX-License-Identifier: BSD-2-Clause */
/* axpdu.h - AgentX PDUs that we send ourselves, beside those of net-snmp.
 *
 * The numbers are RFC 2741's; net-snmp does not install the header that has
 * them.
 */
#ifndef AXPDU_H
#define AXPDU_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

/* Section 6.1. */
enum axpdu_type {
	AXPDU_REGISTER = 3,
	AXPDU_NOTIFY = 12,
	AXPDU_ADD_AGENT_CAPS = 16,
};

/* Section 6.2.16. */
enum axpdu_error {
	AXPDU_NOT_OPEN = 257,
	AXPDU_UNSUPPORTED_CONTEXT = 262,
	AXPDU_DUPLICATE_REGISTRATION = 263,
	AXPDU_REQUEST_DENIED = 267,
};

/* A PDU to be filled and sent in that session, in that SNMPv3 context (NULL:
 * the default one).  NULL when out of memory. */
netsnmp_pdu *axpdu_new(const netsnmp_session *session, enum axpdu_type type, const char *context);

/* Send it.  The answer, or that there will be none (an operation other than
 * RECEIVED_MESSAGE and RESEND), comes to callback once.  The library owns the
 * PDU from here on.  0, or -1 when nothing was sent; callback may nevertheless
 * have been called then. */
int axpdu_send(netsnmp_session *session, netsnmp_pdu *pdu, snmp_callback callback, void *arg);

#endif /* AXPDU_H */
