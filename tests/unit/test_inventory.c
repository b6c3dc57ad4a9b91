/* SPDX-License-Identifier: BSD-2-Clause */
/* Look-ups, limits and what events carry; the states are in tests/replay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/inventory.h"
#include "core/rows.h"

#define ADDR(n) (0xc6120000u + (n)) /* 198.18.0.0 */

static struct event last_event;
static struct event previous_event;
static unsigned int event_count;

static bool no_room;

static bool
note_event(void *ctx, const struct event *event)
{
	(void)ctx;
	previous_event = last_event;
	last_event = *event;
	event_count++;
	return !no_room;
}

static struct inventory *
new_inventory(size_t max_managers, unsigned int confirmations)
{
	const struct inventory_settings settings = {
	    .max_managers = max_managers,
	    .misses = 3,
	    .confirmations = confirmations,

	};

	event_count = 0;
	no_room = false;
	return inventory_new(&settings, 1, note_event, NULL);
}

static struct moment
at_s(int64_t s)
{
	return (struct moment){.mono_us = s * 1000000, .wall_ms = (1700000000 + s) * 1000};
}

static enum verdict
hear_from(struct inventory *inv, uint32_t addr, uint32_t source, const char *hostname, int64_t s,
	  int link)
{
	struct wire_response resp = {.version = "1.2", .addr = addr, .port = 6482};
	const struct reception reception = {
	    .now = at_s(s),
	    .source = source,
	    .ifindex = 4,
	    .link = link,
	    .request_number = (uint64_t)s + 1,
	    .since_request_us = 1234,
	};

	snprintf(resp.hostname, sizeof(resp.hostname), "%s", hostname);
	return inventory_hear(inv, &resp, &reception);
}

static enum verdict
hear_as(struct inventory *inv, uint32_t addr, const char *hostname, int64_t s, int link)
{
	return hear_from(inv, addr, addr + 1, hostname, s, link);
}

#define RECORDS 16

/* Copy what a save would have to out, or to nowhere. */
static struct changes
export_rows(struct inventory *inv, bool all, struct manager_record out[RECORDS], int64_t s)
{
	static struct manager_record records[RECORDS];
	struct changes changes = {.state.managers = out != NULL ? out : records};

	assert_in_range(rows_export_count(inventory_rows(inv), all), 0, RECORDS);
	rows_export(inventory_rows(inv), all, &changes, at_s(s));
	assert_int_equal(changes.state.manager_count, rows_export_count(inventory_rows(inv), all));
	return changes;
}

static void
close_round(struct inventory *inv, int64_t s)
{
	static const struct link_verdict judged[] = {{.heard = LINK_JUDGED},
						     {.heard = LINK_JUDGED}};

	inventory_close_round(inv, at_s(s + 9), at_s(s).mono_us, judged, 2, LINK_JUDGED);
}

static void
looks_up_in_address_order(void **state)
{
	static const uint32_t addrs[] = {ADDR(9), ADDR(1), ADDR(5), 1, 0xfffffffe};
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	assert_null(inventory_at_or_after(inv, 0));
	for (size_t i = 0; i < 5; i++)
		hear_as(inv, addrs[i], "a", 1, 0);
	assert_int_equal(inventory_at_or_after(inv, 0)->addr, 1);
	assert_int_equal(inventory_at_or_after(inv, 1)->addr, 1);
	assert_int_equal(inventory_at_or_after(inv, 2)->addr, ADDR(1));
	assert_int_equal(inventory_at_or_after(inv, ADDR(6))->addr, ADDR(9));
	assert_int_equal(inventory_at_or_after(inv, ADDR(10))->addr, 0xfffffffe);
	assert_null(inventory_at_or_after(inv, 0xffffffff));
	inventory_free(inv);
}

static void
row_says_all_that_was_heard(void **state)
{
	struct inventory *inv = new_inventory(10, 1);
	const struct manager *m;

	(void)state;
	hear_as(inv, ADDR(1), "host", 5, 2);
	hear_as(inv, ADDR(1), "host", 9, 3);
	m = inventory_at_or_after(inv, 0);
	assert_string_equal(m->version, "1.2");
	assert_string_equal(m->hostname, "host");
	assert_int_equal(m->port, 6482);
	assert_int_equal(m->source, ADDR(2));
	assert_int_equal(m->ifindex, 4);
	assert_int_equal(m->link, 3);
	assert_int_equal(m->first_seen.wall_ms, at_s(5).wall_ms);
	assert_int_equal(m->last_seen.wall_ms, at_s(9).wall_ms);
	assert_int_equal(m->response_time_us, 1234);
	assert_int_equal(inventory_summary(inv).last_change.wall_ms, at_s(5).wall_ms);
	inventory_free(inv);
}

static void
event_is_complete(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	hear_as(inv, ADDR(1), "host", 5, 0);
	assert_int_equal(event_count, 1);
	assert_int_equal(last_event.type, EVENT_APPEARED);
	assert_int_equal(last_event.addr, ADDR(1));
	assert_int_equal(last_event.status, MANAGER_UP);
	assert_int_equal(last_event.time.wall_ms, at_s(5).wall_ms);
	assert_int_equal(last_event.port, 6482);
	assert_int_equal(last_event.source, ADDR(2));
	assert_int_equal(last_event.ifindex, 4);
	assert_string_equal(last_event.hostname, "host");
	assert_string_equal(last_event.version, "1.2");
	assert_string_not_equal(last_event.reason, "");
	inventory_free(inv);
}

static void
change_carries_what_was(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	hear_as(inv, ADDR(1), "old", 5, 0);
	hear_as(inv, ADDR(1), "old", 6, 0);
	assert_int_equal(event_count, 1);
	hear_as(inv, ADDR(1), "new", 7, 0);
	assert_int_equal(event_count, 2);
	assert_int_equal(last_event.type, EVENT_CHANGED);
	assert_string_equal(last_event.hostname, "new");
	assert_string_equal(last_event.previous_hostname, "old");
	assert_string_equal(last_event.previous_version, "1.2");
	assert_int_equal(last_event.previous_port, 6482);
	inventory_free(inv);
}

static void
return_carries_the_silence(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	hear_as(inv, ADDR(1), "a", 1, 0);
	for (int64_t s = 10; s < 40; s += 10)
		close_round(inv, s);
	assert_int_equal(last_event.type, EVENT_DISAPPEARED);
	assert_string_equal(last_event.reason, "no answer in 3 rounds in a row");
	hear_as(inv, ADDR(1), "a", 41, 0);
	assert_int_equal(last_event.type, EVENT_APPEARED);
	assert_string_equal(last_event.reason, "answers again after 40 s of silence");
	for (int64_t s = 50; s < 80; s += 10)
		close_round(inv, s);
	assert_int_equal(inventory_at_or_after(inv, 0)->transitions, 3);
	inventory_free(inv);
}

static void
unconfirmed_ones_are_heard_too(void **state)
{
	struct inventory *inv = new_inventory(10, 2);

	(void)state;
	hear_as(inv, ADDR(1), "a", 1, 0);
	hear_as(inv, ADDR(2), "a", 5, 0);
	assert_null(inventory_at_or_after(inv, 0));
	assert_int_equal(inventory_heard_since(inv, at_s(1).mono_us), 2);
	assert_int_equal(inventory_heard_since(inv, at_s(5).mono_us), 1);
	inventory_free(inv);
}

static void
pool_of_candidates_is_bounded(void **state)
{
	static const size_t max[] = {1, 3000}, bound[] = {2500, 3000};

	(void)state;
	for (size_t n = 0; n < 2; n++) {
		struct inventory *inv = new_inventory(max[n], 2);
		uint32_t verdicts[VERDICT_COUNT] = {0};

		for (uint32_t i = 0; i < 10000; i++)
			verdicts[hear_as(inv, ADDR(i), "a", 1, 0)]++;
		/* Those who found room, some of whom had to make room again. */
		assert_true(verdicts[VERDICT_UNCONFIRMED] > bound[n]);
		assert_true(verdicts[VERDICT_NO_ROOM] > 0);
		assert_int_equal(verdicts[VERDICT_UNCONFIRMED] + verdicts[VERDICT_NO_ROOM], 10000);
		assert_int_equal(inventory_summary(inv).unconfirmed, bound[n]);
		assert_int_equal(inventory_summary(inv).all, 0);
		assert_int_equal(event_count, 0);
		inventory_free(inv);
	}
}

/* At random, so that an attacker cannot choose which candidate is removed. */
static void
replacement_spares_some_of_the_old(void **state)
{
	struct inventory *inv = new_inventory(2500, 2);

	(void)state;
	for (uint32_t i = 0; i < 5000; i++) /* the pool holds half of them */
		hear_as(inv, ADDR(i), "a", 1, 0);
	/* If the oldest ones were replaced, none would be there any more. */
	for (uint32_t i = 0; i < 5000; i++)
		hear_as(inv, ADDR(i), "a", 2, 0);
	assert_in_range(inventory_summary(inv).all, 1, 2499);
	inventory_free(inv);
}

static void
forgotten_link_is_pending_everywhere(void **state)
{
	struct inventory *inv = new_inventory(10, 1);
	bool pending[3] = {false};

	(void)state;
	hear_as(inv, ADDR(1), "a", 1, 1);
	inventory_pending(inv, at_s(1).mono_us, pending, 3);
	assert_false(pending[0] || pending[1] || pending[2]);
	inventory_pending(inv, at_s(2).mono_us, pending, 3);
	assert_false(pending[0]);
	assert_true(pending[1]);
	assert_false(pending[2]);
	inventory_forget_links(inv, (const bool[]){false, true}, 2);
	inventory_pending(inv, at_s(2).mono_us, pending, 3);
	assert_true(pending[0] && pending[1] && pending[2]);
	inventory_free(inv);
}

/* On the link with the number 0, as on any other. */
static void
forgotten_link_of_a_candidate(void **state)
{
	struct inventory *inv = new_inventory(10, 2);
	bool pending[3] = {false};

	(void)state;
	hear_as(inv, ADDR(1), "a", 1, 0);
	inventory_unconfirmed(inv, pending, 3);
	assert_true(pending[0]);
	assert_false(pending[1] || pending[2]);
	inventory_forget_links(inv, (const bool[]){true}, 1);
	inventory_unconfirmed(inv, pending, 3);
	assert_true(pending[1] && pending[2]);
	inventory_free(inv);
}

/* A row that is not there yet: it needs no confirmation. */
static void
expected_one_is_no_candidate(void **state)
{
	struct inventory *inv = new_inventory(10, 2);

	(void)state;
	hear_as(inv, ADDR(1), "a", 1, 0);
	assert_int_equal(inventory_summary(inv).unconfirmed, 1);
	assert_true(inventory_expect(inv, ADDR(1), true, at_s(2)));
	assert_int_equal(inventory_summary(inv).unconfirmed, 0);
	inventory_free(inv);
}

/* Nobody is denied who has never answered: the row goes because it is not expected. */
static void
never_heard_is_not_denied(void **state)
{
	const struct expectation list[] = {{.addr = ADDR(1)}};
	struct inventory *inv = new_inventory(10, 1);
	struct access_list access = {0};

	(void)state;
	inventory_expect_configured(inv, list, 1, at_s(1));
	inventory_expect_configured(inv, NULL, 0, at_s(2));
	assert_int_equal(access_add(&access, (struct access_rule){.accept = false}), 0);
	assert_int_equal(inventory_remove_denied(inv, &access, at_s(2)), 0);
	close_round(inv, 3);
	assert_int_equal(inventory_summary(inv).all, 0);
	access_clear(&access);
	inventory_free(inv);
}

/* The link of the last save may be another one than that of the last answer. */
static void
saved_link_is_forgotten(void **state)
{
	struct inventory *inv = new_inventory(10, 1);
	struct manager_record records[RECORDS];

	(void)state;
	hear_as(inv, ADDR(1), "a", 1, 1);
	hear_as(inv, ADDR(1), "a", 2, 0);
	export_rows(inv, true, records, 3);
	assert_int_equal(records[0].m.link, 1);
	inventory_forget_links(inv, (const bool[]){false, true}, 2);
	export_rows(inv, true, records, 4);
	assert_int_equal(records[0].m.link, LINK_NONE);
	inventory_free(inv);
}

static void
full_table_takes_no_expected_one(void **state)
{
	struct inventory *inv = new_inventory(1, 1);

	(void)state;
	assert_true(inventory_expect(inv, ADDR(1), true, at_s(0)));
	assert_true(inventory_expect(inv, ADDR(1), true, at_s(0)));
	assert_false(inventory_expect(inv, ADDR(2), true, at_s(0)));
	assert_int_equal(hear_as(inv, ADDR(3), "a", 1, 0), VERDICT_NO_ROOM);
	assert_int_equal(hear_as(inv, ADDR(1), "a", 1, 0), VERDICT_ACCEPTED);
	assert_int_equal(inventory_summary(inv).expected, 1);
	assert_int_equal(inventory_summary(inv).all, 1);
	/* Made-up managers that have filled it must not keep one out that is configured. */
	assert_int_equal(inventory_expect_configured(
			     inv, (const struct expectation[]){{.addr = ADDR(4)}}, 1, at_s(2)),
			 0);
	assert_int_equal(inventory_summary(inv).expected, 2);
	assert_int_equal(inventory_summary(inv).all, 2);
	inventory_free(inv);
}

static void
denied_rows_go_unless_expected(void **state)
{
	struct inventory *inv = new_inventory(10, 1);
	struct access_list access = {0};

	(void)state;
	for (uint32_t i = 1; i <= 4; i++)
		hear_as(inv, ADDR(i), "a", 1, 0); /* from the next address */
	inventory_expect(inv, ADDR(2), true, at_s(1));
	inventory_expect(inv, ADDR(9), true, at_s(1)); /* never heard */
	assert_int_equal(inventory_remove_denied(inv, &access, at_s(2)), 0);
	assert_int_equal(access_add(&access, (struct access_rule){ADDR(2), 32, false}), 0);
	assert_int_equal(access_add(&access, (struct access_rule){ADDR(4), 32, false}), 0);
	assert_int_equal(access_add(&access, (struct access_rule){ADDR(9), 32, false}), 0);
	event_count = 0;
	assert_int_equal(inventory_remove_denied(inv, &access, at_s(2)), 3);
	assert_int_equal(event_count, 0);
	assert_int_equal(inventory_summary(inv).all, 2);
	assert_int_equal(inventory_at_or_after(inv, 0)->addr, ADDR(2));
	assert_int_equal(inventory_at_or_after(inv, ADDR(3))->addr, ADDR(9));
	access_clear(&access);
	inventory_free(inv);
}

static void
up_on_link_follows_the_rows(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	hear_as(inv, ADDR(1), "a", 1, 3);
	hear_as(inv, ADDR(2), "a", 1, 3);
	assert_int_equal(inventory_up_on_link(inv, 3), 2);
	hear_as(inv, ADDR(1), "a", 2, 4); /* moved */
	assert_int_equal(inventory_up_on_link(inv, 3), 1);
	assert_int_equal(inventory_up_on_link(inv, 4), 1);
	assert_int_equal(inventory_rows_on_link(inv, 4), 1);
	inventory_forget_links(inv, (const bool[]){[4] = true}, 5);
	assert_int_equal(inventory_up_on_link(inv, 4), 0);
	assert_int_equal(inventory_rows_on_link(inv, 4), 0);
	assert_int_equal(inventory_rows_on_link(inv, 3), 1);
	inventory_remove(inv, ADDR(2), at_s(3));
	assert_int_equal(inventory_rows_on_link(inv, 3), 0);
	assert_int_equal(inventory_up_on_link(inv, 3), 0);
	assert_int_equal(inventory_up_on_link(inv, LINK_NONE), 0);
	assert_int_equal(inventory_up_on_link(inv, LINKS_MAX), 0);
	inventory_free(inv);
}

static void
others_say_only_that_it_is_there(void **state)
{
	const struct wire_response other = {
	    .version = "9.9", .hostname = "host", .addr = ADDR(1), .port = 6482};
	const struct reception elsewhere = {.now = at_s(7),
					    .source = ADDR(9),
					    .ifindex = 9,
					    .link = 1,
					    .request_number = 100,
					    .since_request_us = 99};
	struct inventory *inv = new_inventory(10, 1);
	const struct manager *m;

	(void)state;
	hear_as(inv, ADDR(1), "host", 5, 0);
	assert_int_equal(inventory_hear(inv, &other, &elsewhere), VERDICT_ACCEPTED);
	m = inventory_at_or_after(inv, 0);
	assert_string_equal(m->version, "1.2");
	assert_int_equal(m->source, ADDR(2));
	assert_int_equal(m->ifindex, 4);
	assert_int_equal(m->link, 0);
	assert_int_equal(m->response_time_us, 1234);
	assert_int_equal(m->last_seen.wall_ms, at_s(7).wall_ms);
	assert_int_equal(event_count, 1);
	inventory_free(inv);
}

/* A second source that takes over was perhaps heard on another link, which may be gone by
 * then. */
static void
link_of_a_challenger_is_forgotten(void **state)
{
	const struct link_verdict judged[] = {{.heard = LINK_JUDGED}, {.heard = LINK_JUDGED}};
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	hear_as(inv, ADDR(1), "a", 1, 0);
	hear_from(inv, ADDR(1), ADDR(9), "b", 2, 1);
	for (int64_t s = 10; s < 40; s += 10) {
		assert_string_equal(inventory_at_or_after(inv, 0)->hostname, "a");
		hear_from(inv, ADDR(1), ADDR(9), "b", s + 1, 1);
		if (s == 30)
			inventory_forget_links(inv, (const bool[]){false, true}, 2);
		inventory_close_round(inv, at_s(s + 9), at_s(s).mono_us, judged, 2, LINK_JUDGED);
	}
	assert_string_equal(inventory_at_or_after(inv, 0)->hostname, "b");
	assert_int_equal(inventory_at_or_after(inv, 0)->link, LINK_NONE);
	assert_int_equal(inventory_up_on_link(inv, 1), 0);
	inventory_free(inv);
}

/* What is exported at 100 s is restored in another life, at 5 s. */
static void
restored_as_it_was(void **state)
{
	struct inventory *inv = new_inventory(10, 1), *heir = new_inventory(10, 1);
	const struct manager *m;
	struct manager_record records[RECORDS];

	(void)state;
	hear_as(inv, ADDR(1), "one", 40, 7);
	hear_as(inv, ADDR(1), "uno", 60, 7);
	inventory_expect(inv, ADDR(2), true, at_s(60));
	assert_int_equal(export_rows(inv, true, records, 100).state.manager_count, 2);
	assert_int_equal(records[0].m.link, 7);
	assert_int_equal(records[1].m.last_seen.mono_us, 0); /* never */
	event_count = 0;
	for (int i = 0; i < 2; i++)
		assert_true(inventory_restore(heir, &records[i], 3, 9, at_s(5)));
	m = inventory_at_or_after(heir, 0);
	assert_int_equal(m->addr, ADDR(1));
	assert_int_equal(m->status, MANAGER_UNKNOWN);
	assert_string_equal(m->hostname, "uno");
	assert_string_equal(m->version, "1.2");
	assert_int_equal(m->port, 6482);
	assert_int_equal(m->source, ADDR(2));
	assert_int_equal(m->link, 3);
	assert_int_equal(m->ifindex, 9);
	assert_true(m->first_seen.wall_ms == at_s(40).wall_ms);
	assert_true(m->last_seen.wall_ms == at_s(60).wall_ms);
	/* 1 us is taken from it, so that an age is never 0. */
	assert_true(m->last_seen.mono_us == at_s(5 - 40).mono_us - 1);
	m = inventory_at_or_after(heir, ADDR(2));
	assert_true(m->expected_by_operator);
	assert_false(m->expected_by_file);
	assert_false(manager_heard(m));
	assert_int_equal(inventory_summary(heir).unknown, 2);
	assert_int_equal(inventory_summary(heir).expected, 1);
	hear_as(heir, ADDR(1), "uno", 6, 3);
	assert_int_equal(event_count, 0);
	hear_as(heir, ADDR(1), "ein", 7, 3);
	assert_int_equal(event_count, 1);
	assert_string_equal(last_event.previous_hostname, "uno");
	inventory_free(inv);
	inventory_free(heir);
}

/* At most one change in the hold-off, even with a restart in between. */
static void
holdoff_goes_on_after_a_restart(void **state)
{
	const struct inventory_settings settings = {.max_managers = 10,
						    .misses = 3,
						    .confirmations = 1,
						    .change_holdoff_us = 600 * US_PER_S};
	struct inventory *inv = new_inventory(10, 1), *heir;
	struct manager_record records[RECORDS];

	(void)state;
	inventory_configure(inv, &settings);
	hear_as(inv, ADDR(1), "one", 1000, 0);
	hear_as(inv, ADDR(1), "two", 1001, 0);
	assert_int_equal(event_count, 2);
	export_rows(inv, true, records, 1101);
	heir = inventory_new(&settings, 1, note_event, NULL);
	assert_true(inventory_restore(heir, &records[0], 0, 4, at_s(3)));
	hear_as(heir, ADDR(1), "three", 502, 0);
	assert_int_equal(event_count, 2);
	hear_as(heir, ADDR(1), "three", 504, 0);
	assert_int_equal(event_count, 3);
	/* To the microsecond, in the life that was not restarted. */
	hear_as(inv, ADDR(1), "three", 1601, 0);
	assert_int_equal(event_count, 4);
	inventory_free(inv);
	inventory_free(heir);
}

static void
restored_beside_those_of_the_file(void **state)
{
	const struct expectation expected[] = {{.addr = ADDR(1)}};
	struct inventory *inv = new_inventory(2, 1), *heir = new_inventory(1, 1);
	const struct manager *m;
	struct manager_record records[RECORDS];

	(void)state;
	hear_as(inv, ADDR(1), "one", 1, 0);
	hear_as(inv, ADDR(2), "two", 1, 0);
	export_rows(inv, true, records, 2);
	inventory_expect_configured(heir, expected, 1, at_s(0));
	for (int i = 0; i < 2; i++)
		assert_true(inventory_restore(heir, &records[i], LINK_NONE, 0, at_s(5)));
	m = inventory_at_or_after(heir, 0);
	assert_true(m->expected_by_file);
	assert_string_equal(m->hostname, "one");
	/* More than there is room for: nobody is forgotten who was announced. */
	assert_int_equal(inventory_summary(heir).all, 2);
	assert_int_equal(inventory_summary(heir).expected, 1);
	inventory_free(inv);
	inventory_free(heir);
}

/* Row by row, as far as there is room. */
static void
reconciles_what_found_no_room(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	hear_as(inv, ADDR(1), "one", 1, 0);
	assert_false(inventory_is_owed(inv));
	no_room = true;
	for (uint32_t i = 2; i < 5; i++)
		hear_as(inv, ADDR(i), "new", 1, 0);
	hear_as(inv, ADDR(1), "uno", 2, 0);
	assert_true(inventory_is_owed(inv));
	no_room = false;
	event_count = 0;
	assert_int_equal(inventory_reconcile(inv, 2, at_s(9)), 2);
	assert_int_equal(event_count, 2);
	assert_int_equal(inventory_reconcile(inv, 10, at_s(9)), 2);
	assert_false(inventory_is_owed(inv));
	assert_int_equal(inventory_reconcile(inv, 10, at_s(9)), 0);
	/* One that is destroyed is owed nothing. */
	no_room = true;
	hear_as(inv, ADDR(7), "gone", 10, 0);
	inventory_remove(inv, ADDR(7), at_s(11));
	assert_false(inventory_is_owed(inv));
	inventory_free(inv);
}

/* Rows with low addresses have no precedence, however often they change. */
static void
reconciles_in_the_order_of_waiting(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	no_room = true;
	hear_as(inv, ADDR(5), "a", 1, 0);
	hear_as(inv, ADDR(1), "a", 2, 0);
	hear_as(inv, ADDR(9), "a", 3, 0);
	no_room = false;
	assert_int_equal(inventory_reconcile(inv, 1, at_s(4)), 1);
	assert_int_equal(last_event.addr, ADDR(5));
	no_room = true;
	hear_as(inv, ADDR(5), "b", 5, 0);
	no_room = false;
	for (size_t i = 0; i < 3; i++) {
		static const uint32_t order[] = {ADDR(1), ADDR(9), ADDR(5)};

		assert_int_equal(inventory_reconcile(inv, 1, at_s(6)), 1);
		assert_int_equal(last_event.addr, order[i]);
	}
	assert_int_equal(inventory_reconcile(inv, 1, at_s(6)), 0);
	inventory_free(inv);
}

/* The previous values of a change are those last notified, not those last logged. */
static void
late_change_carries_what_was_notified(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	hear_as(inv, ADDR(1), "one", 1, 0);
	no_room = true;
	hear_as(inv, ADDR(1), "two", 2, 0);
	no_room = false;
	inventory_reconcile(inv, 1, at_s(3));
	assert_int_equal(last_event.type, EVENT_CHANGED);
	assert_string_equal(last_event.previous_hostname, "one");
	assert_string_equal(last_event.hostname, "two");
	inventory_free(inv);
}

/* "1 2": their addresses from ADDR(0) on, in the order of their changes. */
static void
assert_changed(struct inventory *inv, const char *expected)
{
	const struct changes changes = export_rows(inv, false, NULL, 1000);
	char text[128] = "";

	assert_false(changes.all_managers);
	for (size_t i = 0; i < changes.state.manager_count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u", i > 0 ? " " : "",
			 changes.state.managers[i].m.addr - ADDR(0));
	assert_string_equal(text, expected);
}

static void
save(struct inventory *inv)
{
	const struct changes changes = export_rows(inv, false, NULL, 1000);

	rows_note_saved(inventory_rows(inv), &changes);
	assert_int_equal(rows_export_count(inventory_rows(inv), false), 0);
}

static void
what_has_to_be_saved(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	hear_as(inv, ADDR(2), "a", 1, 0);
	hear_as(inv, ADDR(1), "a", 1, 0);
	assert_changed(inv, "2 1");
	hear_as(inv, ADDR(2), "b", 2, 0); /* changed: is last now */
	assert_changed(inv, "1 2");
	save(inv);
	/* Neither being heard nor being missed. */
	hear_as(inv, ADDR(1), "a", 11, 0);
	close_round(inv, 10);
	assert_changed(inv, "");
	/* Another link, but not in the middle of a round. */
	hear_as(inv, ADDR(1), "a", 21, 1);
	assert_changed(inv, "");
	close_round(inv, 20);
	assert_changed(inv, "1");
	save(inv);
	/* Down. */
	close_round(inv, 30);
	assert_changed(inv, "2");
	save(inv);
	inventory_expect(inv, ADDR(2), true, at_s(40));
	inventory_expect(inv, ADDR(3), true, at_s(40));
	assert_changed(inv, "2 3");
	save(inv);
	inventory_expect(inv, ADDR(2), true, at_s(41));
	assert_changed(inv, "");
	inventory_expect(inv, ADDR(2), false, at_s(41));
	assert_changed(inv, "2");
	save(inv);
	inventory_expect_configured(
	    inv, (const struct expectation[]){{.addr = ADDR(1)}, {.addr = ADDR(4)}}, 2, at_s(42));
	assert_changed(inv, "4"); /* it is new; the expectation of the file is not saved */
	inventory_free(inv);
}

/* A conflict for whose event there was no room ends in the round that moves the row. */
static void
other_link_is_saved_when_a_conflict_ends(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	hear_as(inv, ADDR(1), "a", 1, 0);
	no_room = true;
	hear_from(inv, ADDR(1), ADDR(9), "b", 2, 0);
	hear_as(inv, ADDR(1), "a", 3, 0);
	assert_int_equal(last_event.type, EVENT_CONFLICT);
	close_round(inv, 0);
	save(inv);
	for (int64_t s = 10; s < 40; s += 10) {
		assert_changed(inv, "");
		hear_as(inv, ADDR(1), "a", s + 1, s == 30);
		close_round(inv, s);
	}
	assert_changed(inv, "1");
	inventory_free(inv);
}

/* Two sources, as of second s. */
static void
contradict(struct inventory *inv, int64_t s)
{
	hear_as(inv, ADDR(1), "a", s, 0);
	hear_from(inv, ADDR(1), ADDR(9), "b", s + 1, 0);
	/* Not yet: the first one may be silent from now on. */
	assert_int_equal(inventory_summary(inv).conflicting, 0);
	assert_int_equal(inventory_conflict(inv, ADDR(1)).source, 0);
	hear_as(inv, ADDR(1), "a", s + 2, 0);
	assert_int_equal(last_event.type, EVENT_CONFLICT);
}

/* Three rounds of ten seconds in which one source answers, or none (NULL). */
static void
three_rounds(struct inventory *inv, int64_t s, const char *hostname)
{
	for (const int64_t end = s + 30; s < end; s += 10) {
		if (hostname != NULL)
			hear_from(inv, ADDR(1), hostname[0] == 'a' ? ADDR(2) : ADDR(9), hostname,
				  s + 1, 0);
		close_round(inv, s);
	}
}

/* Restore the only row of inv, which is freed, in a new inventory at this time. */
static struct inventory *
restart(struct inventory *inv, int64_t s)
{
	struct inventory *heir = new_inventory(10, 1);
	struct manager_record records[RECORDS];

	export_rows(inv, true, records, s);
	assert_true(inventory_restore(heir, &records[0], 0, 4, at_s(s)));
	inventory_free(inv);
	return heir;
}

/* Its address may have been given to another host. */
static void
down_over_a_restart_is_whoever_answers(void **state)
{
	struct inventory *inv = new_inventory(10, 1);
	const struct manager *m;

	(void)state;
	hear_from(inv, ADDR(1), ADDR(2), "a", 1, 0);
	three_rounds(inv, 10, NULL);
	inv = restart(inv, 50);
	hear_from(inv, ADDR(1), ADDR(9), "b", 51, 0);
	m = inventory_at_or_after(inv, 0);
	assert_int_equal(m->source, ADDR(9));
	assert_string_equal(m->hostname, "b");
	inventory_free(inv);
}

/* What was not heard before a restart counts anew: both sides may have been restarted. */
static void
misses_count_anew_after_a_restart(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	hear_as(inv, ADDR(1), "a", 1, 0);
	close_round(inv, 10);
	close_round(inv, 20);
	assert_int_equal(inventory_summary(inv).missing, 1);
	inv = restart(inv, 30);
	close_round(inv, 40);
	close_round(inv, 50);
	assert_int_equal(inventory_summary(inv).down, 0);
	close_round(inv, 60);
	assert_int_equal(inventory_summary(inv).down, 1);
	inventory_free(inv);
}

/* What was not reported is not forgotten. */
static void
owed_row_is_retained(void **state)
{
	const struct inventory_settings settings = {
	    .max_managers = 10, .misses = 3, .confirmations = 1, .retention_us = 100 * US_PER_S};
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	inventory_configure(inv, &settings);
	hear_as(inv, ADDR(1), "a", 1, 0);
	no_room = true;
	three_rounds(inv, 10, NULL);
	close_round(inv, 200);
	assert_int_equal(inventory_summary(inv).down, 1);
	no_room = false;
	assert_int_equal(inventory_reconcile(inv, 10, at_s(210)), 1);
	assert_int_equal(last_event.type, EVENT_DISAPPEARED);
	close_round(inv, 220);
	assert_int_equal(inventory_summary(inv).all, 0);
	inventory_free(inv);
}

static void
conflict_has_an_end(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	contradict(inv, 1);
	assert_string_equal(last_event.name, "a");
	assert_int_equal(last_event.other_source, ADDR(9));
	assert_string_equal(last_event.other_hostname, "b");
	assert_int_equal(last_event.other_port, 6482);
	assert_int_equal(event_count, 2);
	assert_int_equal(inventory_summary(inv).conflicting, 1);
	assert_int_equal(inventory_conflict(inv, ADDR(1)).source, ADDR(9));
	assert_string_equal(inventory_conflict(inv, ADDR(1)).hostname, "b");
	assert_int_equal(inventory_conflict(inv, ADDR(1)).port, 6482);
	three_rounds(inv, 10, "a");
	assert_int_equal(inventory_summary(inv).conflicting, 0);
	assert_int_equal(inventory_conflict(inv, ADDR(1)).source, 0);
	assert_int_equal(event_count, 3);
	assert_int_equal(last_event.type, EVENT_CONFLICT_ENDED);
	assert_int_equal(last_event.other_source, ADDR(9));
	assert_string_equal(last_event.other_hostname, "b");
	assert_string_equal(last_event.reason,
			    "no answer from the second source in 3 rounds in a row");
	contradict(inv, 50);
	three_rounds(inv, 60, "b");
	assert_int_equal(event_count, 6); /* the end, and the change that follows */
	assert_string_equal(previous_event.reason,
			    "no answer from the first source in 3 rounds in a row");
	assert_int_equal(last_event.type, EVENT_CHANGED);
	assert_string_equal(last_event.hostname, "b");
	inventory_free(inv);
}

static void
conflict_ends_with_the_manager(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	contradict(inv, 1);
	three_rounds(inv, 10, NULL);
	assert_int_equal(event_count, 3);
	assert_int_equal(last_event.type, EVENT_DISAPPEARED);
	contradict(inv, 50);
	assert_int_equal(event_count, 5);
	inventory_free(inv);
}

/* A third source, which agrees with the first one, keeps the manager up. */
static void
conflict_ends_when_both_are_silent(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	contradict(inv, 1);
	for (int64_t s = 10; s < 40; s += 10) {
		assert_int_equal(last_event.type, EVENT_CONFLICT);
		hear_from(inv, ADDR(1), ADDR(8), "a", s + 1, 0);
		close_round(inv, s);
	}
	assert_int_equal(event_count, 3);
	assert_int_equal(last_event.type, EVENT_CONFLICT_ENDED);
	assert_int_equal(last_event.other_source, ADDR(9));
	assert_string_equal(last_event.reason, "no answer from either source in 3 rounds in a row");
	assert_false(inventory_is_owed(inv));
	inventory_free(inv);
}

static void
conflict_ends_when_they_agree(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	contradict(inv, 1);
	for (int64_t s = 10; s < 40; s += 10) {
		assert_int_equal(last_event.type, EVENT_CONFLICT);
		hear_as(inv, ADDR(1), "a", s + 1, 0);
		hear_from(inv, ADDR(1), ADDR(9), "a", s + 2, 0);
		close_round(inv, s);
	}
	assert_int_equal(event_count, 3);
	assert_int_equal(last_event.type, EVENT_CONFLICT_ENDED);
	assert_string_equal(last_event.reason,
			    "no contradiction from the second source in 3 rounds in a row");
	/* One that agreed for a while, contradicted again and is silent. */
	contradict(inv, 50);
	hear_from(inv, ADDR(1), ADDR(9), "a", 53, 0);
	hear_from(inv, ADDR(1), ADDR(9), "b", 54, 0);
	three_rounds(inv, 60, "a");
	assert_string_equal(last_event.reason,
			    "no answer from the second source in 3 rounds in a row");
	inventory_free(inv);
}

static void
conflict_lasts_over_a_restart(void **state)
{
	struct inventory *inv = new_inventory(10, 1);
	struct changes changes;

	(void)state;
	contradict(inv, 1);
	changes = export_rows(inv, false, NULL, 5);
	inventory_free(inv);
	inv = new_inventory(10, 1);
	assert_true(inventory_restore(inv, &changes.state.managers[0], LINK_NONE, 0, at_s(100)));
	assert_int_equal(inventory_summary(inv).conflicting, 1);
	assert_int_equal(inventory_conflict(inv, ADDR(1)).source, ADDR(9));
	assert_string_equal(inventory_conflict(inv, ADDR(1)).hostname, "b");
	three_rounds(inv, 110, "a");
	assert_int_equal(last_event.type, EVENT_CONFLICT_ENDED);
	assert_int_equal(inventory_summary(inv).conflicting, 0);
	inventory_free(inv);
}

static void
assert_name(const struct inventory *inv, const char *name)
{
	char buf[WIRE_HOSTNAME_LEN];

	assert_string_equal(manager_name(inventory_at_or_after(inv, 0), buf), name);
}

/* The hostname, the name that the file gives at present, or the address. */
static void
name_is_never_empty(void **state)
{
	const struct expectation list[] = {{.addr = ADDR(1), .name = "given"}};
	const struct expectation renamed[] = {{.addr = ADDR(1), .name = "other"}};
	struct inventory *inv = new_inventory(10, 1);
	struct changes changes;

	(void)state;
	inventory_expect(inv, ADDR(1), true, at_s(1));
	assert_name(inv, "198.18.0.1");
	inventory_expect_configured(inv, list, 1, at_s(2));
	assert_name(inv, "given");
	inventory_expect_configured(inv, renamed, 1, at_s(3));
	assert_name(inv, "other");
	inventory_expect_configured(inv, NULL, 0, at_s(4));
	assert_name(inv, "198.18.0.1");
	changes = export_rows(inv, false, NULL, 5);
	inventory_free(inv);
	inv = new_inventory(10, 1);
	inventory_expect_configured(inv, list, 1, at_s(6));
	assert_true(inventory_restore(inv, &changes.state.managers[0], LINK_NONE, 0, at_s(6)));
	assert_name(inv, "given");
	three_rounds(inv, 10, NULL);
	assert_string_equal(last_event.name, "given");
	hear_as(inv, ADDR(1), "a", 50, 0);
	assert_name(inv, "a");
	assert_string_equal(last_event.name, "a");
	inventory_free(inv);
}

/* Of a manager that was never heard. */
static void
waiting_counts_over_a_restart(void **state)
{
	struct inventory *inv = new_inventory(10, 1);
	struct changes changes;

	(void)state;
	inventory_expect(inv, ADDR(1), true, at_s(10));
	assert_int_equal(inventory_at_or_after(inv, 0)->waiting_us, at_s(10).mono_us);
	changes = export_rows(inv, false, NULL, 30);
	assert_int_equal(changes.state.managers[0].m.waiting_us, -20 * US_PER_S - 1);
	inventory_free(inv);
	inv = new_inventory(10, 1);
	inventory_expect_configured(
	    inv, (const struct expectation[]){{.addr = ADDR(1)}, {.addr = ADDR(2)}}, 2, at_s(100));
	assert_true(inventory_restore(inv, &changes.state.managers[0], LINK_NONE, 0, at_s(100)));
	assert_int_equal(inventory_at_or_after(inv, 0)->waiting_us, at_s(80).mono_us - 1);
	assert_int_equal(inventory_at_or_after(inv, ADDR(2))->waiting_us, at_s(100).mono_us);
	inventory_free(inv);
}

static void
end_of_a_conflict_is_owed(void **state)
{
	struct inventory *inv = new_inventory(10, 1);

	(void)state;
	contradict(inv, 1);
	no_room = true;
	three_rounds(inv, 10, "a");
	no_room = false;
	assert_true(inventory_is_owed(inv));
	inventory_reconcile(inv, 10, at_s(50));
	assert_int_equal(last_event.type, EVENT_CONFLICT_ENDED);
	assert_int_equal(last_event.other_source, 0);
	assert_false(inventory_is_owed(inv));
	inventory_free(inv);
}

static void
save_forgets_only_what_it_had(void **state)
{
	struct inventory *inv = new_inventory(10, 1);
	struct changes changes;

	(void)state;
	for (uint32_t i = 1; i <= 3; i++)
		hear_as(inv, ADDR(i), "a", 1, 0);
	changes = export_rows(inv, false, NULL, 2);
	hear_as(inv, ADDR(1), "b", 3, 0);
	hear_as(inv, ADDR(4), "a", 3, 0);
	inventory_remove(inv, ADDR(2), at_s(3));
	rows_note_saved(inventory_rows(inv), &changes);
	assert_changed(inv, "1 4");
	changes = export_rows(inv, false, NULL, 4);
	assert_int_equal(changes.removed_count, 1);
	assert_int_equal(changes.removed[0], ADDR(2));
	inventory_remove(inv, ADDR(3), at_s(5));
	rows_note_saved(inventory_rows(inv), &changes);
	changes = export_rows(inv, false, NULL, 6);
	assert_int_equal(changes.state.manager_count, 0);
	assert_int_equal(changes.removed_count, 1);
	assert_int_equal(changes.removed[0], ADDR(3));
	inventory_free(inv);
}

static void
remove_some(struct inventory *inv, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		hear_as(inv, ADDR(100 + i), "a", 1, 0);
		inventory_remove(inv, ADDR(100 + i), at_s(1));
	}
}

/* If more are removed than are listed, all that are left are saved. */
static void
many_removed_at_once(void **state)
{
	struct inventory *inv = new_inventory(10, 1);
	struct changes changes;

	(void)state;
	hear_as(inv, ADDR(1), "a", 1, 0);
	save(inv);
	remove_some(inv, REMOVED_MAX);
	changes = export_rows(inv, false, NULL, 2);
	assert_false(changes.all_managers);
	assert_int_equal(changes.removed_count, REMOVED_MAX);
	assert_int_equal(changes.removed[REMOVED_MAX - 1], ADDR(100 + REMOVED_MAX - 1));
	remove_some(inv, 1);
	rows_note_saved(inventory_rows(inv), &changes);
	/* One that found no room when it was removed. */
	changes = export_rows(inv, false, NULL, 3);
	assert_true(changes.all_managers);
	assert_int_equal(changes.state.manager_count, 1);
	assert_int_equal(changes.removed_count, 0);
	rows_note_saved(inventory_rows(inv), &changes);
	assert_changed(inv, "");
	remove_some(inv, 1);
	changes = export_rows(inv, false, NULL, 4);
	assert_false(changes.all_managers);
	assert_int_equal(changes.removed_count, 1);
	inventory_free(inv);
}

static void
restored_rows_need_not_be_saved(void **state)
{
	struct inventory *inv = new_inventory(10, 1), *heir = new_inventory(10, 1);
	struct manager_record records[RECORDS];

	(void)state;
	hear_as(inv, ADDR(1), "a", 1, 0);
	export_rows(inv, true, records, 2);
	assert_true(inventory_restore(heir, &records[0], 1, 4, at_s(5)));
	assert_changed(heir, "");
	hear_as(heir, ADDR(1), "a", 11, 1);
	close_round(heir, 10);
	assert_changed(heir, "");
	inventory_free(inv);
	inventory_free(heir);
}

static void
free_of_null(void **state)
{
	(void)state;
	inventory_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(looks_up_in_address_order),
	    cmocka_unit_test(row_says_all_that_was_heard),
	    cmocka_unit_test(event_is_complete),
	    cmocka_unit_test(change_carries_what_was),
	    cmocka_unit_test(return_carries_the_silence),
	    cmocka_unit_test(unconfirmed_ones_are_heard_too),
	    cmocka_unit_test(pool_of_candidates_is_bounded),
	    cmocka_unit_test(replacement_spares_some_of_the_old),
	    cmocka_unit_test(forgotten_link_is_pending_everywhere),
	    cmocka_unit_test(forgotten_link_of_a_candidate),
	    cmocka_unit_test(expected_one_is_no_candidate),
	    cmocka_unit_test(never_heard_is_not_denied),
	    cmocka_unit_test(saved_link_is_forgotten),
	    cmocka_unit_test(full_table_takes_no_expected_one),
	    cmocka_unit_test(denied_rows_go_unless_expected),
	    cmocka_unit_test(up_on_link_follows_the_rows),
	    cmocka_unit_test(others_say_only_that_it_is_there),
	    cmocka_unit_test(link_of_a_challenger_is_forgotten),
	    cmocka_unit_test(restored_as_it_was),
	    cmocka_unit_test(holdoff_goes_on_after_a_restart),
	    cmocka_unit_test(restored_beside_those_of_the_file),
	    cmocka_unit_test(reconciles_what_found_no_room),
	    cmocka_unit_test(reconciles_in_the_order_of_waiting),
	    cmocka_unit_test(late_change_carries_what_was_notified),
	    cmocka_unit_test(what_has_to_be_saved),
	    cmocka_unit_test(other_link_is_saved_when_a_conflict_ends),
	    cmocka_unit_test(down_over_a_restart_is_whoever_answers),
	    cmocka_unit_test(misses_count_anew_after_a_restart),
	    cmocka_unit_test(owed_row_is_retained),
	    cmocka_unit_test(conflict_has_an_end),
	    cmocka_unit_test(conflict_ends_with_the_manager),
	    cmocka_unit_test(conflict_ends_when_both_are_silent),
	    cmocka_unit_test(conflict_ends_when_they_agree),
	    cmocka_unit_test(end_of_a_conflict_is_owed),
	    cmocka_unit_test(conflict_lasts_over_a_restart),
	    cmocka_unit_test(name_is_never_empty),
	    cmocka_unit_test(waiting_counts_over_a_restart),
	    cmocka_unit_test(save_forgets_only_what_it_had),
	    cmocka_unit_test(many_removed_at_once),
	    cmocka_unit_test(restored_rows_need_not_be_saved),
	    cmocka_unit_test(free_of_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
