/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_answer.h - the answer to a request for one name.
 *
 * Used by the SNMP thread only, by whoever has received the request: the library
 * (mib_request.c), or we (direct.c).
 */
#ifndef MIB_ANSWER_H
#define MIB_ANSWER_H

#include "snmp/mib_view.h"

enum mib_asked {
	MIB_THIS,         /* the instance of this name */
	MIB_NEXT,         /* the first one after this name */
	MIB_THIS_OR_NEXT, /* likewise, but it may have this name (RFC 2741, 5.2: include) */
};

/* Set vb, which has the name that is asked for, to the answer from view->table: the instance's
 * value, and its name; for MIB_THIS, noSuchObject or noSuchInstance if there is none.  For the
 * others vb is unchanged if there is none in the table.  Returns 0, or -1 if there is no memory.
 * Called with the lock of the monitor held: only fills in memory. */
int mib_answer(struct mib_view *view, struct monitor *monitor, enum mib_asked asked,
	       netsnmp_variable_list *vb);

/* Likewise, for a GetNext of AgentX, whose vb is as the library keeps a search range: the start
 * is its name, whether that is included its type, and the end, which is not empty, its value.
 * Neither is longer than MAX_OID_LEN.  vb becomes the first instance in the range, or
 * endOfMibView with the name of the start (RFC 2741, 7.2.3.2). */
int mib_answer_range(struct mib_view *view, struct monitor *monitor, netsnmp_variable_list *vb);

#endif /* MIB_ANSWER_H */
