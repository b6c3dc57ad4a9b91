/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_table.h - the request loop of all tables and scalars, and the setters by
 * which they fill in values.
 *
 * Only the SNMP thread comes here.  A group of scalars is a table too: its
 * columns are the scalars, its only row has key 0.
 */
#ifndef MIB_TABLE_H
#define MIB_TABLE_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "snmp/mib_source.h"
#include "snmp/mib_draft.h"
#include "snmp/oidindex.h"

union mib_row {
	struct manager manager;
	struct event event;
	struct mib_interface interface;
	struct inventory_summary summary;
	struct mib_discovery discovery;
	struct {
		struct events_counts counts;
		bool notifications;
	} events;
};

struct mib_writable {
	uint32_t column;
	u_char type; /* ASN_ */
	enum mib_object object;
};

struct mib_table {
	const char *name;
	const oid *root; /* of the row (...Entry), or of the scalars' group */
	size_t root_len;
	struct oidindex index;
	bool scalars; /* register each column by itself: other objects may lie beside them */
	const struct mib_writable *writable; /* ended by column 0; NULL: there are none */

	/* Copy the row with the smallest key >= from; false: there is none. */
	bool (*copy)(const struct mib_source *source, uint32_t from, union mib_row *row,
		     uint32_t *key);

	/* Set the value of vb by one of the setters below; returns what it returned. */
	int (*cell)(netsnmp_variable_list *vb, uint32_t column, const union mib_row *row);
};

/* Have requests below table->root answered from here on, in that SNMPv3 context
 * (NULL: the default one).  table and source are used until the library is shut
 * down.  0, or -1: the library refused. */
int mib_table_register(const struct mib_table *table, const struct mib_source *source,
		       const char *context);

/* Write the OID of the instance at pos; returns its length. */
size_t mib_table_instance(const struct mib_table *table, const struct oidindex_position *pos,
			  oid name[MAX_OID_LEN]);

/* Set *suffix to what follows table->root in vb's name, and return its length;
 * 0: the name is not below the root. */
size_t mib_table_suffix(const struct mib_table *table, const netsnmp_variable_list *vb,
			const oid **suffix);

/* Setters.  0, or -1 when out of memory. */
int mib_text(netsnmp_variable_list *vb, const char *text);
int mib_address(netsnmp_variable_list *vb, uint32_t addr);   /* host byte order */
int mib_integer(netsnmp_variable_list *vb, int32_t value);   /* enumerations, too */
int mib_unsigned(netsnmp_variable_list *vb, uint32_t value); /* Unsigned32 and Gauge32 */
int mib_counter(netsnmp_variable_list *vb, uint32_t value);
int mib_truth(netsnmp_variable_list *vb, bool value);

/* DateAndTime (RFC 2579) in UTC; eight zero octets if wall_ms is 0, "never". */
int mib_date_and_time(netsnmp_variable_list *vb, int64_t wall_ms);

#endif /* MIB_TABLE_H */
