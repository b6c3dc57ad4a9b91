/* SPDX-License-Identifier: BSD-2-Clause */
/* inventory.h - the known managers, their states, and the candidates that are
 * not managers yet.
 *
 * Pure: no sockets, SNMP, locks or clock; time is an argument.  discover.h decides when
 * to send requests and whether silence counts; this module records the results and
 * derives states and events.
 *
 * If two live sources answer for one address with different hostnames or ports, there is
 * an EVENT_CONFLICT, and the row keeps the values of the first source until one of them
 * has been silent for `misses` rounds.
 *
 * A new address is a candidate until it has answered two different requests.  Then it gets
 * a row and is announced.  Candidates are in a separate pool, so that a flood of forged
 * answers neither fills the table nor causes notifications.
 */
#ifndef INVENTORY_H
#define INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "core/access.h"
#include "core/event.h"
#include "core/links.h"
#include "core/manager.h"
#include "core/wire.h"

struct inventory;

struct inventory_settings {
	size_t max_managers;        /* rows; plus a quarter as many candidates, or 2500 if more */
	unsigned int misses;        /* silent rounds until a manager is down, at least 1 */
	int64_t retention_us;       /* silence after which a row is removed; 0: never */
	unsigned int confirmations; /* answers before a row is added: 2, or 1 for a scanner */
	int64_t change_holdoff_us;  /* minimum time between two EVENT_CHANGED of a manager */
};

struct inventory_summary {
	uint32_t all, up, missing, down, unknown, expected;
	uint32_t unconfirmed;      /* candidates */
	struct moment last_change; /* of the set of rows; wall_ms 0: never */
};

/* seed: for the random replacement of candidates.  NULL when out of memory.
 * inventory_free(NULL) is fine. */
struct inventory *inventory_new(const struct inventory_settings *settings, uint64_t seed,
				event_fn *on_event, void *ctx);
void inventory_free(struct inventory *inv);

/* Change the settings of a running inventory.  Fewer max_managers than there
 * are rows take effect as rows go.  0, or -1 when out of memory, nothing then
 * being changed. */
int inventory_configure(struct inventory *inv, const struct inventory_settings *settings);

/* Record a response that passed every check.  Returns VERDICT_ACCEPTED for a row,
 * VERDICT_UNCONFIRMED for a candidate, or VERDICT_NO_ROOM: in a full table, or by
 * chance among the candidates when there are too many. */
enum verdict inventory_hear(struct inventory *inv, const struct wire_response *resp,
			    const struct reception *reception);

/* Mark for which links another request is worth while: links[link] becomes
 * true where a manager that is not down has not been heard since `since`
 * (monotonic microseconds).  A manager without a link in 0..link_count-1 makes all
 * of them pending.  Entries are never made false. */
void inventory_pending(const struct inventory *inv, int64_t since, bool links[], int link_count);

/* The same where there is a candidate. */
void inventory_unconfirmed(const struct inventory *inv, bool links[], int link_count);

/* Close a round that began at round_start_us: what was not heard since has
 * missed it, where verdicts[link] says so, or `elsewhere` for a manager
 * without a link in 0..link_count-1.  Forgets candidates that two rounds did
 * not confirm and rows past their retention. */
void inventory_close_round(struct inventory *inv, struct moment now, int64_t round_start_us,
			   const struct link_verdict verdicts[], int link_count,
			   enum link_judgement elsewhere);

/* The numbers of which gone[] is true will stand for other interfaces: managers
 * and candidates that were heard there have no link until they are heard again. */
void inventory_forget_links(struct inventory *inv, const bool gone[], int link_count);

/* How many managers and candidates were heard since `since`. */
uint32_t inventory_heard_since(const struct inventory *inv, int64_t since);

/* Mark addr as expected by the operator, making it a row if it is none, or not
 * expected.  Returns false, nothing being changed, when there is no room for
 * another row, or no such row whose mark could be taken away. */
bool inventory_expect(struct inventory *inv, uint32_t addr, bool expected, struct moment now);

/* Those and no others are expected by the configuration file; they become rows,
 * even in a full table.  Returns for how many there was no memory. */
size_t inventory_expect_configured(struct inventory *inv, const uint32_t addrs[], size_t count,
				   struct moment now);

/* Forget a row, without an event.  Returns whether there was one. */
bool inventory_remove(struct inventory *inv, uint32_t addr, struct moment now);

/* Forget, without events, the rows that an access list refuses and nobody
 * expects: they would be taken for dead.  Returns how many. */
size_t inventory_remove_denied(struct inventory *inv, const struct access_list *access,
			       struct moment now);

/* How many rows depend on that link, as their managers were last heard there; and
 * how many of these are up. */
uint32_t inventory_rows_on_link(const struct inventory *inv, int link);
uint32_t inventory_up_on_link(const struct inventory *inv, int link);

/* Whether one of these that is not down was not heard since `since`. */
bool inventory_any_unheard(const struct inventory *inv, int link, int64_t since);

/* The row with the smallest address >= from (host byte order), or NULL; owned
 * by the inventory and valid until it is next changed.  O(log n). */
const struct manager *inventory_at_or_after(const struct inventory *inv, uint32_t from);

struct inventory_summary inventory_summary(const struct inventory *inv);

/* Whether there are rows whose last event was not taken (event_fn). */
bool inventory_is_owed(const struct inventory *inv);

/* Make an event for each row whose state differs from the one that the events
 * taken so far say, but max at most: first for those that have waited longest.
 * Something may be owed still then, of a row that needs two.  Returns how many were
 * made. */
size_t inventory_reconcile(struct inventory *inv, size_t max, struct moment now);

/* Copy the rows, addresses ascending, into out, which has room for max.  Returns
 * how many; the rest does not fit. */
size_t inventory_export(const struct inventory *inv, struct manager_record out[], size_t max,
			struct moment now);

/* Make a row of a record, or complete the one that is only expected so far, even
 * beyond max_managers.  What was announced as down is down; all others are
 * unknown until they are judged.  False when out of memory. */
bool inventory_restore(struct inventory *inv, const struct manager_record *record, int link,
		       unsigned int ifindex, struct moment now);

#endif /* INVENTORY_H */
