/* SPDX-License-Identifier: BSD-2-Clause */
/* row.h - one manager of the inventory, and how answers and silence change it.
 *
 * Pure.  The inventory (inventory.h, rows.h) owns the rows and their sums, and passes
 * the judgement of each round.
 */
#ifndef ROW_H
#define ROW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/tree.h>

#include "core/event.h"
#include "core/links.h"
#include "core/manager.h"

struct challenger;
struct manager_record;

/* How a row is counted in the inventory's sums. */
struct row_counted {
	bool counted; /* at all */
	enum manager_status status;
	bool expected, conflict;
	int link;
};

struct row {
	RB_ENTRY(row) node; /* of rows.h */
	/* Its first member is the key, so that a search reads one cache line of a row. */
	struct manager m;

	/* Of rows.h: */
	struct row_counted counted;
	TAILQ_ENTRY(row) owed;
	bool is_owed; /* it is in the list of rows with events owed */
	TAILQ_ENTRY(row) unsaved_link;
	uint64_t unsaved; /* the number of its last change that is not saved; 0: none */

	/* It has to be saved: what is notified, its link or its expectation changed, or it is
	 * new.  All other changes are made again by answers and silence after a restart. */
	bool changed;

	struct wire_response described; /* by the last event, whether or not it was taken */
	struct notified notified;
	int64_t changed_us;      /* last EVENT_CHANGED; 0: none */
	int64_t source_heard_us; /* when m.source itself last answered */
	unsigned int source_silent_rounds;
	struct challenger *challenger; /* the source that contradicts it; owned; or NULL */
	bool conflict;                 /* there was an event for it, taken or not; it lasts */
	int noted_link;                /* m.link at its last event or the end of a round */
};

/* The callback for events, and the rules that rows follow. */
struct row_rules {
	unsigned int misses; /* both as in struct inventory_settings */
	int64_t change_holdoff_us;
	event_fn *on_event;
	void *ctx;
};

/* Free what the row owns, but not the row. */
void row_clear(struct row *row);

/* Forget the links of which gone[] is true: managers heard on them have no link. */
void row_forget_links(struct row *row, const bool gone[], int link_count);

/* Returns link, or LINK_NONE if gone[] is true for it. */
int row_link_left(int link, const bool gone[], int link_count);

/* Record an answer for the row's address. */
void row_hear(struct row *row, const struct wire_response *resp, const struct reception *reception,
	      const struct row_rules *rules);

/* Close a round that began at `since` (monotonic microseconds). */
void row_judge(struct row *row, enum link_judgement judgement, struct moment now, int64_t since,
	       const struct row_rules *rules);

/* Whether the receiver has to be notified of something for which the event was not
 * taken. */
bool row_is_owed(const struct row *row);

/* Make the event that is owed first. */
void row_reconcile(struct row *row, struct moment now, const struct row_rules *rules);

struct manager_conflict row_conflict(const struct row *row);

/* Copy what is saved, except for the name of the link: out->m.link is its number. */
void row_export(const struct row *row, struct manager_record *out, struct moment now);

/* As inventory_restore(). */
bool row_restore(struct row *row, const struct manager_record *record, int link,
		 unsigned int ifindex, struct moment now);

#endif /* ROW_H */
