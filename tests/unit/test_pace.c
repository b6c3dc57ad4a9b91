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

#define ROOM_400 ((size_t)400 * MCAST_CHARGE)

static void
single_answers_are_read_at_once(void **state)
{
	(void)state;
	assert_int_equal(pace_rest_us((size_t)26000 * MCAST_CHARGE, 100000, 1), 0);
	assert_int_equal(pace_rest_us((size_t)26000 * MCAST_CHARGE, US_PER_DAY, 1), 0);
	assert_int_equal(pace_rest_us((size_t)26000 * MCAST_CHARGE, 99999, 1), PACE_REST_US);
}

/* A quarter of the buffer has room for 100 datagrams. */
static void
buffer_is_filled_to_a_quarter(void **state)
{
	(void)state;
	assert_int_equal(pace_rest_us(ROOM_400, 1000, 1), PACE_REST_US);
	assert_int_equal(pace_rest_us(ROOM_400, 1000, 4), 25000);
	assert_int_equal(pace_rest_us(ROOM_400, 1000, 5), 20000);
	assert_int_equal(pace_rest_us(ROOM_400, 1000, 20), 5000);
	assert_int_equal(pace_rest_us(ROOM_400, 25000, 500), 5000);
}

/* Answers that come at once fill a small buffer before a rest is over. */
static void
burst_is_read_as_it_comes(void **state)
{
	(void)state;
	assert_int_equal(pace_rest_us(ROOM_400, 1000, 21), 0);
	assert_int_equal(pace_rest_us(ROOM_400, 100, 5), 0);
	assert_int_equal(pace_rest_us(ROOM_400, 25000, 2500), 0);
	assert_int_equal(pace_rest_us((size_t)26000 * MCAST_CHARGE, 100, 5), PACE_REST_US);
}

static void
unknown_buffer_is_read_at_once(void **state)
{
	(void)state;
	assert_int_equal(pace_rest_us(0, 1000, 1), 0);
}

static void
turn_that_left_something_has_no_rest(void **state)
{
	(void)state;
	assert_int_equal(pace_rest_us((size_t)26000 * MCAST_CHARGE, 99999, UINT_MAX), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(single_answers_are_read_at_once),
	    cmocka_unit_test(buffer_is_filled_to_a_quarter),
	    cmocka_unit_test(burst_is_read_as_it_comes),
	    cmocka_unit_test(unknown_buffer_is_read_at_once),
	    cmocka_unit_test(turn_that_left_something_has_no_rest),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
