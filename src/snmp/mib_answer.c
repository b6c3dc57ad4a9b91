/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <string.h>

#include "snmp/mib_answer.h"

/* Returns the row at pos, or the next one in its column, or the first one of the next
 * column, and sets pos to its position; NULL: there is none. */
static const union mib_row *
row_at_or_after(struct mib_view *view, struct monitor *monitor, struct oidindex_position *pos)
{
	const struct oidindex index = mib_table_index(view->table);
	const union mib_row *row;

	do
		row = mib_view_row(view, monitor, pos->key, &pos->key);
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
answer_this(struct mib_view *view, struct monitor *monitor, netsnmp_variable_list *vb,
	    const oid *suffix, size_t suffix_len)
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
		row = mib_view_row(view, monitor, pos.key, &key);
		if (row != NULL && key == pos.key)
			return set_value(view, vb, pos.column, row);
		break;
	}
	snmp_set_var_typed_value(vb, SNMP_NOSUCHINSTANCE, NULL, 0);
	return 0;
}

static bool
first_position(const struct oidindex *index, enum mib_asked asked, const oid *suffix,
	       size_t suffix_len, struct oidindex_position *pos)
{
	if (asked == MIB_THIS_OR_NEXT &&
	    oidindex_exact(index, suffix, suffix_len, pos) == OIDINDEX_POSSIBLE)
		return true;
	return oidindex_after(index, suffix, suffix_len, pos);
}

static int
answer_next(struct mib_view *view, struct monitor *monitor, enum mib_asked asked,
	    netsnmp_variable_list *vb, const oid *suffix, size_t suffix_len)
{
	const struct oidindex index = mib_table_index(view->table);
	const union mib_row *row = NULL;
	struct oidindex_position pos;
	oid name[MAX_OID_LEN];

	if (first_position(&index, asked, suffix, suffix_len, &pos))
		row = row_at_or_after(view, monitor, &pos);
	if (row == NULL)
		return 0;
	if (snmp_set_var_objid(vb, name, mib_table_instance(view->table, &pos, name)) != 0)
		return -1;
	return set_value(view, vb, pos.column, row);
}

int
mib_answer(struct mib_view *view, struct monitor *monitor, enum mib_asked asked,
	   netsnmp_variable_list *vb)
{
	const struct mib_table *table = view->table;
	const oid *suffix = NULL;
	const size_t suffix_len = mib_table_suffix(table, vb, &suffix);

	if (asked == MIB_THIS)
		return answer_this(view, monitor, vb, suffix, suffix_len);
	if (suffix_len == 0 &&
	    snmp_oid_compare(vb->name, vb->name_length, table->root, table->root_len) > 0)
		return 0;
	return answer_next(view, monitor, asked, vb, suffix, suffix_len);
}

int
mib_answer_range(struct mib_view *view, struct monitor *monitor, netsnmp_variable_list *vb)
{
	const u_char range = vb->type;
	const size_t start_len = vb->name_length, end_len = vb->val_len / sizeof(oid);
	oid start[MAX_OID_LEN], end[MAX_OID_LEN];

	memcpy(start, vb->name, start_len * sizeof(oid));
	memcpy(end, vb->val.objid, end_len * sizeof(oid));
	if (mib_answer(view, monitor, range == ASN_PRIV_INCL_RANGE ? MIB_THIS_OR_NEXT : MIB_NEXT,
		       vb) != 0)
		return -1;
	if (vb->type != range && snmp_oid_compare(vb->name, vb->name_length, end, end_len) < 0)
		return 0;
	if (snmp_set_var_objid(vb, start, start_len) != 0)
		return -1;
	return snmp_set_var_typed_value(vb, SNMP_ENDOFMIBVIEW, NULL, 0);
}
