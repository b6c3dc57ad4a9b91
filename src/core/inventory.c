/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/inventory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/candidates.h"
#include "core/row.h"
#include "core/rows.h"

struct inventory {
	struct inventory_settings settings;
	struct row_rules rules;
	struct rows rows;
	struct candidates *candidates;
};

/* With 20000 made-up answers a second, a new manager is confirmed within a few rounds;
 * with a pool of a hundred it would not be within hours. */
#define POOL_MIN 2500

/* All managers of a subnet may be new in the same round. */
static size_t
pool_size(const struct inventory_settings *settings)
{
	return settings->max_managers > POOL_MIN ? settings->max_managers : POOL_MIN;
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
	rows_init(&inv->rows);
	inv->candidates = candidates_new(pool_size(settings), seed);
	if (inv->candidates == NULL) {
		free(inv);
		return NULL;
	}
	return inv;
}

void
inventory_free(struct inventory *inv)
{
	if (inv == NULL)
		return;
	rows_clear(&inv->rows);
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

enum verdict
inventory_hear(struct inventory *inv, const struct wire_response *resp,
	       const struct reception *reception)
{
	struct row *row = rows_find(&inv->rows, resp->addr);
	struct manager confirmed;

	if (row == NULL) {
		if (inv->rows.count >= inv->settings.max_managers)
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
		row = rows_add(&inv->rows, &confirmed, reception->now);
		if (row == NULL)
			return VERDICT_NO_ROOM;
	}
	row_hear(row, resp, reception, &inv->rules);
	rows_update(&inv->rows, row);
	return VERDICT_ACCEPTED;
}

static void
mark_pending(const struct manager *m, bool links[], int link_count)
{
	if (m->link >= 0 && m->link < link_count) {
		links[m->link] = true;
		return;
	}
	for (int i = 0; i < link_count; i++)
		links[i] = true;
}

void
inventory_pending(const struct inventory *inv, int64_t since, bool links[], int link_count)
{
	struct row *row;

	ROWS_FOREACH (row, &inv->rows)
		if (row->m.status != MANAGER_DOWN && !manager_heard_since(&row->m, since))
			mark_pending(&row->m, links, link_count);
}

void
inventory_unconfirmed(const struct inventory *inv, bool links[], int link_count)
{
	for (size_t i = 0; i < candidates_count(inv->candidates); i++)
		mark_pending(candidates_at(inv->candidates, i), links, link_count);
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

	for (row = rows_at_or_after(&inv->rows, 0); row != NULL; row = next) {
		next = rows_next(row);
		const int link = row->m.link;
		const enum link_judgement here =
		    link >= 0 && link < link_count
			? link_verdict_on(&verdicts[link], row->m.last_seen.mono_us)
			: elsewhere;

		if (!manager_heard_since(&row->m, round_start_us) &&
		    is_past_retention(inv, row, now)) {
			rows_remove(&inv->rows, row, now);
			continue;
		}
		row_judge(row, here, now, round_start_us, &inv->rules);
		rows_update(&inv->rows, row);
	}
	candidates_age(inv->candidates);
}

void
inventory_forget_links(struct inventory *inv, const bool gone[], int link_count)
{
	struct row *row;

	ROWS_FOREACH (row, &inv->rows) {
		row_forget_links(row, gone, link_count);
		rows_update(&inv->rows, row);
	}
	for (size_t i = 0; i < candidates_count(inv->candidates); i++) {
		struct manager *m = candidates_at(inv->candidates, i);

		m->link = row_link_left(m->link, gone, link_count);
	}
}

uint32_t
inventory_heard_since(const struct inventory *inv, int64_t since)
{
	uint32_t count = 0;
	struct row *row;

	ROWS_FOREACH (row, &inv->rows)
		count += manager_heard_since(&row->m, since);
	for (size_t i = 0; i < candidates_count(inv->candidates); i++)
		count += manager_heard_since(candidates_at(inv->candidates, i), since);
	return count;
}

static struct row *
find_or_add_row(struct inventory *inv, uint32_t addr, struct moment now)
{
	const struct manager m = {.addr = addr, .status = MANAGER_UNKNOWN, .link = LINK_NONE};
	struct row *row = rows_find(&inv->rows, addr);

	if (row != NULL)
		return row;
	row = rows_add(&inv->rows, &m, now);
	if (row == NULL)
		return NULL;
	row->changed = true;
	candidates_remove(inv->candidates, addr);
	return row;
}

bool
inventory_expect(struct inventory *inv, uint32_t addr, bool expected, struct moment now)
{
	struct row *row = rows_find(&inv->rows, addr);

	if (row == NULL && expected && inv->rows.count < inv->settings.max_managers)
		row = find_or_add_row(inv, addr, now);
	if (row == NULL)
		return false;
	row->changed |= row->m.expected_by_operator != expected;
	row->m.expected_by_operator = expected;
	rows_update(&inv->rows, row);
	return true;
}

size_t
inventory_expect_configured(struct inventory *inv, const struct expectation list[], size_t count,
			    struct moment now)
{
	struct row *row;
	size_t refused = 0;

	ROWS_FOREACH (row, &inv->rows) {
		row->m.expected_by_file = false;
		row->m.given_name[0] = '\0';
		rows_update(&inv->rows, row);
	}
	for (size_t i = 0; i < count; i++) {
		row = find_or_add_row(inv, list[i].addr, now);
		if (row == NULL) {
			refused++;
			continue;
		}
		row->m.expected_by_file = true;
		memcpy(row->m.given_name, list[i].name, sizeof(row->m.given_name));
		rows_update(&inv->rows, row);
	}
	return refused;
}

void
inventory_remove(struct inventory *inv, uint32_t addr, struct moment now)
{
	struct row *row = rows_find(&inv->rows, addr);

	if (row != NULL)
		rows_remove(&inv->rows, row, now);
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

	for (row = rows_at_or_after(&inv->rows, 0); row != NULL; row = next) {
		next = rows_next(row);
		if (!is_denied(&row->m, access))
			continue;
		rows_remove(&inv->rows, row, now);
		removed++;
	}
	return removed;
}

uint32_t
inventory_rows_on_link(const struct inventory *inv, int link)
{
	return link >= 0 && link < LINKS_MAX ? inv->rows.on_link[link].rows : 0;
}

bool
inventory_any_unheard(const struct inventory *inv, int link, int64_t since)
{
	struct row *row;

	ROWS_FOREACH (row, &inv->rows)
		if (row->m.link == link && row->m.status != MANAGER_DOWN &&
		    row->m.last_seen.mono_us < since)
			return true;
	return false;
}

uint32_t
inventory_up_on_link(const struct inventory *inv, int link)
{
	return link >= 0 && link < LINKS_MAX ? inv->rows.on_link[link].up : 0;
}

const struct manager *
inventory_at_or_after(const struct inventory *inv, uint32_t from)
{
	const struct row *row = rows_at_or_after(&inv->rows, from);

	return row != NULL ? &row->m : NULL;
}

struct manager_conflict
inventory_conflict(const struct inventory *inv, uint32_t addr)
{
	/* Most sites have none, and each reading of a row asks for it. */
	const struct row *row = inv->rows.conflicting > 0 ? rows_find(&inv->rows, addr) : NULL;

	return row != NULL ? row_conflict(row) : (struct manager_conflict){0};
}

struct inventory_summary
inventory_summary(const struct inventory *inv)
{
	return (struct inventory_summary){
	    .all = (uint32_t)inv->rows.count,
	    .up = (uint32_t)inv->rows.by_status[MANAGER_UP],
	    .missing = (uint32_t)inv->rows.by_status[MANAGER_MISSING],
	    .down = (uint32_t)inv->rows.by_status[MANAGER_DOWN],
	    .unknown = (uint32_t)inv->rows.by_status[MANAGER_UNKNOWN],
	    .conflicting = (uint32_t)inv->rows.conflicting,
	    .expected = (uint32_t)inv->rows.expected,
	    .unconfirmed = (uint32_t)candidates_count(inv->candidates),
	    .last_change = inv->rows.last_change,
	};
}

bool
inventory_is_owed(const struct inventory *inv)
{
	return !TAILQ_EMPTY(&inv->rows.owed);
}

size_t
inventory_reconcile(struct inventory *inv, size_t max, struct moment now)
{
	const struct row *const last = TAILQ_LAST(&inv->rows.owed, row_list);
	bool all = last == NULL;
	size_t made = 0;

	for (; made < max && !all; made++) {
		struct row *row = TAILQ_FIRST(&inv->rows.owed);

		all = row == last;
		rows_take_owed(&inv->rows, row);
		row_reconcile(row, now, &inv->rules);
		rows_update(&inv->rows, row);
	}
	return made;
}

struct rows *
inventory_rows(struct inventory *inv)
{
	return &inv->rows;
}

bool
inventory_restore(struct inventory *inv, const struct manager_record *record, int link,
		  unsigned int ifindex, struct moment now)
{
	const struct manager m = {
	    .addr = record->m.addr, .status = MANAGER_UNKNOWN, .link = LINK_NONE};
	struct row *row = rows_find(&inv->rows, m.addr);
	bool restored;

	if (row == NULL)
		row = rows_add(&inv->rows, &m, now);
	if (row == NULL)
		return false;
	restored = row_restore(row, record, link, ifindex, now);
	rows_update(&inv->rows, row);
	return restored;
}
