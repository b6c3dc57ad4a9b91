/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <string.h>

#include "snmp/mib_request.h"
#include "snmp/mib_set.h"

/* Copy the row at pos, or else the next one in its column, or else the first
 * one of the next column: pos is moved there. */
static bool
copy_at_or_after(const struct mib_table *table, const struct mib_source *source,
		 struct oidindex_position *pos, union mib_row *row)
{
	const struct oidindex index = mib_table_index(table);

	do {
		if (table->copy(source, pos->key, row, &pos->key))
			return true;
	} while (oidindex_next_column(&index, pos));
	return false;
}

static int
answer_get(const struct mib_table *table, const struct mib_source *source,
	   netsnmp_variable_list *vb, const oid *suffix, size_t suffix_len)
{
	const struct oidindex index = mib_table_index(table);
	struct oidindex_position pos;
	union mib_row row;
	uint32_t key;

	switch (oidindex_exact(&index, suffix, suffix_len, &pos)) {
	case OIDINDEX_NO_OBJECT:
		snmp_set_var_typed_value(vb, SNMP_NOSUCHOBJECT, NULL, 0);
		return 0;
	case OIDINDEX_NO_INSTANCE:
		break;
	case OIDINDEX_POSSIBLE:
		if (table->copy(source, pos.key, &row, &key) && key == pos.key)
			return mib_column_value(mib_table_column(table, pos.column), &row, vb);
		break;
	}
	snmp_set_var_typed_value(vb, SNMP_NOSUCHINSTANCE, NULL, 0);
	return 0;
}

/* Without a successor vb is left as it is, and the library goes on to what is
 * registered behind this table. */
static int
answer_getnext(const struct mib_table *table, const struct mib_source *source,
	       netsnmp_variable_list *vb, const oid *suffix, size_t suffix_len)
{
	const struct oidindex index = mib_table_index(table);
	struct oidindex_position pos;
	union mib_row row;
	oid name[MAX_OID_LEN];

	if (!oidindex_after(&index, suffix, suffix_len, &pos) ||
	    !copy_at_or_after(table, source, &pos, &row))
		return 0;
	if (snmp_set_var_objid(vb, name, mib_table_instance(table, &pos, name)) != 0)
		return -1;
	return mib_column_value(mib_table_column(table, pos.column), &row, vb);
}

static int
answer(const struct mib_table *table, const struct mib_source *source, int mode,
       netsnmp_variable_list *vb)
{
	const oid *suffix = NULL;
	const size_t suffix_len = mib_table_suffix(table, vb, &suffix);

	if (mode == MODE_GET)
		return answer_get(table, source, vb, suffix, suffix_len);
	if (suffix_len == 0 &&
	    snmp_oid_compare(vb->name, vb->name_length, table->root, table->root_len) > 0)
		return 0;
	/* The library has already tried to GET an instance of that very name
	 * where AgentX asks for it ("include", RFC 2741, 5.2). */
	return answer_getnext(table, source, vb, suffix, suffix_len);
}

static int
handle_requests(netsnmp_mib_handler *handler, netsnmp_handler_registration *reg,
		netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	const struct mib_table *table = handler->myvoid;
	const struct mib_source *source = reg->my_reg_void;

	for (netsnmp_request_info *req = requests; req != NULL; req = req->next) {
		int error = SNMP_ERR_NOERROR;

		if (req->processed)
			continue;
		if (info->mode != MODE_GET && info->mode != MODE_GETNEXT)
			error = mib_set(table, source, info->mode, requests, req);
		else if (answer(table, source, info->mode, req->requestvb) != 0)
			error = SNMP_ERR_GENERR;
		if (error != SNMP_ERR_NOERROR)
			netsnmp_set_request_error(info, req, error);
	}
	return SNMP_ERR_NOERROR;
}

static int
register_subtree(const struct mib_table *table, const struct mib_source *source,
		 const char *context, const oid *root, size_t root_len)
{
	/* Also what is read-only, so that all SETs are refused by the same rules. */
	netsnmp_handler_registration *reg = netsnmp_create_handler_registration(
	    table->name, handle_requests, root, root_len, HANDLER_CAN_RWRITE);

	if (reg == NULL)
		return -1;
	/* The library's pointers are not const; handle_requests() reads only. */
	reg->handler->myvoid = (void *)(uintptr_t)table;
	reg->my_reg_void = (void *)(uintptr_t)source;
	if (context != NULL) {
		reg->contextName = strdup(context);
		if (reg->contextName == NULL) {
			netsnmp_handler_registration_free(reg);
			return -1;
		}
	}
	return netsnmp_register_handler(reg) == MIB_REGISTERED_OK ? 0 : -1;
}

int
mib_request_register(const struct mib_table *table, const struct mib_source *source,
		     const char *context)
{
	oid root[MAX_OID_LEN];

	if (!table->scalars)
		return register_subtree(table, source, context, table->root, table->root_len);
	/* Registering the whole group would take in ldmEventTable, too: net-snmp
	 * splits what overlaps into pieces that the master agent then refuses as
	 * duplicates of each other (seen with 5.9.3). */
	memcpy(root, table->root, table->root_len * sizeof(*root));
	for (size_t i = 0; i < table->column_count; i++) {
		root[table->root_len] = table->columns[i].number;
		if (register_subtree(table, source, context, root, table->root_len + 1) != 0)
			return -1;
	}
	return 0;
}
