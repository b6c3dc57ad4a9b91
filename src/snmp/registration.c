/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <stdio.h>

#include "base/log.h"
#include "snmp/axpdu.h"
#include "snmp/registration.h"

static const oid *module; /* NULL: none */
static size_t module_len;
static const char *module_description;

/* The current registration; session is NULL if there is none. */
static netsnmp_session *session;
static registration_end *on_end;
static size_t subtree_count;
static size_t step; /* the nth subtree, or the module after the last one */

static int on_answer(int operation, netsnmp_session *from, int request_id, netsnmp_pdu *pdu,
		     void *arg);

void
registration_set_module(const oid *name, size_t len, const char *description)
{
	module = name;
	module_len = len;
	module_description = description;
}

/* In the order in which the library itself would register them.  The root of each context
 * is not registered. */
static netsnmp_subtree *
nth_subtree(size_t n)
{
	for (subtree_context_cache *c = get_top_context_cache(); c != NULL; c = c->next)
		for (netsnmp_subtree *s = c->first_subtree; s != NULL; s = s->next)
			for (netsnmp_subtree *t = s; t != NULL; t = t->children)
				if (t->namelen > 1 && n-- == 0)
					return t;
	return NULL;
}

static const char *
context_of(const netsnmp_subtree *subtree)
{
	return subtree->reginfo != NULL ? subtree->reginfo->contextName : NULL;
}

/* RFC 2741, 6.2.3.  Neither ranges nor single instances are registered. */
static netsnmp_pdu *
register_pdu(const netsnmp_subtree *subtree)
{
	netsnmp_pdu *pdu = axpdu_new(session, AXPDU_REGISTER, context_of(subtree));

	if (pdu == NULL)
		return NULL;
	pdu->time = subtree->timeout;
	pdu->priority = subtree->priority;
	if (snmp_add_null_var(pdu, subtree->name_a, subtree->namelen) == NULL) {
		snmp_free_pdu(pdu);
		return NULL;
	}
	return pdu;
}

/* RFC 2741, 6.2.14. */
static netsnmp_pdu *
module_pdu(void)
{
	netsnmp_pdu *pdu = axpdu_new(session, AXPDU_ADD_AGENT_CAPS, NULL);

	if (pdu == NULL)
		return NULL;
	if (snmp_pdu_add_variable(pdu, module, module_len, ASN_OCTET_STR, module_description,
				  strlen(module_description)) == NULL) {
		snmp_free_pdu(pdu);
		return NULL;
	}
	return pdu;
}

static void
end(enum registration_outcome outcome, const char *why)
{
	session = NULL;
	on_end(outcome, why);
}

/* If sending fails, on_answer() may or may not have been called. */
static void
send_or_end(netsnmp_pdu *pdu)
{
	if ((pdu == NULL || axpdu_send(session, pdu, on_answer, session) != 0) && session != NULL)
		end(REGISTRATION_UNANSWERED, NULL);
}

static void
send_next(void)
{
	const netsnmp_subtree *subtree = nth_subtree(step);

	if (subtree != NULL)
		send_or_end(register_pdu(subtree));
	else if (step == subtree_count && module != NULL)
		send_or_end(module_pdu());
	else
		end(REGISTRATION_COMPLETE, NULL);
}

static const char *
oid_text(const oid *name, size_t len, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < len && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%lu", i > 0 ? "." : "",
					 (unsigned long)name[i]);
	return buf;
}

static void
refused(const netsnmp_subtree *subtree, long error)
{
	char name[256], why[512];

	oid_text(subtree->name_a, subtree->namelen, name, sizeof(name));
	switch (error) {
	case AXPDU_DUPLICATE_REGISTRATION:
		snprintf(why, sizeof(why), "another subagent has registered these objects (%s)",
			 name);
		break;
	case AXPDU_UNSUPPORTED_CONTEXT:
		snprintf(why, sizeof(why), "it does not support the context '%s'",
			 context_of(subtree));
		break;
	case AXPDU_REQUEST_DENIED:
		snprintf(why, sizeof(why), "it denies the registration of %s", name);
		break;
	default:
		snprintf(why, sizeof(why),
			 "registration of %s: AgentX error %ld (RFC 2741, 6.2.16)", name, error);
	}
	end(REGISTRATION_REFUSED, why);
}

static void
answered(long error)
{
	const netsnmp_subtree *subtree = nth_subtree(step);

	if (error == AXPDU_NOT_OPEN) {
		end(REGISTRATION_UNANSWERED, NULL);
	} else if (error != SNMP_ERR_NOERROR && subtree != NULL) {
		refused(subtree, error);
	} else {
		if (error != SNMP_ERR_NOERROR)
			log_info("no entry in the master agent's sysORTable: AgentX error %ld",
				 error);
		step++;
		send_next();
	}
}

/* Also called, with TIMED_OUT, when a session is closed. */
static int
on_answer(int operation, netsnmp_session *from, int request_id, netsnmp_pdu *pdu, void *arg)
{
	(void)from;
	(void)request_id;
	if (operation == NETSNMP_CALLBACK_OP_RESEND || session == NULL || arg != session)
		return 1;
	if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE)
		answered(pdu->errstat);
	else
		end(REGISTRATION_UNANSWERED, NULL);
	return 1;
}

void
registration_start(netsnmp_session *opened, registration_end *called)
{
	netsnmp_subtree *subtree;

	for (subtree_count = 0; (subtree = nth_subtree(subtree_count)) != NULL; subtree_count++)
		subtree->flags |= SUBTREE_ATTACHED;
	session = opened;
	on_end = called;
	step = 0;
	send_next();
}

void
registration_cancel(void)
{
	session = NULL;
}
