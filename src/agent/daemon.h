/* SPDX-License-Identifier: BSD-2-Clause */
/* daemon.h - starts, reloads and stops ldm-agentx.
 *
 * The calling thread runs discovery and handles signals.  subagent_start() starts the
 * thread that communicates with the master agent.  They share only the monitor, which
 * base/shared.h guards.
 */
#ifndef DAEMON_H
#define DAEMON_H

#include "agent/options.h"

struct daemon;

/* Read the configuration.  options is kept by reference.  Returns NULL after logging the
 * errors.  The result is never freed, because the SNMP thread may use it until the process
 * ends. */
struct daemon *daemon_new(const struct options *options);

/* The option -t: check the other options (see preflight.h), and print the configuration and
 * the interfaces that would be used.  Returns 0, or -1 after logging the errors. */
int daemon_check(const struct daemon *daemon);

/* Start everything.  The order matters: sockets are opened before privileges are dropped,
 * and read only afterwards; the log file and the state file are opened as the daemon's user;
 * threads are started after the fork and after everything that changes the whole process;
 * standard error is given up last, so that all errors appear on the terminal.  Returns 0, or
 * -1 after logging the reason. */
int daemon_start(struct daemon *daemon);

/* Run until a signal ends the process. */
_Noreturn void daemon_run(struct daemon *daemon);

#endif /* DAEMON_H */
