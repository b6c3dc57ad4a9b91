/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/events.h"

static uint32_t
add(struct events *events, uint32_t addr)
{
	const struct event event = {.type = EVENT_APPEARED, .addr = addr};

	return events_add(events, &event, true);
}

/* The id of the next event to send, 0: none. */
static uint32_t
take(struct events *events)
{
	struct event event;

	return events_take(events, &event) ? event.id : 0;
}

static void
ids_start_at_one_and_rise(void **state)
{
	struct events *events = events_new(4, 4);

	(void)state;
	assert_int_equal(add(events, 7), 1);
	assert_int_equal(add(events, 7), 2);
	events_free(events);
}

static void
log_keeps_the_last(void **state)
{
	struct events *events = events_new(3, 100);

	(void)state;
	assert_null(events_at_or_after(events, 0));
	for (uint32_t i = 1; i <= 10; i++)
		add(events, i);
	assert_int_equal(events_at_or_after(events, 0)->id, 8);
	assert_int_equal(events_at_or_after(events, 7)->id, 8);
	assert_int_equal(events_at_or_after(events, 8)->addr, 8);
	assert_int_equal(events_at_or_after(events, 9)->id, 9);
	assert_int_equal(events_at_or_after(events, 10)->id, 10);
	assert_null(events_at_or_after(events, 11));
	assert_null(events_at_or_after(events, UINT32_MAX));
	events_free(events);
}

static void
log_that_is_not_full(void **state)
{
	struct events *events = events_new(3, 100);

	(void)state;
	add(events, 1);
	assert_int_equal(events_at_or_after(events, 0)->id, 1);
	assert_null(events_at_or_after(events, 2));
	events_free(events);
}

static void
one_in_flight_for_each_manager(void **state)
{
	struct events *events = events_new(10, 10);

	(void)state;
	add(events, 7); /* 1 */
	add(events, 7); /* 2 */
	add(events, 8); /* 3 */
	assert_int_equal(take(events), 1);
	assert_int_equal(take(events), 3);
	assert_int_equal(take(events), 0);
	events_settle(events, 1, EVENT_ACCEPTED);
	assert_int_equal(take(events), 2);
	assert_int_equal(take(events), 0);
	assert_int_equal(events_counts(events).queued, 2);
	assert_int_equal(events_counts(events).sent, 1);
	events_free(events);
}

static void
unanswered_goes_out_again_in_order(void **state)
{
	struct events *events = events_new(10, 10);

	(void)state;
	add(events, 7);
	add(events, 7);
	add(events, 8);
	take(events);
	take(events);
	events_settle(events, 3, EVENT_RETRY);
	events_settle(events, 1, EVENT_RETRY);
	assert_int_equal(take(events), 1);
	assert_int_equal(take(events), 3);
	assert_int_equal(events_counts(events).resent, 2);
	assert_int_equal(events_counts(events).queued, 3);
	events_free(events);
}

static void
refused_is_dropped_and_blocks_nothing(void **state)
{
	struct events *events = events_new(10, 10);

	(void)state;
	add(events, 7);
	add(events, 7);
	take(events);
	events_settle(events, 1, EVENT_REFUSED);
	assert_int_equal(events_counts(events).dropped, 1);
	assert_int_equal(events_counts(events).queued, 1);
	assert_int_equal(take(events), 2);
	events_free(events);
}

static void
settling_what_is_not_in_flight_changes_nothing(void **state)
{
	struct events *events = events_new(10, 10);

	(void)state;
	add(events, 7);
	events_settle(events, 1, EVENT_ACCEPTED);
	events_settle(events, 99, EVENT_ACCEPTED);
	assert_int_equal(events_counts(events).queued, 1);
	assert_int_equal(events_counts(events).sent, 0);
	assert_int_equal(take(events), 1);
	events_settle(events, 1, EVENT_ACCEPTED);
	events_settle(events, 1, EVENT_ACCEPTED);
	assert_int_equal(events_counts(events).sent, 1);
	events_free(events);
}

static void
full_queue_counts_what_it_drops(void **state)
{
	struct events *events = events_new(10, 2);

	(void)state;
	for (uint32_t i = 1; i <= 5; i++)
		add(events, i);
	assert_int_equal(events_counts(events).queued, 2);
	assert_int_equal(events_counts(events).dropped, 3);
	assert_int_equal(events_at_or_after(events, 5)->id, 5);
	events_free(events);
}

static void
what_is_not_queued_is_logged_all_the_same(void **state)
{
	const struct event event = {.type = EVENT_DISAPPEARED, .addr = 7};
	struct events *events = events_new(10, 2);

	(void)state;
	assert_int_equal(events_add(events, &event, false), 1);
	assert_int_equal(take(events), 0);
	assert_int_equal(events_at_or_after(events, 1)->type, EVENT_DISAPPEARED);
	assert_int_equal(events_counts(events).queued, 0);
	events_free(events);
}

static void
resizing_keeps_the_last(void **state)
{
	struct events *events = events_new(4, 2);

	(void)state;
	assert_int_equal(events_resize(events, 5, 2), 0);
	assert_null(events_at_or_after(events, 0));
	for (uint32_t i = 1; i <= 9; i++)
		add(events, i);
	assert_int_equal(events_resize(events, 3, 1), 0);
	assert_int_equal(events_at_or_after(events, 0)->id, 7);
	assert_int_equal(events_at_or_after(events, 9)->addr, 9);
	assert_int_equal(events_counts(events).queued, 2);
	assert_int_equal(events_resize(events, 7, 10), 0);
	add(events, 10);
	assert_int_equal(events_at_or_after(events, 0)->id, 7);
	assert_int_equal(events_at_or_after(events, 10)->addr, 10);
	assert_int_equal(events_counts(events).queued, 3);
	events_free(events);
}

static void
free_of_null(void **state)
{
	(void)state;
	events_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ids_start_at_one_and_rise),
	    cmocka_unit_test(log_keeps_the_last),
	    cmocka_unit_test(log_that_is_not_full),
	    cmocka_unit_test(one_in_flight_for_each_manager),
	    cmocka_unit_test(unanswered_goes_out_again_in_order),
	    cmocka_unit_test(refused_is_dropped_and_blocks_nothing),
	    cmocka_unit_test(settling_what_is_not_in_flight_changes_nothing),
	    cmocka_unit_test(full_queue_counts_what_it_drops),
	    cmocka_unit_test(what_is_not_queued_is_logged_all_the_same),
	    cmocka_unit_test(resizing_keeps_the_last),
	    cmocka_unit_test(free_of_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
