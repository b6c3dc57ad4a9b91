/* SPDX-License-Identifier: BSD-2-Clause */
/* row.h - one manager of the inventory: what an answer and a silence make of it.
 *
 * Pure.  The inventory (inventory.h) owns the rows, keeps the sums and says
 * which silences count.
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

/* As what a row is in the inventory's sums. */
struct row_counted {
	bool counted; /* it is in there */
	enum manager_status status;
	bool expected;
	int link;
};

struct row {
	RB_ENTRY(row) node; /* the inventory's, as are the next three */
	struct row_counted counted;
	TAILQ_ENTRY(row) owed;
	bool is_owed; /* is in the list of those */
	struct manager m;

	struct wire_response described; /* as the last event did, whether or not it was taken */
	struct notified notified;
	int64_t changed_us;      /* last EVENT_CHANGED; 0: none */
	int64_t source_heard_us; /* m.source itself: the row is its word */
	unsigned int source_silent_rounds;
	struct challenger *challenger; /* who contradicts it; owned; NULL: nobody */
	bool conflict;                 /* there was an event of it, likewise */
};

/* Where events go, and by which rules. */
struct row_rules {
	unsigned int misses; /* as in struct inventory_settings, both */
	int64_t change_holdoff_us;
	event_fn *on_event;
	void *ctx;
};

/* Release what the row owns, not the row. */
void row_clear(struct row *row);

/* The links of which gone[] is true are no more: nobody was heard on them. */
void row_forget_links(struct row *row, const bool gone[], int link_count);

/* That link, or LINK_NONE if it is one of those. */
int row_link_left(int link, const bool gone[], int link_count);

/* Record an answer for the row's address. */
void row_hear(struct row *row, const struct wire_response *resp, const struct reception *reception,
	      const struct row_rules *rules);

/* Close a round that began at `since` (monotonic microseconds). */
void row_judge(struct row *row, enum link_judgement judgement, struct moment now, int64_t since,
	       const struct row_rules *rules);

/* Whether its last events were not taken, and say something that the ones before
 * did not. */
bool row_is_owed(const struct row *row);

/* Make the event that tells what is owed. */
void row_reconcile(struct row *row, struct moment now, const struct row_rules *rules);

/* As in inventory_export() and inventory_restore(). */
void row_export(const struct row *row, struct manager_record *out, struct moment now);
bool row_restore(struct row *row, const struct manager_record *record, int link,
		 unsigned int ifindex, struct moment now);

#endif /* ROW_H */
