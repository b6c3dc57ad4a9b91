/* SPDX-License-Identifier: BSD-2-Clause */
/* discovery.h - the prober, the monitor that it feeds, and the log lines of both.
 *
 * Used by the thread of the loop only.
 */
#ifndef DISCOVERY_H
#define DISCOVERY_H

#include "conf/conf.h"

struct discovery;
struct loop;
struct shared;

/* Open the sockets; the first request is sent when the loop runs.  config is used until
 * discovery_configure() replaces it.  To be called once in a process.  Returns NULL after
 * logging the reason; the process must end then. */
struct discovery *discovery_start(struct loop *loop, const struct conf *config);

/* The monitor, for the other threads; it is never freed. */
struct shared *discovery_monitor(const struct discovery *discovery);

/* Use another configuration from now on.  Returns 0, or -1 if there is no memory; only a
 * part is in effect then. */
int discovery_configure(struct discovery *discovery, const struct conf *config);

/* Start an additional round as soon as possible. */
void discovery_round_now(struct discovery *discovery);

/* Do the logging and reconciling that is due.  To be called regularly. */
void discovery_tidy(struct discovery *discovery);

/* Close the sockets.  The monitor stays. */
void discovery_stop(struct discovery *discovery);

#endif /* DISCOVERY_H */
