/* SPDX-License-Identifier: BSD-2-Clause */
/* peers_tdata - a table as net-snmp's documentation has one write it, with the helper that
 * keeps the rows (table_tdata.h).
 *
 *	peers_tdata SOCKET ROOT ROWS <TEMPLATE
 *
 * ROOT is the table's entry.  The arguments are otherwise those of peers_limit.c.
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peers_template.h"

static struct peers_value template[PEERS_COLUMNS_MAX]; /* that all rows show */
static unsigned int columns;

static int
handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *reg,
       netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	(void)handler;
	(void)reg;
	if (info->mode != MODE_GET)
		return SNMP_ERR_NOERROR;
	for (netsnmp_request_info *req = requests; req != NULL; req = req->next) {
		const struct peers_value *row = netsnmp_tdata_extract_entry(req);
		const netsnmp_table_request_info *table = netsnmp_extract_table_info(req);
		const struct peers_value *value;

		if (row == NULL) {
			netsnmp_set_request_error(info, req, SNMP_NOSUCHINSTANCE);
			continue;
		}
		value = &row[table->colnum - PEERS_FIRST_COLUMN];
		if (value->is_number)
			snmp_set_var_typed_integer(req->requestvb, value->type, value->number);
		else
			snmp_set_var_typed_value(req->requestvb, value->type, value->octets,
						 value->len);
	}
	return SNMP_ERR_NOERROR;
}

static void
fill(netsnmp_tdata *table, unsigned int rows)
{
	for (unsigned int i = 0; i < rows; i++) {
		netsnmp_tdata_row *row = netsnmp_tdata_create_row();
		const uint32_t address = PEERS_FIRST_ROW + i; /* not in network byte order */

		if (row == NULL)
			errx(1, "out of memory");
		row->data = template;
		netsnmp_tdata_row_add_index(row, ASN_IPADDRESS, &address, sizeof(address));
		netsnmp_tdata_add_row(table, row);
	}
}

static void
register_table(const oid *root, size_t len, unsigned int rows)
{
	netsnmp_tdata *table = netsnmp_tdata_create_table("peers_tdata", 0);
	netsnmp_table_registration_info *info =
	    SNMP_MALLOC_TYPEDEF(netsnmp_table_registration_info);
	netsnmp_handler_registration *reg = netsnmp_create_handler_registration(
	    "peers_tdata", handle, root, len, HANDLER_CAN_RONLY);

	if (table == NULL || info == NULL || reg == NULL)
		errx(1, "out of memory");
	netsnmp_table_helper_add_indexes(info, ASN_IPADDRESS, 0);
	info->min_column = PEERS_FIRST_COLUMN;
	info->max_column = PEERS_FIRST_COLUMN + columns - 1;
	fill(table, rows);
	if (netsnmp_tdata_register(reg, table, info) != SNMPERR_SUCCESS)
		errx(1, "cannot register the table");
}

int
main(int argc, char *argv[])
{
	oid root[MAX_OID_LEN];
	size_t len = MAX_OID_LEN;

	if (argc != 4)
		errx(1, "usage: peers_tdata SOCKET ROOT ROWS <TEMPLATE");
	setenv("MIBS", "", 1);
	columns = peers_template_read(template);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 1);
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, argv[1]);
	init_agent("peers_tdata");
	/* The helper registers the table, not its entry. */
	if (!read_objid(argv[2], root, &len))
		errx(1, "not an object: %s", argv[2]);
	register_table(root, len - 1, (unsigned int)strtoul(argv[3], NULL, 10));
	init_snmp("peers_tdata");
	for (;;)
		agent_check_and_process(1);
}
