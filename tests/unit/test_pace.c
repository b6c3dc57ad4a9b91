/* SPDX-License-Identifier: BSD-2-Clause */
/* net/pace.c. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <limits.h>

#include "net/mcast.h"
#include "net/pace.h"

#define START_US US_PER_DAY
#define LARGE ((size_t)26000 * MCAST_CHARGE)
#define ROOM_400 ((size_t)400 * MCAST_CHARGE) /* a quarter has room for 100 datagrams */

static struct pace pace;

static int
set_up(void **state)
{
	(void)state;
	pace = (struct pace){0};
	return 0;
}

/* The rest after another reading, so long after the start. */
static int64_t
rest_after(int64_t us, size_t buffer, unsigned int count)
{
	return pace_rest_us(&pace, buffer, count, START_US + us);
}

static void
single_answers_are_read_at_once(void **state)
{
	(void)state;
	for (int64_t i = 0; i < 10; i++)
		assert_int_equal(rest_after(i * 100000, LARGE, 1), 0);
	assert_int_equal(rest_after(9 * 100000 + 99999, LARGE, 1), PACE_REST_US);
}

static void
answers_are_counted_for_a_while(void **state)
{
	(void)state;
	assert_int_equal(rest_after(0, LARGE, 1), 0);
	assert_int_equal(rest_after(4999, LARGE, 1), 0);
	assert_int_equal(rest_after(5000, LARGE, 1), PACE_REST_US);
	/* And again for each rest. */
	assert_int_equal(rest_after(9999, LARGE, 1), 0);
	assert_int_equal(rest_after(10000, LARGE, 1), PACE_REST_US);
}

static void
a_quarter_of_the_buffer_fills(void **state)
{
	(void)state;
	assert_int_equal(rest_after(0, ROOM_400, 1), 0);
	assert_int_equal(rest_after(5000, ROOM_400, 19), PACE_REST_US);
	assert_int_equal(rest_after(10000, ROOM_400, 25), 20000);
	assert_int_equal(rest_after(30000, ROOM_400, 2000), 1000);
	assert_int_equal(rest_after(35000, ROOM_400, 501), 0);
}

/* Fast and slow answers count together. */
static void
lull_is_not_the_rate(void **state)
{
	(void)state;
	assert_int_equal(rest_after(0, ROOM_400, 1), 0);
	assert_int_equal(rest_after(100, ROOM_400, 98), 0);
	assert_int_equal(rest_after(5000, ROOM_400, 1), 5000);
}

static void
unknown_buffer_is_read_at_once(void **state)
{
	(void)state;
	assert_int_equal(rest_after(0, 0, 1), 0);
	assert_int_equal(rest_after(99999, 0, 1), 0);
}

static void
turn_that_left_something_has_no_rest(void **state)
{
	(void)state;
	assert_int_equal(rest_after(0, LARGE, UINT_MAX), 0);
	assert_int_equal(rest_after(99999, LARGE, UINT_MAX), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
	    TEST(single_answers_are_read_at_once), TEST(answers_are_counted_for_a_while),
	    TEST(a_quarter_of_the_buffer_fills),   TEST(lull_is_not_the_rate),
	    TEST(unknown_buffer_is_read_at_once),  TEST(turn_that_left_something_has_no_rest),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
