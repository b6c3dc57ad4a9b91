/* SPDX-License-Identifier: BSD-2-Clause */
/* Which candidates get into the table during a flood of forged answers; the pool's
 * other rules are tested in test_inventory.c and tests/replay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/candidates.h"

#define GENUINE 0xc6120001u /* 198.18.0.1 */
#define POOL 250
#define FLOOD 4000 /* forged answers to each request */
#define REQUESTS_A_ROUND 3

/* Returns whether the answer confirms the candidate. */
static bool
hear(struct candidates *c, uint32_t addr, uint64_t request_number)
{
	const struct wire_response resp = {.addr = addr, .port = 6482};
	const struct reception reception = {
	    .now = {.mono_us = (int64_t)request_number * 1000000, .wall_ms = 1},
	    .source = addr,
	    .request_number = request_number,
	};
	struct manager confirmed;

	return candidates_hear(c, &resp, &reception, 2, &confirmed) == CANDIDATE_CONFIRMED;
}

/* Returns the number of requests until a manager is confirmed whose answers come after
 * `before` of the forged ones, none of which has the same address twice. */
static unsigned int
requests_to_confirm(unsigned int before)
{
	struct candidates *c = candidates_new(POOL, 1);
	uint32_t made_up = 0x0a000000;
	unsigned int request_number = 0;
	bool confirmed = false;

	assert_non_null(c);
	while (!confirmed && request_number < 10000) {
		request_number++;
		for (unsigned int i = 0; i < before; i++)
			assert_false(hear(c, ++made_up, request_number));
		confirmed = hear(c, GENUINE, request_number);
		for (unsigned int i = before; i < FLOOD; i++)
			assert_false(hear(c, ++made_up, request_number));
		assert_true(candidates_count(c) <= POOL);
		if (request_number % REQUESTS_A_ROUND == 0)
			candidates_age(c);
	}
	candidates_free(c);
	return request_number;
}

/* Confirmed on average after FLOOD / POOL requests, or the square of that. */
static void
flood_keeps_nobody_out(void **state)
{
	(void)state;
	assert_in_range(requests_to_confirm(0), 2, 200);
	assert_in_range(requests_to_confirm(FLOOD / 2), 2, 2000);
	assert_in_range(requests_to_confirm(FLOOD), 2, 4000);
}

static void
those_that_fit_are_all_confirmed(void **state)
{
	struct candidates *c = candidates_new(POOL, 1);

	(void)state;
	for (uint32_t i = 0; i < POOL; i++)
		assert_false(hear(c, GENUINE + i, 1));
	for (uint32_t i = 0; i < POOL; i++)
		assert_false(hear(c, GENUINE + i, 1)); /* the same request */
	for (uint32_t i = 0; i < POOL; i++)
		assert_true(hear(c, GENUINE + i, 2));
	assert_int_equal(candidates_count(c), 0);
	candidates_free(c);
}

/* A lower maxManagers. */
static void
a_smaller_pool_keeps_what_fits(void **state)
{
	struct candidates *c = candidates_new(5, 1);
	unsigned int confirmed = 0;

	(void)state;
	for (uint32_t i = 0; i < 5; i++)
		assert_false(hear(c, GENUINE + i, 1));
	assert_int_equal(candidates_resize(c, 5), 0);
	assert_int_equal(candidates_count(c), 5);
	assert_int_equal(candidates_resize(c, 2), 0);
	assert_int_equal(candidates_count(c), 2);
	assert_int_equal(candidates_resize(c, 5), 0);
	for (uint32_t i = 0; i < 5; i++)
		confirmed += hear(c, GENUINE + i, 2);
	assert_int_equal(confirmed, 2);
	candidates_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(flood_keeps_nobody_out),
	    cmocka_unit_test(those_that_fit_are_all_confirmed),
	    cmocka_unit_test(a_smaller_pool_keeps_what_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
