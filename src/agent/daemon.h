/* SPDX-License-Identifier: BSD-2-Clause */
/* daemon.h - the life of ldm-agentx: start, reload, stop.
 *
 * Wires the layers together.  The caller's thread does the discovery and handles
 * signals; subagent_start() starts the one that speaks to the master agent, and
 * base/shared.h and the monitor that it guards are what the two share.
 */
#ifndef DAEMON_H
#define DAEMON_H

#include "agent/options.h"

struct daemon;

/* Read the configuration.  options is kept by reference, and the result is never
 * freed: the SNMP thread may outlive main().  NULL after the mistakes were
 * logged. */
struct daemon *daemon_new(const struct options *options);

/* -t: check what options name (see preflight.h) and print what is in force, and
 * where it would be used.  0, or -1 after the reasons were logged. */
int daemon_check(const struct daemon *daemon);

/* Start everything, in the order that matters: sockets are opened before
 * privileges are dropped, nothing is received before that, threads come after
 * the fork and after everything that changes the whole process.  The log file
 * and the state file are the daemon's user's; that they cannot be used is said
 * while there is a terminal.  0, or -1 after the reason was logged. */
int daemon_start(struct daemon *daemon);

/* Until a signal ends the process. */
_Noreturn void daemon_run(struct daemon *daemon);

#endif /* DAEMON_H */
