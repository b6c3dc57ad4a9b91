/* SPDX-License-Identifier: BSD-2-Clause */
/* monitoring.h - creates the daemon's monitor from the configuration, shares it among the
 * threads, and does what it asks for.
 */
#ifndef MONITORING_H
#define MONITORING_H

#include "agent/monitor_lines.h"
#include "base/shared.h"
#include "conf/conf.h"

/* Create the monitor; its events are added to lines.  To be called once in a process.
 * Returns NULL with errno on failure.  The result is never freed, because the SNMP thread
 * may use it until the process ends. */
struct shared *monitoring_start(const struct conf *config, struct monitor_lines *lines);

/* Use another configuration, and log its effect on the managers.  Returns 0, or -1 if
 * there is no memory; only a part is in effect then. */
int monitoring_configure(const struct conf *config);

#endif /* MONITORING_H */
