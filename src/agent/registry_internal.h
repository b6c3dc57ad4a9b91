/* SPDX-License-Identifier: BSD-2-Clause */
/* registry_internal.h - for registry*.c alone. */
#ifndef REGISTRY_INTERNAL_H
#define REGISTRY_INTERNAL_H

#include "agent/registry.h"

#include <sys/queue.h>

#include "agent/event_lines.h"
#include "base/log_limit.h"
#include "core/monitor.h"

/* An event that the discovery thread has yet to log, outside the lock. */
struct unlogged {
	STAILQ_ENTRY(unlogged) link;
	struct event event;
};

struct registry {
	struct shared *shared; /* guards what follows */
	struct monitor *monitor;
	struct writer *writer;                         /* NULL: nothing is saved */
	STAILQ_HEAD(unlogged_list, unlogged) unlogged; /* events for registry_log() */
	struct log_limit sets[CHANGE_KINDS];           /* lines for what SET has changed */

	/* Not guarded: set once, or the discovery thread's own. */
	uint64_t no_room_logged; /* the counter's value then */
	bool full_logged;
	int64_t full_logged_us; /* when last, monotonic; 0: never */
	struct event_lines event_lines;
};

/* Take the lock. */
struct monitor *registry_lock_monitor(struct registry *registry);

/* Release it, and then do what the monitor has asked for. */
void registry_unlock(struct registry *registry);

/* The functions of a mib_source that make changes; see snmp/mib_source.h. */
enum change_refusal registry_check(void *ctx, const struct change *change);
enum change_refusal registry_apply(void *ctx, struct change *change);
void registry_undo(void *ctx, const struct change *change);
void registry_commit(void *ctx, const struct change *change);

/* Log how many of them had no line, where their minute is over.  Without the lock. */
void registry_sum_up_sets(struct registry *registry, int64_t now_us);

#endif /* REGISTRY_INTERNAL_H */
