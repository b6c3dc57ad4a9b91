/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/inventory.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/tree.h>

#define ROUNDS_TO_CONFIRM 2 /* until a candidate is forgotten */
#define US_PER_S 1000000

struct row {
	RB_ENTRY(row) node;
	struct manager m;
};

struct candidate {
	RB_ENTRY(candidate) node;
	struct manager m;
	unsigned int answers; /* to different requests */
	uint64_t last_wave;   /* the last request it has answered */
	unsigned int rounds;  /* closed since it was first heard */
	size_t slot;          /* in inventory.pool */
};

RB_HEAD(rows, row);
RB_HEAD(candidates, candidate);

struct inventory {
	struct inventory_settings settings;
	inventory_event_fn *on_event;
	void *ctx;
	struct rows rows;
	size_t row_count;
	size_t by_status[MANAGER_STATUS_COUNT + 1]; /* [0] is unused */
	size_t expected;
	struct moment last_change;
	struct candidates candidates;
	struct candidate **pool; /* the same, for random replacement */
	size_t pool_count, pool_max;
	uint64_t random;
};

static int
row_cmp(const struct row *a, const struct row *b)
{
	return (a->m.addr > b->m.addr) - (a->m.addr < b->m.addr);
}

static int
candidate_cmp(const struct candidate *a, const struct candidate *b)
{
	return (a->m.addr > b->m.addr) - (a->m.addr < b->m.addr);
}

/* RB_GENERATE_STATIC of libbsd 0.11 uses a __unused that it does not define. */
RB_GENERATE_INTERNAL(rows, row, node, row_cmp, __attribute__((unused)) static)
RB_GENERATE_INTERNAL(candidates, candidate, node, candidate_cmp, __attribute__((unused)) static)

/* xorshift64: replacement need only be hard to steer without hearing us. */
static uint64_t
next_random(struct inventory *inv)
{
	inv->random ^= inv->random << 13;
	inv->random ^= inv->random >> 7;
	inv->random ^= inv->random << 17;
	return inv->random;
}

struct inventory *
inventory_new(const struct inventory_settings *settings, uint64_t seed,
	      inventory_event_fn *on_event, void *ctx)
{
	struct inventory *inv = calloc(1, sizeof(*inv));

	assert(settings->misses > 0 && settings->confirmations > 0);
	if (inv == NULL)
		return NULL;
	inv->settings = *settings;
	inv->on_event = on_event;
	inv->ctx = ctx;
	inv->random = seed != 0 ? seed : 1;
	RB_INIT(&inv->rows);
	RB_INIT(&inv->candidates);
	inv->pool_max = settings->max_managers / 4 > 0 ? settings->max_managers / 4 : 1;
	inv->pool = calloc(inv->pool_max, sizeof(struct candidate *));
	if (inv->pool == NULL) {
		free(inv);
		return NULL;
	}
	return inv;
}

static void
remove_candidate(struct inventory *inv, struct candidate *c)
{
	RB_REMOVE(candidates, &inv->candidates, c);
	inv->pool[c->slot] = inv->pool[--inv->pool_count];
	inv->pool[c->slot]->slot = c->slot;
	free(c);
}

static void
remove_row(struct inventory *inv, struct row *row, struct moment now)
{
	RB_REMOVE(rows, &inv->rows, row);
	inv->row_count--;
	inv->by_status[row->m.status]--;
	inv->expected -= row->m.expected;
	inv->last_change = now;
	free(row);
}

void
inventory_free(struct inventory *inv)
{
	struct row *row;

	if (inv == NULL)
		return;
	while (inv->pool_count > 0)
		remove_candidate(inv, inv->pool[0]);
	while ((row = RB_ROOT(&inv->rows)) != NULL)
		remove_row(inv, row, inv->last_change);
	free(inv->pool);
	free(inv);
}

/* The tree macros know no const: look-ups go through a copy of the head. */
static struct row *
find_row(const struct inventory *inv, uint32_t addr)
{
	const struct row key = {.m.addr = addr};
	struct rows rows = inv->rows;

	return RB_FIND(rows, &rows, (struct row *)(uintptr_t)&key);
}

static struct row *
add_row(struct inventory *inv, const struct manager *m, struct moment now)
{
	struct row *row;

	if (inv->row_count >= inv->settings.max_managers)
		return NULL;
	row = calloc(1, sizeof(*row));
	if (row == NULL)
		return NULL;
	row->m = *m;
	RB_INSERT(rows, &inv->rows, row);
	inv->row_count++;
	inv->by_status[m->status]++;
	inv->expected += m->expected;
	inv->last_change = now;
	return row;
}

static void
set_status(struct inventory *inv, struct manager *m, enum manager_status status)
{
	inv->by_status[m->status]--;
	inv->by_status[status]++;
	m->status = status;
}

/* *before: the row as it was before what is announced. */
static void
announce(const struct inventory *inv, const struct manager *before, const struct manager *m,
	 enum event_type type, struct moment now, const char *reason)
{
	struct event event = {
	    .type = type,
	    .time = now,
	    .addr = m->addr,
	    .status = m->status,
	    .port = m->port,
	    .former_port = before->port,
	    .source = m->source,
	    .ifindex = m->ifindex,
	};

	if (inv->on_event == NULL)
		return;
	memcpy(event.hostname, m->hostname, sizeof(event.hostname));
	memcpy(event.version, m->version, sizeof(event.version));
	memcpy(event.former_hostname, before->hostname, sizeof(event.former_hostname));
	memcpy(event.former_version, before->version, sizeof(event.former_version));
	snprintf(event.reason, sizeof(event.reason), "%s", reason);
	inv->on_event(inv->ctx, &event);
}

static void
note_answer(struct manager *m, const struct wire_response *resp, const struct hearing *hearing)
{
	memcpy(m->version, resp->version, sizeof(m->version));
	memcpy(m->hostname, resp->hostname, sizeof(m->hostname));
	m->port = resp->port;
	m->source = hearing->source;
	m->ifindex = hearing->ifindex;
	m->link = hearing->link;
	if (!manager_heard(m))
		m->first_seen = hearing->now;
	m->last_seen = hearing->now;
	if (hearing->wave > 0 && hearing->wave != m->wave) {
		m->wave = hearing->wave;
		m->response_time_us =
		    (uint32_t)(hearing->since_request_us < UINT32_MAX ? hearing->since_request_us
								      : UINT32_MAX);
	}
}

static void
describe_appearance(const struct manager *before, struct moment now, char reason[EVENT_REASON_LEN])
{
	const int64_t silence_us = now.mono_us - before->last_seen.mono_us;

	if (before->announced == ANNOUNCED_NOTHING)
		snprintf(reason, EVENT_REASON_LEN, "answered for the first time");
	else if (manager_heard(before))
		snprintf(reason, EVENT_REASON_LEN, "answers again after %" PRId64 " s of silence",
			 silence_us / US_PER_S);
	else
		snprintf(reason, EVENT_REASON_LEN, "answers, which it never did before");
}

static bool
same_identity(const struct manager *a, const struct manager *b)
{
	return strcmp(a->version, b->version) == 0 && strcmp(a->hostname, b->hostname) == 0 &&
	       a->port == b->port;
}

static void
hear_row(struct inventory *inv, struct manager *m, const struct wire_response *resp,
	 const struct hearing *hearing)
{
	const struct manager before = *m;
	char reason[EVENT_REASON_LEN];

	note_answer(m, resp, hearing);
	m->missed = 0;
	set_status(inv, m, MANAGER_UP);
	if (before.announced != ANNOUNCED_UP) {
		m->transitions += before.announced == ANNOUNCED_DOWN;
		m->announced = ANNOUNCED_UP;
		describe_appearance(&before, hearing->now, reason);
		announce(inv, &before, m, EVENT_APPEARED, hearing->now, reason);
	} else if (inv->settings.report_changes && !same_identity(&before, m)) {
		announce(inv, &before, m, EVENT_CHANGED, hearing->now, "answers differently");
	}
}

static struct candidate *
add_candidate(struct inventory *inv, uint32_t addr)
{
	struct candidate *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	if (inv->pool_count == inv->pool_max)
		remove_candidate(inv, inv->pool[next_random(inv) % inv->pool_max]);
	c->m.addr = addr;
	c->m.status = MANAGER_UNKNOWN;
	c->slot = inv->pool_count++;
	inv->pool[c->slot] = c;
	RB_INSERT(candidates, &inv->candidates, c);
	return c;
}

/* Returns whether the candidate has now been confirmed. */
static bool
hear_candidate(const struct inventory *inv, struct candidate *c, const struct wire_response *resp,
	       const struct hearing *hearing)
{
	note_answer(&c->m, resp, hearing);
	if (hearing->wave > c->last_wave) {
		c->last_wave = hearing->wave;
		c->answers++;
	}
	return c->answers >= inv->settings.confirmations;
}

enum verdict
inventory_hear(struct inventory *inv, const struct wire_response *resp,
	       const struct hearing *hearing)
{
	const struct candidate key = {.m.addr = resp->addr};
	struct row *row = find_row(inv, resp->addr);
	struct candidate *c;

	if (row == NULL) {
		if (inv->row_count >= inv->settings.max_managers)
			return VERDICT_NO_ROOM;
		c = RB_FIND(candidates, &inv->candidates, (struct candidate *)(uintptr_t)&key);
		if (c == NULL)
			c = add_candidate(inv, resp->addr);
		if (c == NULL)
			return VERDICT_NO_ROOM;
		if (!hear_candidate(inv, c, resp, hearing))
			return VERDICT_ACCEPTED;
		row = add_row(inv, &c->m, hearing->now);
		if (row == NULL)
			return VERDICT_NO_ROOM;
		remove_candidate(inv, c);
	}
	hear_row(inv, &row->m, resp, hearing);
	return VERDICT_ACCEPTED;
}

static void
mark_pending(int link, bool pending[], int link_count)
{
	if (link >= 0 && link < link_count) {
		pending[link] = true;
		return;
	}
	for (int i = 0; i < link_count; i++)
		pending[i] = true;
}

static bool
heard_since(const struct manager *m, int64_t since)
{
	return manager_heard(m) && m->last_seen.mono_us >= since;
}

void
inventory_pending(const struct inventory *inv, int64_t since, bool pending[], int link_count)
{
	struct rows rows = inv->rows;
	struct row *row;

	RB_FOREACH (row, rows, &rows)
		if (row->m.status != MANAGER_DOWN && !heard_since(&row->m, since))
			mark_pending(row->m.link, pending, link_count);
	for (size_t i = 0; i < inv->pool_count; i++)
		mark_pending(inv->pool[i]->m.link, pending, link_count);
}

static void
judge_row(struct inventory *inv, struct manager *m, enum link_judgement judgement,
	  struct moment now)
{
	const struct manager before = *m;
	char reason[EVENT_REASON_LEN];

	if (judgement == LINK_UNTRUSTED && m->status != MANAGER_DOWN)
		set_status(inv, m, MANAGER_UNKNOWN);
	if (judgement != LINK_JUDGED)
		return;
	if (m->missed < UINT32_MAX)
		m->missed++;
	if (m->status == MANAGER_DOWN)
		return;
	if (m->missed < inv->settings.misses) {
		if (manager_heard(m))
			set_status(inv, m, MANAGER_MISSING);
		return;
	}
	set_status(inv, m, MANAGER_DOWN);
	if (m->announced == ANNOUNCED_DOWN)
		return;
	m->transitions += m->announced == ANNOUNCED_UP;
	m->announced = ANNOUNCED_DOWN;
	snprintf(reason, sizeof(reason), "no answer in %u rounds in a row", m->missed);
	announce(inv, &before, m, EVENT_DISAPPEARED, now, reason);
}

void
inventory_close_round(struct inventory *inv, struct moment now, int64_t round_start_us,
		      const enum link_judgement judgement[], int link_count,
		      enum link_judgement elsewhere)
{
	const int64_t retention_us = inv->settings.retention_us;
	struct row *row, *next;

	RB_FOREACH_SAFE (row, rows, &inv->rows, next) {
		struct manager *m = &row->m;

		if (heard_since(m, round_start_us))
			continue;
		if (retention_us > 0 && !m->expected &&
		    now.mono_us - m->last_seen.mono_us >= retention_us) {
			remove_row(inv, row, now);
			continue;
		}
		judge_row(inv, m,
			  m->link >= 0 && m->link < link_count ? judgement[m->link] : elsewhere,
			  now);
	}
	for (size_t i = inv->pool_count; i-- > 0;)
		if (++inv->pool[i]->rounds >= ROUNDS_TO_CONFIRM)
			remove_candidate(inv, inv->pool[i]);
}

void
inventory_forget_link(struct inventory *inv, int link)
{
	struct row *row;

	RB_FOREACH (row, rows, &inv->rows)
		if (row->m.link == link)
			row->m.link = LINK_NONE;
	for (size_t i = 0; i < inv->pool_count; i++)
		if (inv->pool[i]->m.link == link)
			inv->pool[i]->m.link = LINK_NONE;
}

uint32_t
inventory_heard_since(const struct inventory *inv, int64_t since)
{
	struct rows rows = inv->rows;
	struct row *row;
	uint32_t count = 0;

	RB_FOREACH (row, rows, &rows)
		count += heard_since(&row->m, since);
	for (size_t i = 0; i < inv->pool_count; i++)
		count += heard_since(&inv->pool[i]->m, since);
	return count;
}

bool
inventory_expect(struct inventory *inv, uint32_t addr, struct moment now)
{
	const struct manager m = {
	    .addr = addr,
	    .status = MANAGER_UNKNOWN,
	    .link = LINK_NONE,
	    .expected = true,
	};
	struct row *row = find_row(inv, addr);

	if (row == NULL)
		return add_row(inv, &m, now) != NULL;
	inv->expected += !row->m.expected;
	row->m.expected = true;
	return true;
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
	    .unconfirmed = (uint32_t)inv->pool_count,
	    .last_change = inv->last_change,
	};
}
