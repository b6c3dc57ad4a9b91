/* SPDX-License-Identifier: BSD-2-Clause */
/* registry_internal.h - for registry*.c alone. */
#ifndef REGISTRY_INTERNAL_H
#define REGISTRY_INTERNAL_H

#include "agent/registry.h"

#include <sys/queue.h>

#include "agent/event_lines.h"
#include "base/log_limit.h"

/* An event that the discovery thread has yet to log, outside the lock. */
struct unlogged {
	STAILQ_ENTRY(unlogged) link;
	struct event event;
};

struct registry {
	pthread_mutex_t lock; /* guards what follows */
	struct inventory *inventory;
	struct events *events;
	struct discover *discover;
	struct inventory_settings inventory_settings;
	bool notifications; /* enabled */
	size_t queue_limit;
	unsigned int notification_rate;
	unsigned int hops;
	struct { /* as the file has it; SET may have changed what is in force */
		int64_t interval_us;
		bool notifications;
	} file;

	bool quiet;            /* until the first round is over */
	uint64_t idle_rounds;  /* before it, in which nobody could be asked */
	size_t unannounced;    /* in it */
	struct writer *writer; /* NULL: nothing is saved */
	uint32_t reserved_id;  /* up to it ids are on disk as taken, or need not be */

	STAILQ_HEAD(unlogged_list, unlogged) unlogged; /* events for registry_log() */
	struct log_limit sets[CHANGE_KINDS];           /* lines for what SET has changed */

	/* Not guarded: set once, or the discovery thread's own. */
	struct moment started;
	int wake_fds[2];         /* a pipe: a byte says that SET has changed something */
	uint64_t no_room_logged; /* the counter's value then */
	bool full_logged;
	int64_t full_logged_us; /* when last, monotonic; 0: never */
	struct eventlog eventlog;
};

/* With the lock held: something has changed that is to be saved. */
void registry_ask_to_save(struct registry *registry, enum writer_urgency urgency);

/* Have registry_wake_fd() readable. */
void registry_wake(struct registry *registry);

/* With the lock held: whether lost events can be made up for now. */
bool registry_can_reconcile(const struct registry *registry);

/* The functions of a mib_source that make changes; see snmp/mib_source.h. */
enum change_refusal registry_check(void *ctx, const struct change *change);
enum change_refusal registry_apply(void *ctx, struct change *change);
void registry_undo(void *ctx, const struct change *change);
void registry_commit(void *ctx, const struct change *change);

/* Log how many of them had no line, where their minute is over.  Without the lock. */
void registry_sum_up_sets(struct registry *registry, int64_t now_us);

#endif /* REGISTRY_INTERNAL_H */
