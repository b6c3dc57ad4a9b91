/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "snmp/mib_request.h"
#include "snmp/mib_set.h"
#include "snmp/mib_tables.h"
#include "snmp/mib_view.h"

static struct mib_view views[MIB_TABLE_COUNT];

/* Returns the row at pos, or the next one in its column, or the first one of the next
 * column, and sets pos to its position; NULL: there is none. */
static const union mib_row *
row_at_or_after(struct mib_view *view, struct oidindex_position *pos)
{
	const struct oidindex index = mib_table_index(view->table);
	const union mib_row *row;

	do
		row = mib_view_row(view, pos->key, &pos->key);
	while (row == NULL && oidindex_next_column(&index, pos));
	return row;
}

static int
set_value(const struct mib_view *view, netsnmp_variable_list *vb, uint32_t column,
	  const union mib_row *row)
{
	return mib_column_value(mib_table_column(view->table, column), row, vb);
}

static int
answer_get(struct mib_view *view, netsnmp_variable_list *vb, const oid *suffix, size_t suffix_len)
{
	const struct oidindex index = mib_table_index(view->table);
	struct oidindex_position pos;
	const union mib_row *row;
	uint32_t key;

	switch (oidindex_exact(&index, suffix, suffix_len, &pos)) {
	case OIDINDEX_NO_OBJECT:
		snmp_set_var_typed_value(vb, SNMP_NOSUCHOBJECT, NULL, 0);
		return 0;
	case OIDINDEX_NO_INSTANCE:
		break;
	case OIDINDEX_POSSIBLE:
		row = mib_view_row(view, pos.key, &key);
		if (row != NULL && key == pos.key)
			return set_value(view, vb, pos.column, row);
		break;
	}
	snmp_set_var_typed_value(vb, SNMP_NOSUCHINSTANCE, NULL, 0);
	return 0;
}

/* If there is no successor, vb is unchanged, and the library continues with the objects
 * registered after this table. */
static int
answer_getnext(struct mib_view *view, netsnmp_variable_list *vb, const oid *suffix,
	       size_t suffix_len)
{
	const struct oidindex index = mib_table_index(view->table);
	const union mib_row *row = NULL;
	struct oidindex_position pos;
	oid name[MAX_OID_LEN];

	if (oidindex_after(&index, suffix, suffix_len, &pos))
		row = row_at_or_after(view, &pos);
	if (row == NULL)
		return 0;
	if (snmp_set_var_objid(vb, name, mib_table_instance(view->table, &pos, name)) != 0)
		return -1;
	return set_value(view, vb, pos.column, row);
}

static int
answer(struct mib_view *view, int mode, netsnmp_variable_list *vb)
{
	const struct mib_table *table = view->table;
	const oid *suffix = NULL;
	const size_t suffix_len = mib_table_suffix(table, vb, &suffix);

	if (mode == MODE_GET)
		return answer_get(view, vb, suffix, suffix_len);
	if (suffix_len == 0 &&
	    snmp_oid_compare(vb->name, vb->name_length, table->root, table->root_len) > 0)
		return 0;
	/* If AgentX asks for "include" (RFC 2741, 5.2), the library has already tried to GET
	 * an instance of this name. */
	return answer_getnext(view, vb, suffix, suffix_len);
}

/* A SET may change any row. */
static void
forget_all(void)
{
	for (size_t i = 0; i < MIB_TABLE_COUNT; i++)
		mib_view_forget(&views[i]);
}

static int
handle_requests(netsnmp_mib_handler *handler, netsnmp_handler_registration *reg,
		netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	struct mib_view *view = handler->myvoid;
	const bool reads = info->mode == MODE_GET || info->mode == MODE_GETNEXT;

	(void)reg;
	mib_view_open(view, info->asp->pdu->transid, clock_now().mono_us);
	if (!reads)
		forget_all();
	for (netsnmp_request_info *req = requests; req != NULL; req = req->next) {
		int error = SNMP_ERR_NOERROR;

		if (req->processed)
			continue;
		if (!reads)
			error = mib_set(view->table, view->shared, info->mode, requests, req);
		else if (answer(view, info->mode, req->requestvb) != 0)
			error = SNMP_ERR_GENERR;
		if (error != SNMP_ERR_NOERROR)
			netsnmp_set_request_error(info, req, error);
	}
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

void
mib_request_start(struct shared *shared, const char *context)
{
	for (size_t i = 0; i < MIB_TABLE_COUNT; i++) {
		views[i] = (struct mib_view){.table = mib_tables[i], .shared = shared};
		if (register_table(&views[i], context) != 0)
			log_error("net-snmp refused to register %s", mib_tables[i]->name);
	}
}
