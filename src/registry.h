/* SPDX-License-Identifier: BSD-2-Clause */
/* registry.h - what the discovery thread and the SNMP thread share.
 *
 * Owns the inventory, the events and the discovery's state machine, and the one
 * lock of the program.  The discovery thread changes them through
 * registry_discover(), with registry_lock() held; the SNMP thread reads copies
 * through registry_source(), whose functions take the lock themselves.  It is
 * held for microseconds: no system call, no library call, no logging under it.
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

/* NULL when out of memory.  There is no registry_free(): the SNMP thread may
 * use it until the process ends. */
struct registry *registry_new(const struct config *config, struct moment now);

pthread_mutex_t *registry_lock(struct registry *registry);
struct discover *registry_discover(struct registry *registry);

struct mib_source registry_source(struct registry *registry);

/* For the discovery thread, without the lock: log the events that have come
 * since the last call.  Returns whether there were any. */
bool registry_log_events(struct registry *registry);

#endif /* REGISTRY_H */
