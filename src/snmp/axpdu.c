/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "snmp/axpdu.h"

#define NON_DEFAULT_CONTEXT 0x08 /* RFC 2741, 6.1.1 */

/* The library stores the name of the context in `community`. */
static int
set_context(netsnmp_pdu *pdu, const char *context)
{
	pdu->community = (u_char *)strdup(context);
	if (pdu->community == NULL)
		return -1;
	pdu->community_len = strlen(context);
	pdu->flags |= NON_DEFAULT_CONTEXT;
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
