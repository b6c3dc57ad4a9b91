/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/inventory.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/tree.h>

#include "core/candidates.h"
#include "core/row.h"

RB_HEAD(rows, row);
TAILQ_HEAD(owed_rows, row);

struct inventory {
	struct inventory_settings settings;
	struct row_rules rules;
	struct rows rows;
	size_t row_count;
	size_t by_status[MANAGER_STATUSES]; /* [0] is unused */
	struct {
		uint32_t rows, up;
	} on_link[LINKS_MAX];
	size_t expected;
	struct owed_rows owed; /* rows for which row_is_owed(), the longest waiting first */
	struct moment last_change;
	struct candidates *candidates;
};

static int
row_cmp(const struct row *a, const struct row *b)
{
	return (a->m.addr > b->m.addr) - (a->m.addr < b->m.addr);
}

/* RB_GENERATE_STATIC of libbsd 0.11 uses a __unused that it does not define. */
RB_GENERATE_INTERNAL(rows, row, node, row_cmp, __attribute__((unused)) static)

/* With 20000 made-up answers a second, a new manager is confirmed within a few rounds;
 * with a pool of a hundred it would not be within hours. */
#define POOL_MIN 2500

static size_t
pool_size(const struct inventory_settings *settings)
{
	const size_t quarter = settings->max_managers / 4;

	return quarter > POOL_MIN ? quarter : POOL_MIN;
}

static void
set_up(struct inventory *inv, const struct inventory_settings *settings)
{
	inv->settings = *settings;
	inv->rules.misses = settings->misses;
	inv->rules.change_holdoff_us = settings->change_holdoff_us;
}

struct inventory *
inventory_new(const struct inventory_settings *settings, uint64_t seed, event_fn *on_event,
	      void *ctx)
{
	struct inventory *inv = calloc(1, sizeof(*inv));

	assert(settings->misses > 0 && settings->confirmations > 0);
	if (inv == NULL)
		return NULL;
	inv->rules = (struct row_rules){.on_event = on_event, .ctx = ctx};
	set_up(inv, settings);
	RB_INIT(&inv->rows);
	TAILQ_INIT(&inv->owed);
	inv->candidates = candidates_new(pool_size(settings), seed);
	if (inv->candidates == NULL) {
		free(inv);
		return NULL;
	}
	return inv;
}

static void
list_owed(struct inventory *inv, struct row *row, bool owed)
{
	if (owed && !row->is_owed)
		TAILQ_INSERT_TAIL(&inv->owed, row, owed);
	else if (!owed && row->is_owed)
		TAILQ_REMOVE(&inv->owed, row, owed);
	row->is_owed = owed;
}

/* Add a row to the sums (sign 1), or subtract it (-1). */
static void
add_to_sums(struct inventory *inv, const struct row_counted *row, int sign)
{
	if (!row->counted)
		return;
	inv->by_status[row->status] += (size_t)sign;
	inv->expected += (size_t)(row->expected ? sign : 0);
	if (row->link < 0 || row->link >= LINKS_MAX)
		return;
	inv->on_link[row->link].rows += (uint32_t)sign;
	inv->on_link[row->link].up += (uint32_t)(row->status == MANAGER_UP ? sign : 0);
}

/* Update the sums for a row that is new or may have changed. */
static void
recount(struct inventory *inv, struct row *row)
{
	const struct manager *m = &row->m;

	add_to_sums(inv, &row->counted, -1);
	row->counted = (struct row_counted){
	    .counted = true,
	    .status = m->status,
	    .expected = manager_expected(m),
	    .link = m->link,
	};
	add_to_sums(inv, &row->counted, 1);
	list_owed(inv, row, row_is_owed(row));
}

static void
remove_row(struct inventory *inv, struct row *row, struct moment now)
{
	RB_REMOVE(rows, &inv->rows, row);
	inv->row_count--;
	add_to_sums(inv, &row->counted, -1);
	list_owed(inv, row, false);
	inv->last_change = now;
	row_clear(row);
	free(row);
}

void
inventory_free(struct inventory *inv)
{
	struct row *row;

	if (inv == NULL)
		return;
	while ((row = RB_ROOT(&inv->rows)) != NULL)
		remove_row(inv, row, inv->last_change);
	candidates_free(inv->candidates);
	free(inv);
}

int
inventory_configure(struct inventory *inv, const struct inventory_settings *settings)
{
	if (candidates_resize(inv->candidates, pool_size(settings)) < 0)
		return -1;
	set_up(inv, settings);
	return 0;
}

/* The tree macros do not use const, so a copy of the head is passed. */
static struct row *
find_row(const struct inventory *inv, uint32_t addr)
{
	const struct row key = {.m.addr = addr};
	struct rows rows = inv->rows;

	return RB_FIND(rows, &rows, (struct row *)(uintptr_t)&key);
}

/* Does not check whether the table is full. */
static struct row *
add_row(struct inventory *inv, const struct manager *m, struct moment now)
{
	struct row *row = calloc(1, sizeof(*row));

	if (row == NULL)
		return NULL;
	row->m = *m;
	RB_INSERT(rows, &inv->rows, row);
	inv->row_count++;
	recount(inv, row);
	inv->last_change = now;
	return row;
}

enum verdict
inventory_hear(struct inventory *inv, const struct wire_response *resp,
	       const struct reception *reception)
{
	struct row *row = find_row(inv, resp->addr);
	struct manager confirmed;

	if (row == NULL) {
		if (inv->row_count >= inv->settings.max_managers)
			return VERDICT_NO_ROOM;
		switch (candidates_hear(inv->candidates, resp, reception,
					inv->settings.confirmations, &confirmed)) {
		case CANDIDATE_DROPPED:
			return VERDICT_NO_ROOM;
		case CANDIDATE_NOTED:
			return VERDICT_UNCONFIRMED;
		case CANDIDATE_CONFIRMED:
			break;
		}
		row = add_row(inv, &confirmed, reception->now);
		if (row == NULL)
			return VERDICT_NO_ROOM;
	}
	row_hear(row, resp, reception, &inv->rules);
	recount(inv, row);
	return VERDICT_ACCEPTED;
}

/* For candidates_each(): the links to be marked. */
struct pending {
	bool *links;
	int link_count;
};

static void
mark_pending(void *ctx, struct manager *m)
{
	const struct pending *pending = ctx;

	if (m->link >= 0 && m->link < pending->link_count) {
		pending->links[m->link] = true;
		return;
	}
	for (int i = 0; i < pending->link_count; i++)
		pending->links[i] = true;
}

void
inventory_pending(const struct inventory *inv, int64_t since, bool links[], int link_count)
{
	struct pending pending = {.links = links, .link_count = link_count};
	struct rows rows = inv->rows;
	struct row *row;

	RB_FOREACH (row, rows, &rows)
		if (row->m.status != MANAGER_DOWN && !manager_heard_since(&row->m, since))
			mark_pending(&pending, &row->m);
}

void
inventory_unconfirmed(const struct inventory *inv, bool links[], int link_count)
{
	struct pending pending = {.links = links, .link_count = link_count};

	candidates_each(inv->candidates, mark_pending, &pending);
}

/* Never heard and no longer expected: there is nothing to retain. */
static bool
is_past_retention(const struct inventory *inv, const struct row *row, struct moment now)
{
	const struct manager *m = &row->m;
	const int64_t retention_us = inv->settings.retention_us;

	if (manager_expected(m))
		return false;
	if (!manager_heard(m))
		return true;
	/* A manager that was not judged was not reported as down: keep its row. */
	return m->status == MANAGER_DOWN && !row_is_owed(row) && retention_us > 0 &&
	       now.mono_us - m->last_seen.mono_us >= retention_us;
}

void
inventory_close_round(struct inventory *inv, struct moment now, int64_t round_start_us,
		      const struct link_verdict verdicts[], int link_count,
		      enum link_judgement elsewhere)
{
	struct row *row, *next;

	RB_FOREACH_SAFE (row, rows, &inv->rows, next) {
		const int link = row->m.link;
		const enum link_judgement here =
		    link >= 0 && link < link_count
			? link_verdict_on(&verdicts[link], row->m.last_seen.mono_us)
			: elsewhere;

		if (!manager_heard_since(&row->m, round_start_us) &&
		    is_past_retention(inv, row, now)) {
			remove_row(inv, row, now);
			continue;
		}
		row_judge(row, here, now, round_start_us, &inv->rules);
		recount(inv, row);
	}
	candidates_age(inv->candidates);
}

/* For candidates_each() likewise. */
struct gone {
	const bool *links;
	int link_count;
};

static void
forget_links(void *ctx, struct manager *m)
{
	const struct gone *gone = ctx;

	m->link = row_link_left(m->link, gone->links, gone->link_count);
}

void
inventory_forget_links(struct inventory *inv, const bool gone[], int link_count)
{
	struct gone ctx = {.links = gone, .link_count = link_count};
	struct row *row;

	RB_FOREACH (row, rows, &inv->rows) {
		row_forget_links(row, gone, link_count);
		recount(inv, row);
	}
	candidates_each(inv->candidates, forget_links, &ctx);
}

struct heard {
	int64_t since;
	uint32_t count;
};

static void
count_heard(void *ctx, struct manager *m)
{
	struct heard *heard = ctx;

	heard->count += manager_heard_since(m, heard->since);
}

uint32_t
inventory_heard_since(const struct inventory *inv, int64_t since)
{
	struct heard heard = {.since = since};
	struct rows rows = inv->rows;
	struct row *row;

	RB_FOREACH (row, rows, &rows)
		count_heard(&heard, &row->m);
	candidates_each(inv->candidates, count_heard, &heard);
	return heard.count;
}

static struct row *
find_or_add_row(struct inventory *inv, uint32_t addr, struct moment now)
{
	const struct manager m = {.addr = addr, .status = MANAGER_UNKNOWN, .link = LINK_NONE};
	struct row *row = find_row(inv, addr);

	if (row != NULL)
		return row;
	row = add_row(inv, &m, now);
	if (row != NULL)
		candidates_remove(inv->candidates, addr);
	return row;
}

bool
inventory_expect(struct inventory *inv, uint32_t addr, bool expected, struct moment now)
{
	struct row *row = find_row(inv, addr);

	if (row == NULL && expected && inv->row_count < inv->settings.max_managers)
		row = find_or_add_row(inv, addr, now);
	if (row == NULL)
		return false;
	row->m.expected_by_operator = expected;
	recount(inv, row);
	return true;
}

size_t
inventory_expect_configured(struct inventory *inv, const uint32_t addrs[], size_t addr_count,
			    struct moment now)
{
	struct row *row;
	size_t refused = 0;

	RB_FOREACH (row, rows, &inv->rows) {
		row->m.expected_by_file = false;
		recount(inv, row);
	}
	for (size_t i = 0; i < addr_count; i++) {
		row = find_or_add_row(inv, addrs[i], now);
		if (row == NULL) {
			refused++;
			continue;
		}
		row->m.expected_by_file = true;
		recount(inv, row);
	}
	return refused;
}

bool
inventory_remove(struct inventory *inv, uint32_t addr, struct moment now)
{
	struct row *row = find_row(inv, addr);

	if (row == NULL)
		return false;
	remove_row(inv, row, now);
	return true;
}

static bool
is_denied(const struct manager *m, const struct access_list *access)
{
	const char *why;

	return !manager_expected(m) && manager_heard(m) &&
	       !access_permits(access, m->addr, m->source, &why);
}

size_t
inventory_remove_denied(struct inventory *inv, const struct access_list *access, struct moment now)
{
	struct row *row, *next;
	size_t removed = 0;

	RB_FOREACH_SAFE (row, rows, &inv->rows, next) {
		if (!is_denied(&row->m, access))
			continue;
		remove_row(inv, row, now);
		removed++;
	}
	return removed;
}

uint32_t
inventory_rows_on_link(const struct inventory *inv, int link)
{
	return link >= 0 && link < LINKS_MAX ? inv->on_link[link].rows : 0;
}

bool
inventory_any_unheard(const struct inventory *inv, int link, int64_t since)
{
	struct rows rows = inv->rows;
	struct row *row;

	RB_FOREACH (row, rows, &rows)
		if (row->m.link == link && row->m.status != MANAGER_DOWN &&
		    row->m.last_seen.mono_us < since)
			return true;
	return false;
}

uint32_t
inventory_up_on_link(const struct inventory *inv, int link)
{
	return link >= 0 && link < LINKS_MAX ? inv->on_link[link].up : 0;
}

const struct manager *
inventory_at_or_after(const struct inventory *inv, uint32_t from)
{
	const struct row key = {.m.addr = from};
	struct rows rows = inv->rows;
	const struct row *row = RB_NFIND(rows, &rows, (struct row *)(uintptr_t)&key);

	return row != NULL ? &row->m : NULL;
}

struct inventory_summary
inventory_summary(const struct inventory *inv)
{
	return (struct inventory_summary){
	    .all = (uint32_t)inv->row_count,
	    .up = (uint32_t)inv->by_status[MANAGER_UP],
	    .missing = (uint32_t)inv->by_status[MANAGER_MISSING],
	    .down = (uint32_t)inv->by_status[MANAGER_DOWN],
	    .unknown = (uint32_t)inv->by_status[MANAGER_UNKNOWN],
	    .expected = (uint32_t)inv->expected,
	    .unconfirmed = (uint32_t)candidates_count(inv->candidates),
	    .last_change = inv->last_change,
	};
}

bool
inventory_is_owed(const struct inventory *inv)
{
	return !TAILQ_EMPTY(&inv->owed);
}

size_t
inventory_reconcile(struct inventory *inv, size_t max, struct moment now)
{
	const struct row *const last = TAILQ_LAST(&inv->owed, owed_rows);
	bool all = last == NULL;
	size_t made = 0;

	for (; made < max && !all; made++) {
		struct row *row = TAILQ_FIRST(&inv->owed);

		all = row == last;
		list_owed(inv, row, false); /* if still owed, to the end */
		row_reconcile(row, now, &inv->rules);
		recount(inv, row);
	}
	return made;
}

size_t
inventory_export(const struct inventory *inv, struct manager_record out[], size_t max,
		 struct moment now)
{
	struct rows rows = inv->rows;
	size_t copied = 0;
	struct row *row;

	RB_FOREACH (row, rows, &rows) {
		if (copied == max)
			break;
		row_export(row, &out[copied++], now);
	}
	return copied;
}

bool
inventory_restore(struct inventory *inv, const struct manager_record *record, int link,
		  unsigned int ifindex, struct moment now)
{
	const struct manager m = {
	    .addr = record->m.addr, .status = MANAGER_UNKNOWN, .link = LINK_NONE};
	struct row *row = find_row(inv, m.addr);
	bool restored;

	if (row == NULL)
		row = add_row(inv, &m, now);
	if (row == NULL)
		return false;
	restored = row_restore(row, record, link, ifindex, now);
	recount(inv, row);
	return restored;
}
