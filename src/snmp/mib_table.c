/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <string.h>
#include <time.h>

#include "base/text.h"
#include "snmp/mib_set.h"
#include "snmp/mib_table.h"

/* Copy the row at pos, or else the next one in its column, or else the first
 * one of the next column: pos is moved there. */
static bool
copy_at_or_after(const struct mib_table *table, const struct mib_source *source,
		 struct oidindex_position *pos, union mib_row *row)
{
	do {
		if (table->copy(source, pos->key, row, &pos->key))
			return true;
	} while (oidindex_next_column(&table->index, pos));
	return false;
}

static int
answer_get(const struct mib_table *table, const struct mib_source *source,
	   netsnmp_variable_list *vb, const oid *suffix, size_t suffix_len)
{
	struct oidindex_position pos;
	union mib_row row;
	uint32_t key;

	switch (oidindex_exact(&table->index, suffix, suffix_len, &pos)) {
	case OIDINDEX_NO_OBJECT:
		snmp_set_var_typed_value(vb, SNMP_NOSUCHOBJECT, NULL, 0);
		return 0;
	case OIDINDEX_NO_INSTANCE:
		break;
	case OIDINDEX_POSSIBLE:
		if (table->copy(source, pos.key, &row, &key) && key == pos.key)
			return table->cell(vb, pos.column, &row);
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
	struct oidindex_position pos;
	union mib_row row;
	oid name[MAX_OID_LEN];

	if (!oidindex_after(&table->index, suffix, suffix_len, &pos) ||
	    !copy_at_or_after(table, source, &pos, &row))
		return 0;
	if (snmp_set_var_objid(vb, name, mib_table_instance(table, &pos, name)) != 0)
		return -1;
	return table->cell(vb, pos.column, &row);
}

size_t
mib_table_suffix(const struct mib_table *table, const netsnmp_variable_list *vb, const oid **suffix)
{
	if (vb->name_length <= table->root_len ||
	    snmp_oidtree_compare(vb->name, vb->name_length, table->root, table->root_len) != 0)
		return 0;
	*suffix = vb->name + table->root_len;
	return vb->name_length - table->root_len;
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
mib_table_register(const struct mib_table *table, const struct mib_source *source,
		   const char *context)
{
	oid root[MAX_OID_LEN];

	if (!table->scalars)
		return register_subtree(table, source, context, table->root, table->root_len);
	/* Registering the whole group would take in ldmEventTable, too: net-snmp
	 * splits what overlaps into pieces that the master agent then refuses as
	 * duplicates of each other (seen with 5.9.3). */
	memcpy(root, table->root, table->root_len * sizeof(*root));
	for (uint32_t c = table->index.first_column; c <= table->index.last_column; c++) {
		root[table->root_len] = c;
		if (register_subtree(table, source, context, root, table->root_len + 1) != 0)
			return -1;
	}
	return 0;
}

size_t
mib_table_instance(const struct mib_table *table, const struct oidindex_position *pos,
		   oid name[MAX_OID_LEN])
{
	memcpy(name, table->root, table->root_len * sizeof(*name));
	return table->root_len + oidindex_write(&table->index, pos, name + table->root_len);
}

int
mib_text(netsnmp_variable_list *vb, const char *text)
{
	return snmp_set_var_typed_value(vb, ASN_OCTET_STR, text, strlen(text)) == 0 ? 0 : -1;
}

int
mib_address(netsnmp_variable_list *vb, uint32_t addr)
{
	const u_char octets[] = {
	    (u_char)(addr >> 24),
	    (u_char)(addr >> 16),
	    (u_char)(addr >> 8),
	    (u_char)addr,
	};

	return snmp_set_var_typed_value(vb, ASN_IPADDRESS, octets, sizeof(octets)) == 0 ? 0 : -1;
}

/* The library keeps 32-bit values in a long, whatever its width. */
static int
set_integer(netsnmp_variable_list *vb, u_char type, long value)
{
	return snmp_set_var_typed_integer(vb, type, value) == 0 ? 0 : -1;
}

int
mib_integer(netsnmp_variable_list *vb, int32_t value)
{
	return set_integer(vb, ASN_INTEGER, value);
}

int
mib_unsigned(netsnmp_variable_list *vb, uint32_t value)
{
	return set_integer(vb, ASN_UNSIGNED, (long)value);
}

int
mib_counter(netsnmp_variable_list *vb, uint32_t value)
{
	return set_integer(vb, ASN_COUNTER, (long)value);
}

int
mib_truth(netsnmp_variable_list *vb, bool value)
{
	return set_integer(vb, ASN_INTEGER, value ? 1 : 2);
}

int
mib_date_and_time(netsnmp_variable_list *vb, int64_t wall_ms)
{
	uint8_t octets[TEXT_DATE_AND_TIME_LEN];
	const size_t len = text_date_and_time(wall_ms, octets);

	return snmp_set_var_typed_value(vb, ASN_OCTET_STR, octets, len) == 0 ? 0 : -1;
}
