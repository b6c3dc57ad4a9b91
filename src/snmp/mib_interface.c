/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "snmp/mib_interface.h"

enum {
	COL_NAME = 2,
	COL_ADDRESS = 3,
	COL_STATE = 4,
	COL_REASON = 5,
	COL_REQUESTS = 6,
	COL_RESPONSES = 7,
	COL_KERNEL_DROPS = 8,
	COL_MANAGERS_UP = 9,
};

/* The kernel allows nearly any octet in a name. */
static int
set_name(netsnmp_variable_list *vb, const char name[LINK_NAME_LEN])
{
	char text[4 * LINK_NAME_LEN];

	return mib_text(vb, text_printable(name, strnlen(name, LINK_NAME_LEN), text, sizeof(text)));
}

static int
interface_cell(netsnmp_variable_list *vb, uint32_t column, const union mib_row *row)
{
	const struct link *l = &row->interface.link;

	switch (column) {
	case COL_NAME:
		return set_name(vb, l->name);
	case COL_ADDRESS:
		return mib_address(vb, l->addr);
	case COL_STATE:
		return mib_integer(vb, (int32_t)l->state);
	case COL_REASON:
		return mib_text(vb, link_trouble(l));
	case COL_REQUESTS:
		return mib_counter(vb, (uint32_t)l->requests);
	case COL_RESPONSES:
		return mib_counter(vb, (uint32_t)l->responses);
	case COL_KERNEL_DROPS:
		return mib_counter(vb, (uint32_t)l->kernel_drops);
	case COL_MANAGERS_UP:
		return mib_unsigned(vb, row->interface.managers_up);
	}
	return -1;
}

static bool
interface_copy(const struct mib_source *source, uint32_t from, union mib_row *row, uint32_t *key)
{
	if (!source->interface(source->ctx, from, &row->interface))
		return false;
	*key = row->interface.link.ifindex;
	return true;
}

static const oid interface_entry[] = {MIB_ROOT, 1, 5, 1};

const struct mib_table mib_interface_table = {
    .name = "ldmInterfaceTable",
    .root = interface_entry,
    .root_len = OID_LENGTH(interface_entry),
    .index = {OIDINDEX_UNSIGNED, COL_NAME, COL_MANAGERS_UP},
    .copy = interface_copy,
    .cell = interface_cell,
};
