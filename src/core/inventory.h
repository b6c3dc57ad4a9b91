/* SPDX-License-Identifier: BSD-2-Clause */
/* inventory.h - the known managers, their states, and the candidates that are
 * not managers yet.
 *
 * Pure: no sockets, SNMP, locks or clock; time is an argument.  When to ask
 * and whether a silence counts is decided by discover.h; this module only
 * records it and derives states and events.
 *
 * A new address is a candidate until it has answered two different requests
 * of ours: only then does it become a row and is announced.  Candidates live
 * in a pool of their own, so that a flood of made-up answers neither fills the
 * table nor sends notifications.
 */
#ifndef INVENTORY_H
#define INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"
#include "manager.h"
#include "moment.h"
#include "wire.h"

struct inventory;

struct inventory_settings {
	size_t max_managers;        /* rows; candidates may be a quarter as many */
	unsigned int misses;        /* silent rounds until a manager is down, at least 1 */
	int64_t retention_us;       /* forget what was not heard for so long; 0: never */
	unsigned int confirmations; /* answers that make a row: 2, or 1 for a scanner */
	bool report_changes;        /* of version, hostname or port, as events */
};

/* Circumstances of a response. */
struct hearing {
	struct moment now;
	uint32_t source;
	unsigned int ifindex;
	int link;                 /* or LINK_NONE */
	uint64_t wave;            /* number of our last request on that link; 0: none yet */
	int64_t since_request_us; /* age of that request; meaningless if wave is 0 */
};

/* What a round found out about a link: does the silence of its managers count? */
enum link_judgement {
	LINK_JUDGED,    /* yes */
	LINK_EXCUSED,   /* no: the miss counts stand still */
	LINK_UNTRUSTED, /* no, and for so long that its managers become unknown */
};

struct inventory_summary {
	uint32_t all, up, missing, down, unknown, expected;
	uint32_t unconfirmed;      /* candidates */
	struct moment last_change; /* of the set of rows; wall_ms 0: never */
};

/* Called for each event as it happens; *event is the caller's and has no id. */
typedef void inventory_event_fn(void *ctx, const struct event *event);

/* seed: for the random replacement of candidates.  NULL when out of memory.
 * inventory_free(NULL) is fine. */
struct inventory *inventory_new(const struct inventory_settings *settings, uint64_t seed,
				inventory_event_fn *on_event, void *ctx);
void inventory_free(struct inventory *inv);

/* Record a response that passed every check.  Returns VERDICT_ACCEPTED (also
 * for a candidate) or VERDICT_NO_ROOM. */
enum verdict inventory_hear(struct inventory *inv, const struct wire_response *resp,
			    const struct hearing *hearing);

/* Mark for which links another request is worth while: pending[link] becomes
 * true where a manager that is not down, or a candidate, has not been heard
 * enough since `since` (monotonic microseconds).  A manager without a link in
 * 0..link_count-1 makes all of them pending.  Entries are never made false. */
void inventory_pending(const struct inventory *inv, int64_t since, bool pending[], int link_count);

/* Close a round that began at round_start_us: what was not heard since has
 * missed it, where judgement[link] says so, or `elsewhere` for a manager
 * without a link in 0..link_count-1.  Forgets candidates that two rounds did
 * not confirm and rows past their retention. */
void inventory_close_round(struct inventory *inv, struct moment now, int64_t round_start_us,
			   const enum link_judgement judgement[], int link_count,
			   enum link_judgement elsewhere);

/* The number `link` will stand for another interface: managers and candidates
 * that were heard there have no link until they are heard again. */
void inventory_forget_link(struct inventory *inv, int link);

/* How many managers and candidates were heard since `since`. */
uint32_t inventory_heard_since(const struct inventory *inv, int64_t since);

/* Make addr a row if it is none, and mark it as expected.  Returns false when
 * the table is full or memory is short. */
bool inventory_expect(struct inventory *inv, uint32_t addr, struct moment now);

/* The row with the smallest address >= from (host byte order), or NULL; owned
 * by the inventory and valid until it is next changed.  O(log n). */
const struct manager *inventory_at_or_after(const struct inventory *inv, uint32_t from);

struct inventory_summary inventory_summary(const struct inventory *inv);

#endif /* INVENTORY_H */
