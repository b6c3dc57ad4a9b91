/* SPDX-License-Identifier: BSD-2-Clause */
/* Any state of an inventory can be written and read again: every queued event is lost
 * if we refuse our own state file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "store/state.h"

#define ADDR(n) (0xc6120001u + (n)) /* 198.18.0.1 */
#define ADDRESSES 6
#define ROUNDS 4000
#define RECORDS 16

static const struct inventory_settings settings = {
    .max_managers = ADDRESSES,
    .misses = 2,
    .retention_us = 40 * US_PER_S,
    .confirmations = 2,
    .change_holdoff_us = 5 * US_PER_S,
};
static const struct state_limits limits = {.managers = RECORDS, .events = RECORDS};

static uint32_t
dice(uint32_t sides)
{
	static struct random random;

	return (uint32_t)random_below(&random, sides);
}

/* The queue is full now and then. */
static bool
take_some(void *ctx, const struct event *event)
{
	(void)ctx;
	(void)event;
	return dice(2) == 0;
}

static struct inventory *
make_inventory(void)
{
	struct inventory *inv = inventory_new(&settings, 1, take_some, NULL);

	assert_non_null(inv);
	return inv;
}

static void
hear_somebody(struct inventory *inv, struct moment now, uint64_t request_number)
{
	static const uint32_t sources[] = {ADDR(0), ADDR(100), ADDR(200), UINT32_MAX - 1};
	struct wire_response resp = {
	    .addr = ADDR(dice(ADDRESSES)),
	    .port = (uint16_t)(6482 + dice(2)),
	};
	const struct reception reception = {
	    .now = now,
	    .source = sources[dice(4)],
	    .ifindex = 3,
	    .link = (int)dice(2) - 1,
	    .request_number = request_number,
	};

	if (dice(3) > 0)
		snprintf(resp.hostname, sizeof(resp.hostname), "t5-%02u", dice(2));
	if (dice(3) > 0)
		snprintf(resp.version, sizeof(resp.version), "3.%u", dice(2));
	inventory_hear(inv, &resp, &reception);
}

static struct moment
live_a_round(struct inventory *inv, struct moment now, unsigned int round)
{
	static const enum link_judgement some[] = {LINK_JUDGED, LINK_EXCUSED, LINK_UNTRUSTED};
	const enum link_judgement judgement = some[dice(2) == 0 ? 0 : dice(3)];
	const struct link_verdict verdict = {.heard = judgement, .unheard = judgement};
	const int64_t start = now.mono_us;

	for (uint32_t n = dice(12); n > 0; n--) {
		now.mono_us += US_PER_S / 10;
		now.wall_ms += 100;
		hear_somebody(inv, now, round * 4 + n / 4);
	}
	if (dice(4) == 0)
		inventory_expect(inv, ADDR(dice(ADDRESSES)), dice(2) == 0, now);
	if (dice(16) == 0)
		inventory_remove(inv, ADDR(dice(ADDRESSES)), now);
	inventory_close_round(inv, now, start, &verdict, 1, LINK_JUDGED);
	if (dice(4) == 0)
		inventory_reconcile(inv, 2, now);
	now.mono_us += US_PER_S + dice(1000000);
	now.wall_ms += 1000;
	return now;
}

/* What a restart makes of it. */
static struct inventory *
restart(struct inventory *inv, const struct state *state, struct moment now)
{
	inventory_free(inv);
	inv = make_inventory();
	for (size_t i = 0; i < state->manager_count; i++)
		assert_true(
		    inventory_restore(inv, &state->managers[i], state->managers[i].m.link, 3, now));
	return inv;
}

static void
what_it_becomes_is_read_again(void **unused)
{
	struct moment now = {.mono_us = 100 * US_PER_S, .wall_ms = INT64_C(1763995221123)};
	struct inventory *inv = make_inventory();
	struct link_record link = {.name = "eth0"};
	struct manager_record managers[RECORDS];
	unsigned int conflicts = 0;

	(void)unused;
	for (unsigned int round = 1; round <= ROUNDS; round++) {
		struct state_error error = {"accepted"};
		struct state state, again;
		size_t len, len_again;
		char *text, *text_again;

		now = live_a_round(inv, now, round);
		state = (struct state){
		    .saved_wall_ms = now.wall_ms,
		    .links = &link,
		    .link_count = 1,
		    .managers = managers,
		    .manager_count = inventory_export(inv, managers, RECORDS, now),
		};
		text = state_encode(&state, &len);
		if (state_decode(&again, text, len, &limits, &error) < 0)
			print_error("%s\n%s", error.text, text);
		assert_string_equal(error.text, "accepted");
		text_again = state_encode(&again, &len_again);
		assert_string_equal(text_again, text);
		free(text_again);
		free(text);
		for (size_t i = 0; i < again.manager_count; i++)
			conflicts += again.managers[i].notified.conflict;
		if (dice(8) == 0)
			inv = restart(inv, &again, now);
		state_clear(&again);
	}
	inventory_free(inv);
	assert_true(conflicts > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_it_becomes_is_read_again)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
