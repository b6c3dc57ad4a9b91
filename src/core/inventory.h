/* SPDX-License-Identifier: BSD-2-Clause */
/* inventory.h - the known managers and their states, and the candidates.
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
#include "core/record.h"
#include "core/wire.h"

struct inventory;
struct rows;

struct inventory_settings {
	size_t max_managers;        /* rows; plus as many candidates, or 2500 if more */
	unsigned int misses;        /* silent rounds until a manager is down, at least 1 */
	int64_t retention_us;       /* silence after which a row is removed; 0: never */
	unsigned int confirmations; /* answers before a row is added: 2, or 1 for a scanner */
	int64_t change_holdoff_us;  /* minimum time between two EVENT_CHANGED of a manager */
};

struct inventory_summary {
	uint32_t all, up, missing, down, unknown, expected, conflicting;
	uint32_t unconfirmed;      /* candidates */
	struct moment last_change; /* of the set of rows; wall_ms 0: never */
};

/* seed: for the random replacement of candidates.  Returns NULL if there is no memory.
 * inventory_free(NULL) is allowed. */
struct inventory *inventory_new(const struct inventory_settings *settings, uint64_t seed,
				event_fn *on_event, void *ctx);
void inventory_free(struct inventory *inv);

/* Change the settings.  If there are more rows than the new max_managers, they are kept,
 * but none is added.  Returns 0, or -1 with nothing changed if there is no memory. */
int inventory_configure(struct inventory *inv, const struct inventory_settings *settings);

/* Record a response that passed all checks.  Returns VERDICT_ACCEPTED for a row,
 * VERDICT_UNCONFIRMED for a candidate, or VERDICT_NO_ROOM if the table is full, or if the
 * pool is and the candidate was not chosen to replace another. */
enum verdict inventory_hear(struct inventory *inv, const struct wire_response *resp,
			    const struct reception *reception);

/* Mark the links on which another request is useful: links[link] becomes true if a manager
 * on it that is not down has not been heard since `since` (monotonic microseconds).  All
 * become true if the manager has no link in 0..link_count-1.  None becomes false. */
void inventory_pending(const struct inventory *inv, int64_t since, bool links[], int link_count);

/* The same for links on which there is a candidate. */
void inventory_unconfirmed(const struct inventory *inv, bool links[], int link_count);

/* Close a round that began at round_start_us.  Managers not heard since then are judged by
 * verdicts[link], or by `elsewhere` if they have no link in 0..link_count-1.  Removes
 * candidates that were not confirmed in two rounds, and rows after their retention. */
void inventory_close_round(struct inventory *inv, struct moment now, int64_t round_start_us,
			   const struct link_verdict verdicts[], int link_count,
			   enum link_judgement elsewhere);

/* The link numbers of which gone[] is true will be used for other interfaces: managers and
 * candidates heard on them have no link until they are heard again. */
void inventory_forget_links(struct inventory *inv, const bool gone[], int link_count);

/* The number of managers and candidates heard since `since`. */
uint32_t inventory_heard_since(const struct inventory *inv, int64_t since);

/* Mark addr as expected by the operator, adding a row if there is none, or remove the mark.
 * Returns false with nothing changed if there is no room for another row, or no row whose
 * mark could be removed. */
bool inventory_expect(struct inventory *inv, uint32_t addr, bool expected, struct moment now);

/* Set the addresses that the configuration file expects.  Rows are added for them even if
 * the table is full.  Returns the number of those for which there was no memory. */
size_t inventory_expect_configured(struct inventory *inv, const struct expectation list[],
				   size_t count, struct moment now);

/* Remove a row, if there is one, without an event. */
void inventory_remove(struct inventory *inv, uint32_t addr, struct moment now);

/* Remove, without events, rows that the access list refuses and that are not expected:
 * otherwise they would be reported as down.  Returns their number. */
size_t inventory_remove_denied(struct inventory *inv, const struct access_list *access,
			       struct moment now);

/* The number of rows that depend on the link, because their managers were last heard on
 * it; and the number of those that are up. */
uint32_t inventory_rows_on_link(const struct inventory *inv, int link);
uint32_t inventory_up_on_link(const struct inventory *inv, int link);

/* Whether one of those rows is not down and has not been heard since `since`. */
bool inventory_any_unheard(const struct inventory *inv, int link, int64_t since);

/* The row with the smallest address >= from (host byte order), or NULL.  It is owned by
 * the inventory and valid until that is changed.  O(log n). */
const struct manager *inventory_at_or_after(const struct inventory *inv, uint32_t from);

/* Of the manager with this address. */
struct manager_conflict inventory_conflict(const struct inventory *inv, uint32_t addr);

struct inventory_summary inventory_summary(const struct inventory *inv);

/* Whether there are rows whose last event was not taken (event_fn). */
bool inventory_is_owed(const struct inventory *inv);

/* Make an event for each row of which the receiver has not been notified as it is, at most
 * max, beginning with those that have waited longest.  A row that needs two events is owed
 * the second one afterwards.  Returns the number of events. */
size_t inventory_reconcile(struct inventory *inv, size_t max, struct moment now);

/* Its rows, for what rows.h has to do with saving. */
struct rows *inventory_rows(struct inventory *inv);

/* Restore a row from a record, even beyond max_managers; a row that only exists because it
 * is expected is completed.  Managers announced as down are down, all others unknown until
 * they are judged.  It need not be saved again.  Returns false if there is no memory. */
bool inventory_restore(struct inventory *inv, const struct manager_record *record, int link,
		       unsigned int ifindex, struct moment now);

#endif /* INVENTORY_H */
