/* SPDX-License-Identifier: BSD-2-Clause */
/* subagent.h - the net-snmp library and the AgentX link, in a thread of its own.
 *
 * The only thread that ever calls net-snmp: its AgentX calls are synchronous
 * and block for as long as the master agent hangs, which nothing bounds.
 */
#ifndef SUBAGENT_H
#define SUBAGENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/shared.h"

struct subagent_settings {
	const char *address;        /* of the master agent as -x gives it; NULL: default */
	char *const *netsnmp_lines; /* configuration lines for net-snmp */
	size_t netsnmp_line_count;
	const char *debug_tokens; /* for net-snmp's -D; NULL: none */
	const char *context;      /* SNMPv3 context to register in; NULL: the default one */
};

/* The directories where net-snmp looks for configuration, separated by colons;
 * static.  NULL when there is no memory.  To be called before subagent_start(),
 * for it asks the library. */
const char *subagent_config_path(void);

/* Start the thread (all signals blocked in it).  shared, which
 * guards the monitor, and the strings in settings are used until the process ends.  0,
 * or -1 with errno. */
int subagent_start(const struct subagent_settings *settings, struct shared *shared);

/* There are events to send.  From any thread; never blocks. */
void subagent_wake(void);

/* Ask the thread to close its session and end, and wait for it half a second
 * at most.  Then the process must _exit(): the thread may still be blocked.
 * Returns whether it ended. */
bool subagent_stop(void);

#endif /* SUBAGENT_H */
