/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "snmp/axpdu.h"

/* The library stores the name of the context in `community`. */
static int
set_context(netsnmp_pdu *pdu, const char *context)
{
	pdu->community = (u_char *)strdup(context);
	if (pdu->community == NULL)
		return -1;
	pdu->community_len = strlen(context);
	pdu->flags |= AXPDU_NON_DEFAULT_CONTEXT;
	return 0;
}

netsnmp_pdu *
axpdu_new(const netsnmp_session *session, enum axpdu_type type, const char *context)
{
	netsnmp_pdu *pdu = snmp_pdu_create((int)type);

	if (pdu == NULL)
		return NULL;
	if (context != NULL && set_context(pdu, context) != 0) {
		snmp_free_pdu(pdu);
		return NULL;
	}
	pdu->version = session->version;
	pdu->sessid = session->sessid;
	return pdu;
}

int
axpdu_send(netsnmp_session *session, netsnmp_pdu *pdu, snmp_callback callback, void *arg)
{
	if (snmp_async_send(session, pdu, callback, arg) != 0)
		return 0;
	snmp_free_pdu(pdu);
	return -1;
}

netsnmp_pdu *
axpdu_response(const netsnmp_session *session, const netsnmp_pdu *request)
{
	netsnmp_pdu *response = axpdu_new(session, AXPDU_RESPONSE, NULL);

	if (response == NULL)
		return NULL;
	response->flags |= request->flags & AXPDU_NETWORK_BYTE_ORDER;
	response->sessid = request->sessid;
	response->transid = request->transid;
	response->reqid = request->reqid;
	response->errstat = response->errindex = 0; /* the library's defaults are -1 */
	return response;
}

void
axpdu_respond(netsnmp_session *session, netsnmp_pdu *response)
{
	if (snmp_send(session, response) == 0)
		snmp_free_pdu(response);
}

bool
axpdu_is_astray(const netsnmp_session *session, const netsnmp_pdu *pdu)
{
	return pdu->command >= AXPDU_GET && pdu->command <= AXPDU_CLEANUPSET &&
	       pdu->sessid != session->sessid;
}

void
axpdu_refuse(netsnmp_session *session, const netsnmp_pdu *request, enum axpdu_error error)
{
	netsnmp_pdu *response;

	if (request->command == AXPDU_CLEANUPSET)
		return;
	response = axpdu_response(session, request);
	if (response == NULL)
		return;
	response->errstat = error;
	axpdu_respond(session, response);
}
