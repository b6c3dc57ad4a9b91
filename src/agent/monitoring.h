/* SPDX-License-Identifier: BSD-2-Clause */
/* monitoring.h - the daemon's monitor: made from the configuration, shared by the
 * threads, and what it asks for is done.
 */
#ifndef MONITORING_H
#define MONITORING_H

#include "agent/monitor_lines.h"
#include "base/shared.h"
#include "conf/conf.h"

/* Make the only one there is; its events go to lines.  NULL with errno.  It is never
 * freed: the SNMP thread may use it until the process ends. */
struct shared *monitoring_start(const struct conf *config, struct monitor_lines *lines);

/* Use another configuration, and log its effect on the managers.  Returns 0, or -1 if
 * there is no memory; only a part is in effect then. */
int monitoring_configure(const struct conf *config);

#endif /* MONITORING_H */
