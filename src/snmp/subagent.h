/* SPDX-License-Identifier: BSD-2-Clause */
/* subagent.h - the net-snmp library and the AgentX link, in a thread of its own.
 *
 * Only this thread calls net-snmp, whose AgentX calls are synchronous and block as long as
 * the master agent hangs.
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

/* The directories in which net-snmp looks for its configuration, separated by colons;
 * static.  Returns NULL if there is no memory.  Calls the library, so it must be called
 * before subagent_start(). */
const char *subagent_config_path(void);

/* Start the thread, with all signals blocked in it.  shared, which guards the monitor, and
 * the strings in settings are used until the process ends.  Returns 0, or -1 with errno. */
int subagent_start(const struct subagent_settings *settings, struct shared *shared);

/* Wake the thread, because there are events to send.  May be called by any thread, also
 * before subagent_start(), and never blocks. */
void subagent_wake(void);

/* Ask the thread to close its session and end, and wait for that, at most half a second.
 * Returns whether it ended.  The process must _exit() then, because the thread may still
 * be blocked. */
bool subagent_stop(void);

#endif /* SUBAGENT_H */
