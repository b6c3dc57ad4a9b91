/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "snmp/mib_answer.h"
#include "snmp/mib_request.h"
#include "snmp/mib_set.h"
#include "snmp/mib_tables.h"

static struct mib_view views[MIB_TABLE_COUNT];
static struct shared *shared; /* the monitor */

/* A SET may change any row. */
static void
forget_all(void)
{
	for (size_t i = 0; i < MIB_TABLE_COUNT; i++)
		mib_view_forget(&views[i]);
}

/* Answer all of them from one state of the table. */
static void
answer(struct mib_view *view, netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	/* The library has already tried to GET an instance of each name that AgentX includes. */
	const enum mib_asked asked = info->mode == MODE_GET ? MIB_THIS : MIB_NEXT;
	struct monitor *monitor;

	mib_view_open(view, info->asp->pdu->transid, clock_now().mono_us);
	monitor = shared_lock(shared);
	for (netsnmp_request_info *req = requests; req != NULL; req = req->next)
		if (!req->processed && mib_answer(view, monitor, asked, req->requestvb) != 0)
			netsnmp_set_request_error(info, req, SNMP_ERR_GENERR);
	shared_unlock(shared);
}

static void
set(struct mib_view *view, netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	forget_all();
	for (netsnmp_request_info *req = requests; req != NULL; req = req->next) {
		int error = SNMP_ERR_NOERROR;

		if (!req->processed)
			error = mib_set(view->table, shared, info->mode, requests, req);
		if (error != SNMP_ERR_NOERROR)
			netsnmp_set_request_error(info, req, error);
	}
}

static int
handle_requests(netsnmp_mib_handler *handler, netsnmp_handler_registration *reg,
		netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	(void)reg;
	if (info->mode == MODE_GET || info->mode == MODE_GETNEXT)
		answer(handler->myvoid, info, requests);
	else
		set(handler->myvoid, info, requests);
	return SNMP_ERR_NOERROR;
}

static int
register_table(struct mib_view *view, const char *context)
{
	const struct mib_table *table = view->table;
	/* Also for read-only objects, so that the same code refuses every SET. */
	netsnmp_handler_registration *reg = netsnmp_create_handler_registration(
	    table->name, handle_requests, table->root, table->root_len, HANDLER_CAN_RWRITE);

	if (reg == NULL)
		return -1;
	reg->handler->myvoid = view;
	if (context != NULL) {
		reg->contextName = strdup(context);
		if (reg->contextName == NULL) {
			netsnmp_handler_registration_free(reg);
			return -1;
		}
	}
	return netsnmp_register_handler(reg) == MIB_REGISTERED_OK ? 0 : -1;
}

struct mib_view *
mib_request_view(const netsnmp_variable_list *vb)
{
	for (size_t i = 0; i < MIB_TABLE_COUNT; i++)
		if (mib_table_on_path(views[i].table, vb))
			return &views[i];
	return NULL;
}

void
mib_request_start(struct shared *lent, const char *context)
{
	shared = lent;
	for (size_t i = 0; i < MIB_TABLE_COUNT; i++) {
		views[i] = (struct mib_view){.table = mib_tables[i]};
		if (register_table(&views[i], context) != 0)
			log_error("net-snmp refused to register %s", mib_tables[i]->name);
	}
}
