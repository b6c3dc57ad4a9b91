/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_table.h - describes a table of the MIB: its columns, and how a row is copied.
 *
 * Used by the SNMP thread only.  A group of scalars is described as a table, too: the
 * scalars are its columns, and its only row has key 0.
 */
#ifndef MIB_TABLE_H
#define MIB_TABLE_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <stdbool.h>

#include "core/downlist.h"
#include "core/monitor.h"
#include "snmp/mib_setrequest.h"
#include "snmp/mib_value.h"
#include "snmp/oidindex.h"

/* ldmDiscovery and ldmStatistics. */
struct mib_discovery {
	struct moment started;     /* of the agent, when all counters were zero */
	struct moment last_active; /* start of the last completed round; none yet: of the agent */
	struct monitor_settings settings;
	struct discover_stats stats;
	uint32_t impaired_links;
};

/* A row of ldmInterfaceTable. */
struct mib_interface {
	struct link link;
	uint32_t managers_up;
};

/* ldmManagerSummary. */
struct mib_summary {
	struct inventory_summary counts;
	struct moment last_change; /* of the set of rows; none yet: start of the agent */
	size_t max;
	struct downlist down;
};

/* A row of ldmManagerTable. */
struct mib_manager {
	struct manager m;
	struct manager_conflict conflict;
};

/* ldmState. */
struct mib_state {
	struct moment saved, waiting; /* in the future: the age is 0 */
	uint64_t errors;
};

union mib_row {
	struct mib_manager manager;
	struct event event;
	struct mib_interface interface;
	struct mib_summary summary;
	struct mib_discovery discovery;
	struct mib_state state;
	struct {
		struct events_counts counts;
		bool notifications;
	} events;
};

struct mib_column {
	uint32_t number;
	const char *name; /* the descriptor in the MIB */
	mib_setter *set;
	size_t offset, size;    /* of the member of union mib_row that it shows */
	u_char settable;        /* the type (ASN_) for SET; 0: read-only */
	enum mib_object object; /* what SET changes */
};

#define MIB_COLUMN(number_, name_, set_, member_)            \
	.number = (number_), .name = (name_), .set = (set_), \
	.offset = offsetof(union mib_row, member_),          \
	.size = sizeof(((union mib_row *)NULL)->member_)

struct mib_table {
	const char *name;
	const oid *root; /* of the row (...Entry), or of the scalars' group */
	size_t root_len;
	enum oidindex_syntax syntax;      /* of the key */
	bool scalars;                     /* each column is an object by itself */
	const struct mib_column *columns; /* the readable ones, ascending, without a gap */
	size_t column_count;

	/* Copy the row with the smallest key >= from.  Returns false if there is none.  Called
	 * with the lock held, so it must not call net-snmp. */
	bool (*copy)(struct monitor *monitor, uint32_t from, union mib_row *row, uint32_t *key);
};

#define MIB_COLUMNS(columns_) \
	.columns = (columns_), .column_count = sizeof(columns_) / sizeof((columns_)[0])

/* The encoding of its instances. */
struct oidindex mib_table_index(const struct mib_table *table);

/* The column with this number, or NULL. */
const struct mib_column *mib_table_column(const struct mib_table *table, oid number);

/* Set the value of vb to that of a column in the row.  Returns 0, or -1 if there is no
 * memory. */
int mib_column_value(const struct mib_column *column, const union mib_row *row,
		     netsnmp_variable_list *vb);

/* Write the OID of the instance at pos; returns its length. */
size_t mib_table_instance(const struct mib_table *table, const struct oidindex_position *pos,
			  oid name[MAX_OID_LEN]);

/* Whether vb's name is below the table's root, or is an ancestor of it, or the root itself. */
bool mib_table_on_path(const struct mib_table *table, const netsnmp_variable_list *vb);

/* Set *suffix to the part of vb's name after table->root.  Returns its length; 0: the name
 * is not below the root. */
size_t mib_table_suffix(const struct mib_table *table, const netsnmp_variable_list *vb,
			const oid **suffix);

#endif /* MIB_TABLE_H */
