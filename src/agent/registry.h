/* SPDX-License-Identifier: BSD-2-Clause */
/* registry.h - what the discovery thread and the SNMP thread share.
 *
 * Owns the monitor and the one lock of the program.  The discovery thread changes it
 * through registry_shared(); the SNMP thread reads copies and makes changes through
 * registry_source(), whose functions take the lock themselves.
 */
#ifndef REGISTRY_H
#define REGISTRY_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/shared.h"
#include "conf/conf.h"
#include "core/discover.h"
#include "snmp/mib_source.h"
#include "store/state.h"
#include "store/writer.h"

struct registry;

/* NULL with errno.  There is no registry_free(): the SNMP thread may use it
 * until the process ends. */
struct registry *registry_new(const struct conf *config, struct moment now);

/* Put another configuration in force.  What SNMP SET changed stays unless the
 * token has another value than in the former configuration.  0, or -1 when out
 * of memory, part of it then not being in force. */
int registry_configure(struct registry *registry, const struct conf *config, struct moment now);

/* The lock and the monitor that it guards.  Its wake_fd is readable when something has
 * happened that the discovery thread should look at: SET has changed something, or
 * there is room to make up for lost events. */
struct shared *registry_shared(struct registry *registry);

struct mib_source registry_source(struct registry *registry);

/* Copy what has to survive a restart.  *last_id is that of the last event in it;
 * state->last_id leaves room for more until the next time, unless it is the
 * last one (final).  0, or -1 when out of memory. */
int registry_export(struct registry *registry, struct state *state, uint32_t *last_id, bool final);

/* Take up what registry_export() made in a former life.  Before any thread is
 * started.  0, or -1 when out of memory, part of it then being there. */
int registry_restore(struct registry *registry, const struct state *state, struct moment now);

/* From now on have changes saved; events wait for registry_release(), which says
 * that those up to id may go out, and up to which one ids are on disk as taken (0:
 * as before).  Before the discovery begins. */
void registry_save_with(struct registry *registry, struct writer *writer);
void registry_release(struct registry *registry, uint32_t id, uint32_t reserved_id);

/* Do not announce what the first round finds in which a request could be sent. */
void registry_start_quietly(struct registry *registry);

/* For the discovery thread: make up for events that found no room in the queue,
 * if there is room now. */
void registry_reconcile(struct registry *registry, struct moment now);

/* For the discovery thread, without the lock: log what has happened since the
 * last call (see event_lines.h).  Returns whether there were events. */
bool registry_log(struct registry *registry, struct moment now);

#endif /* REGISTRY_H */
