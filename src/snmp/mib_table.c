/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/mib_table.h"

#include <string.h>

struct oidindex
mib_table_index(const struct mib_table *table)
{
	return (struct oidindex){
	    .syntax = table->syntax,
	    .first_column = table->columns[0].number,
	    .last_column = table->columns[table->column_count - 1].number,
	};
}

const struct mib_column *
mib_table_column(const struct mib_table *table, oid number)
{
	const uint32_t first = table->columns[0].number;

	if (number < first || number - first >= table->column_count)
		return NULL;
	return &table->columns[number - first];
}

int
mib_column_value(const struct mib_column *column, const union mib_row *row,
		 netsnmp_variable_list *vb)
{
	return column->set(vb, (const char *)row + column->offset, column->size);
}

size_t
mib_table_instance(const struct mib_table *table, const struct oidindex_position *pos,
		   oid name[MAX_OID_LEN])
{
	const struct oidindex index = mib_table_index(table);

	memcpy(name, table->root, table->root_len * sizeof(*name));
	return table->root_len + oidindex_write(&index, pos, name + table->root_len);
}

/* By memcmp(), because this is done more than once for each value that is read. */
bool
mib_table_on_path(const struct mib_table *table, const netsnmp_variable_list *vb)
{
	const size_t len = vb->name_length < table->root_len ? vb->name_length : table->root_len;

	return memcmp(vb->name, table->root, len * sizeof(*vb->name)) == 0;
}

size_t
mib_table_suffix(const struct mib_table *table, const netsnmp_variable_list *vb, const oid **suffix)
{
	if (vb->name_length <= table->root_len || !mib_table_on_path(table, vb))
		return 0;
	*suffix = vb->name + table->root_len;
	return vb->name_length - table->root_len;
}
