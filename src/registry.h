/* SPDX-License-Identifier: BSD-2-Clause */
/* registry.h - what the discovery thread and the SNMP thread share.
 *
 * Owns the inventory, the events and the discovery's state machine, and the one
 * lock of the program.  The discovery thread changes them through
 * registry_discover(), with registry_lock() held; the SNMP thread reads copies
 * and makes changes through registry_source(), whose functions take the lock
 * themselves.  It is held for microseconds, a round's end with thousands of
 * managers and a reload apart: nothing that could block is called under it, nothing
 * of net-snmp, and nothing is logged.
 */
#ifndef REGISTRY_H
#define REGISTRY_H

#include <pthread.h>
#include <stdbool.h>

#include "core/config.h"
#include "core/discover.h"
#include "core/moment.h"
#include "snmp/mib.h"

struct registry;

/* NULL with errno.  There is no registry_free(): the SNMP thread may use it
 * until the process ends. */
struct registry *registry_new(const struct config *config, struct moment now);

/* Put another configuration in force.  What SNMP SET changed stays unless the
 * token has another value than in the former configuration.  0, or -1 when out
 * of memory, part of it then not being in force. */
int registry_configure(struct registry *registry, const struct config *config, struct moment now);

pthread_mutex_t *registry_lock(struct registry *registry);
struct discover *registry_discover(struct registry *registry);

struct mib_source registry_source(struct registry *registry);

/* Readable when SET has changed something that the discovery thread should look
 * at; registry_drain_wake() makes it not so. */
int registry_wake_fd(const struct registry *registry);
void registry_drain_wake(struct registry *registry);

/* For the discovery thread, without the lock: log what has happened since the
 * last call.  Returns whether there were events. */
bool registry_log(struct registry *registry);

#endif /* REGISTRY_H */
