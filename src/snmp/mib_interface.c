/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "snmp/mib_interface.h"

/* The kernel allows almost any octet in a name. */
static int
set_name(netsnmp_variable_list *vb, const void *member, size_t size)
{
	char text[LINK_SHOWN_LEN];

	text_printable(member, strnlen(member, size), text, sizeof(text));
	return mib_text(vb, text, sizeof(text));
}

static int
set_reason(netsnmp_variable_list *vb, const void *member, size_t size)
{
	const char *trouble = link_trouble(member);

	(void)size;
	return mib_text(vb, trouble, strlen(trouble));
}

/* clang-format off */
static const struct mib_column interface_columns[] = {
    {MIB_COLUMN(2, "ldmInterfaceName", set_name, interface.link.name)},
    {MIB_COLUMN(3, "ldmInterfaceAddress", mib_address, interface.link.addr)},
    {MIB_COLUMN(4, "ldmInterfaceState", mib_integer, interface.link.state)},
    {MIB_COLUMN(5, "ldmInterfaceReason", set_reason, interface.link)},
    {MIB_COLUMN(6, "ldmInterfaceRequests", mib_counter, interface.link.requests)},
    {MIB_COLUMN(7, "ldmInterfaceResponses", mib_counter, interface.link.responses)},
    {MIB_COLUMN(8, "ldmInterfaceKernelDrops", mib_counter, interface.link.kernel_drops)},
    {MIB_COLUMN(9, "ldmInterfaceManagersUp", mib_unsigned, interface.managers_up)},
    {MIB_COLUMN(10, "ldmInterfaceImpaired", mib_truth, interface.link.impaired)},
    {MIB_COLUMN(11, "ldmInterfaceUnheard", mib_truth, interface.link.deaf)},
};
/* clang-format on */

static bool
interface_copy(struct monitor *monitor, uint32_t from, union mib_row *row, uint32_t *key)
{
	uint32_t up;
	const struct link *link = discover_link_at_or_after(monitor_discover(monitor), from, &up);

	if (link == NULL)
		return false;
	row->interface = (struct mib_interface){.link = *link, .managers_up = up};
	*key = link->ifindex;
	return true;
}

static const oid interface_entry[] = {MIB_ROOT, 1, 5, 1};

const struct mib_table mib_interface_table = {
    .name = "ldmInterfaceTable",
    .root = interface_entry,
    .root_len = OID_LENGTH(interface_entry),
    .syntax = OIDINDEX_UNSIGNED,
    MIB_COLUMNS(interface_columns),
    .copy = interface_copy,
};
