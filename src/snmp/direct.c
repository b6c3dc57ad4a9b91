/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/agent_callbacks.h>

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "snmp/axpdu.h"
#include "snmp/direct.h"
#include "snmp/mib_answer.h"
#include "snmp/mib_request.h"
#include "snmp/mib_set.h"

static struct shared *shared; /* the monitor */
static const char *context;
static snmp_callback library; /* the session's own callback */

/* Whether no name in the search range is after the table, where other objects may be.  The
 * library keeps the end of the range as the value; none is 0.0. */
static bool
ends_within(const netsnmp_variable_list *vb, const struct mib_table *table)
{
	const size_t end_len = vb->val_len / sizeof(oid);
	oid after[MAX_OID_LEN];

	memcpy(after, table->root, table->root_len * sizeof(*after));
	after[table->root_len - 1]++;
	return vb->name_length <= MAX_OID_LEN && end_len <= MAX_OID_LEN &&
	       snmp_oid_compare(vb->name, vb->name_length, vb->val.objid, end_len) <= 0 &&
	       snmp_oid_compare(vb->val.objid, end_len, after, table->root_len) <= 0;
}

/* The library keeps the name of the context in `community`. */
static bool
in_our_context(const netsnmp_pdu *pdu)
{
	const size_t len = context != NULL ? strlen(context) : 0;

	return pdu->community_len == len && (len == 0 || memcmp(pdu->community, context, len) == 0);
}

/* Whether the answer concerns our objects only. */
static bool
is_ours(const netsnmp_pdu *pdu)
{
	if ((pdu->command != AXPDU_GET && pdu->command != AXPDU_GETNEXT) || !in_our_context(pdu))
		return false;
	for (const netsnmp_variable_list *vb = pdu->variables; vb != NULL; vb = vb->next_variable) {
		const struct mib_view *view = mib_request_view(vb);

		if (view == NULL ||
		    (pdu->command == AXPDU_GETNEXT && !ends_within(vb, view->table)))
			return false;
	}
	return true;
}

/* Set all varbinds to their answers, from one state of all tables.  Returns 0, or the number
 * of the one for which there was no memory, from 1. */
static long
answer_all(netsnmp_pdu *pdu)
{
	const int64_t now_us = clock_now().mono_us;
	struct monitor *monitor = shared_lock(shared);
	netsnmp_variable_list *vb = pdu->variables;
	long number = 1;

	for (; vb != NULL; vb = vb->next_variable, number++) {
		struct mib_view *view = mib_request_view(vb);

		mib_view_open(view, pdu->transid, now_us);
		if ((pdu->command == AXPDU_GET ? mib_answer(view, monitor, MIB_THIS, vb)
					       : mib_answer_range(view, monitor, vb)) != 0)
			break;
	}
	shared_unlock(shared);
	return vb != NULL ? number : 0;
}

static void
answer(netsnmp_session *session, netsnmp_pdu *pdu)
{
	netsnmp_pdu *response = axpdu_response(session, pdu);

	if (response == NULL)
		return;
	response->errindex = answer_all(pdu);
	if (response->errindex != 0) {
		response->errstat = SNMP_ERR_GENERR;
	} else {
		response->variables = pdu->variables;
		pdu->variables = NULL;
	}
	axpdu_respond(session, response);
}

static int
on_pdu(int operation, netsnmp_session *session, int request_id, netsnmp_pdu *pdu, void *arg)
{
	if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE)
		return library(operation, session, request_id, pdu, arg);
	if (axpdu_is_astray(session, pdu)) {
		axpdu_refuse(session, pdu, AXPDU_NOT_OPEN);
		return 1;
	}
	/* Not before the phases of a SET that wait in the library.  -D shows the library's way. */
	if (mib_set_under_way() || snmp_get_do_debugging() || !is_ours(pdu))
		return library(operation, session, request_id, pdu, arg);
	answer(session, pdu);
	return 1;
}

static int
on_open(int major, int minor, void *opened, void *arg)
{
	netsnmp_session *session = opened;

	(void)major;
	(void)minor;
	(void)arg;
	if (session->callback == on_pdu)
		return 0; /* the library tells it once; twice, we would call ourselves */
	library = session->callback;
	session->callback = on_pdu;
	return 0;
}

void
direct_start(struct shared *lent, const char *context_name)
{
	shared = lent;
	context = context_name;
	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, on_open,
			       NULL);
}
