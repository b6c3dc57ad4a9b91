/* SPDX-License-Identifier: BSD-2-Clause */
/* axpdu.h - AgentX PDUs that are sent beside, or instead of, those of net-snmp.
 *
 * The numbers are those of RFC 2741; net-snmp does not install its header that defines
 * them.
 */
#ifndef AXPDU_H
#define AXPDU_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <stdbool.h>

/* Section 6.1. */
enum axpdu_type {
	AXPDU_REGISTER = 3,
	AXPDU_GET = 5,
	AXPDU_GETNEXT = 6,
	AXPDU_CLEANUPSET = 11,
	AXPDU_NOTIFY = 12,
	AXPDU_ADD_AGENT_CAPS = 16,
	AXPDU_RESPONSE = 18,
};

/* Section 6.1.1: in the flags of a netsnmp_pdu. */
#define AXPDU_NON_DEFAULT_CONTEXT 0x08
#define AXPDU_NETWORK_BYTE_ORDER 0x10

/* Section 6.2.16. */
enum axpdu_error {
	AXPDU_NOT_OPEN = 257,
	AXPDU_UNSUPPORTED_CONTEXT = 262,
	AXPDU_DUPLICATE_REGISTRATION = 263,
	AXPDU_REQUEST_DENIED = 267,
};

/* Create a PDU for this session and SNMPv3 context (NULL: the default one).  Returns NULL
 * if there is no memory. */
netsnmp_pdu *axpdu_new(const netsnmp_session *session, enum axpdu_type type, const char *context);

/* Send a PDU, which is owned by the library from then on.  callback is called once for
 * the answer, or with an operation other than RECEIVED_MESSAGE and RESEND if there is
 * none.  Returns 0, or -1 if nothing was sent; callback may have been called even then. */
int axpdu_send(netsnmp_session *session, netsnmp_pdu *pdu, snmp_callback callback, void *arg);

/* A response without an error and without varbinds to a PDU of the master agent.  Returns
 * NULL if there is no memory. */
netsnmp_pdu *axpdu_response(const netsnmp_session *session, const netsnmp_pdu *request);

/* Send it; it is owned by the library from then on. */
void axpdu_respond(netsnmp_session *session, netsnmp_pdu *response);

/* Whether it is a request of the master agent that names another session, to be refused with
 * AXPDU_NOT_OPEN (section 7.2.2).  The library (5.9.3) does not check it. */
bool axpdu_is_astray(const netsnmp_session *session, const netsnmp_pdu *pdu);

/* Respond to a request with an error; CleanupSet has no response (section 7.2.4.4). */
void axpdu_refuse(netsnmp_session *session, const netsnmp_pdu *request, enum axpdu_error error);

#endif /* AXPDU_H */
