/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "log_caught.h"
#include "net/buffers.h"
#include "net/mcast.h"

#define FULL ((size_t)2 * MCAST_RECEIVE_BUFFER) /* as Linux counts */
#define STOCK 425984                            /* with the default of net.core.rmem_max */
#define ROOM 332                                /* for answers in it */
#define MAX 10000                               /* managers */

static struct buffers buffers;

static int
reset(void **state)
{
	(void)state;
	buffers = (struct buffers){0};
	lines = 0;
	return 0;
}

static void
report(size_t known, int64_t now_us)
{
	buffers_report(&buffers, known, MAX, now_us);
}

static void
nothing_is_said_of_large_ones(void **state)
{
	(void)state;
	buffers_note_size(&buffers, 0);
	buffers_note_size(&buffers, FULL);
	report(5000, US_PER_S);
	assert_int_equal(lines, 0);
	buffers_note_size(&buffers, (size_t)MAX * MCAST_CHARGE);
	report(5000, US_PER_S);
	assert_int_equal(lines, 0);
}

static void
room_is_said_once(void **state)
{
	(void)state;
	buffers_note_size(&buffers, FULL);
	buffers_note_size(&buffers, STOCK);
	report(ROOM, US_PER_S);
	assert_int_equal(last_level, LOG_LEVEL_INFO);
	assert_string_equal(last,
			    "receive buffers of 425984 octets have room for 332 answers at once");
	report(ROOM, 2 * US_PER_S);
	buffers_note_size(&buffers, STOCK);
	report(ROOM, US_PER_H);
	assert_int_equal(lines, 1);
	buffers_note_size(&buffers, STOCK / 2);
	report(50, US_PER_H);
	assert_string_equal(last,
			    "receive buffers of 212992 octets have room for 166 answers at once");
	assert_int_equal(lines, 2);
}

static void
advice_is_given_if_more_managers_are_known(void **state)
{
	(void)state;
	buffers_note_size(&buffers, STOCK);
	report(0, US_PER_S);
	assert_int_equal(last_level, LOG_LEVEL_INFO);
	report(ROOM + 1, 2 * US_PER_S);
	assert_int_equal(last_level, LOG_LEVEL_NOTICE);
	assert_string_equal(
	    last, "receive buffers of 425984 octets have room for 332 answers at once, but 333 "
		  "managers are known: set net.core.rmem_max to 16777216 before the next start");
	report(ROOM, 3 * US_PER_S);
	report(MAX, 4 * US_PER_S);
	assert_int_equal(lines, 2);
}

/* At first at once, then as a sum after a minute, two, four ... */
static void
drops_are_summed_up(void **state)
{
	(void)state;
	buffers_note_size(&buffers, FULL);
	report(5000, US_PER_S);
	buffers_note_drops(&buffers, 20);
	buffers_note_drops(&buffers, 3);
	report(5000, 2 * US_PER_S);
	assert_int_equal(last_level, LOG_LEVEL_WARNING);
	assert_string_equal(last,
			    "the kernel dropped datagrams (23): no buffer space, or bad checksums");
	buffers_note_drops(&buffers, 100);
	report(5000, 12 * US_PER_S);
	buffers_note_drops(&buffers, 7);
	report(5000, 61 * US_PER_S);
	assert_int_equal(lines, 1);
	report(5000, 62 * US_PER_S);
	assert_int_equal(lines, 2);
	assert_string_equal(
	    last, "the kernel dropped datagrams (107): no buffer space, or bad checksums");
	report(5000, US_PER_H);
	assert_int_equal(lines, 2);
}

static void
drops_from_a_small_buffer_come_with_advice(void **state)
{
	(void)state;
	buffers_note_size(&buffers, STOCK);
	buffers_note_drops(&buffers, 9);
	report(50, US_PER_S);
	assert_int_equal(lines, 2);
	assert_string_equal(last, "the kernel dropped datagrams (9): no buffer space, or bad "
				  "checksums; for larger buffers set net.core.rmem_max to "
				  "16777216 before the next start");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(nothing_is_said_of_large_ones, reset),
	    cmocka_unit_test_setup(room_is_said_once, reset),
	    cmocka_unit_test_setup(advice_is_given_if_more_managers_are_known, reset),
	    cmocka_unit_test_setup(drops_are_summed_up, reset),
	    cmocka_unit_test_setup(drops_from_a_small_buffer_come_with_advice, reset),
	};

#ifdef __linux__
	return cmocka_run_group_tests_name("buffers", tests, NULL, NULL);
#else
	(void)tests;
	return 77; /* nothing is logged there */
#endif
}
