/* SPDX-License-Identifier: BSD-2-Clause */
/* events.c with memory that runs out when the test says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool no_memory;

static void *
try_malloc(size_t size)
{
	return no_memory ? NULL : malloc(size);
}

static void *
try_calloc(size_t count, size_t size)
{
	return no_memory ? NULL : calloc(count, size);
}

#define malloc try_malloc
#define calloc try_calloc
#include "core/events.c"
#undef malloc
#undef calloc

static struct events *
new_events(size_t log_size, size_t queue_limit)
{
	struct events *events = events_new(log_size, queue_limit);

	if (events == NULL)
		abort();
	return events;
}

/* The one at or after `from`, which there is. */
static const struct event *
event_from(const struct events *events, uint32_t from)
{
	const struct event *event = events_at_or_after(events, from);

	assert_non_null(event);
	if (event == NULL)
		abort(); /* as a compiler sees it, the former may return */
	return event;
}

/* Add an event that is not released; returns its id. */
static uint32_t
add_at(struct events *events, uint32_t addr, int64_t mono_us)
{
	const struct event event = {
	    .type = EVENT_APPEARED,
	    .addr = addr,
	    .time = {.mono_us = mono_us},
	};

	events_add(events, &event, true);
	return events_last_id(events);
}

static uint32_t
add_unsaved(struct events *events, uint32_t addr)
{
	return add_at(events, addr, 0);
}

static uint32_t
add(struct events *events, uint32_t addr)
{
	const uint32_t id = add_unsaved(events, addr);

	events_release(events, id);
	return id;
}

/* The id of the next event to send, 0: none. */
static uint32_t
take_at(struct events *events, int64_t now_us)
{
	struct event event;

	return events_take(events, now_us, &event) ? event.id : 0;
}

static uint32_t
take(struct events *events)
{
	return take_at(events, 0);
}

static void
ids_start_at_one_and_rise(void **state)
{
	struct events *events = new_events(4, 4);

	(void)state;
	assert_int_equal(add(events, 7), 1);
	assert_int_equal(add(events, 7), 2);
	events_restore(events, NULL, 0, UINT16_MAX);
	assert_int_equal(add_unsaved(events, 7), UINT16_MAX + 1);
	events_free(events);
}

static void
log_keeps_the_last(void **state)
{
	struct events *events = new_events(3, 100);

	(void)state;
	assert_null(events_at_or_after(events, 0));
	for (uint32_t i = 1; i <= 10; i++)
		add(events, i);
	assert_int_equal(event_from(events, 0)->id, 8);
	assert_int_equal(event_from(events, 7)->id, 8);
	assert_int_equal(event_from(events, 8)->addr, 8);
	assert_int_equal(event_from(events, 9)->id, 9);
	assert_int_equal(event_from(events, 10)->id, 10);
	assert_null(events_at_or_after(events, 11));
	assert_null(events_at_or_after(events, UINT32_MAX));
	events_free(events);
}

static void
log_that_is_not_full(void **state)
{
	struct events *events = new_events(3, 100);

	(void)state;
	add(events, 1);
	assert_int_equal(event_from(events, 0)->id, 1);
	assert_null(events_at_or_after(events, 2));
	events_free(events);
}

static void
one_in_flight_for_each_manager(void **state)
{
	struct events *events = new_events(10, 10);

	(void)state;
	add(events, 7); /* 1 */
	add(events, 7); /* 2 */
	add(events, 8); /* 3 */
	assert_int_equal(take(events), 1);
	assert_int_equal(take(events), 3);
	assert_int_equal(take(events), 0);
	events_conclude(events, 1, EVENT_ACCEPTED);
	assert_int_equal(take(events), 2);
	assert_int_equal(take(events), 0);
	assert_int_equal(events_counts(events).queued, 2);
	assert_int_equal(events_counts(events).sent, 1);
	events_free(events);
}

static void
unanswered_goes_out_again_in_order(void **state)
{
	struct events *events = new_events(10, 10);

	(void)state;
	add(events, 7);
	add(events, 7);
	add(events, 8);
	take(events);
	take(events);
	events_conclude(events, 3, EVENT_RETRY);
	events_conclude(events, 1, EVENT_RETRY);
	assert_int_equal(take(events), 1);
	assert_int_equal(take(events), 3);
	assert_int_equal(events_counts(events).resent, 2);
	assert_int_equal(events_counts(events).queued, 3);
	events_free(events);
}

static void
refused_is_dropped_and_blocks_nothing(void **state)
{
	struct events *events = new_events(10, 10);

	(void)state;
	add(events, 7);
	add(events, 7);
	take(events);
	events_conclude(events, 1, EVENT_REFUSED);
	assert_int_equal(events_counts(events).dropped, 1);
	assert_int_equal(events_counts(events).queued, 1);
	assert_int_equal(take(events), 2);
	events_free(events);
}

static void
settling_what_is_not_in_flight_changes_nothing(void **state)
{
	struct events *events = new_events(10, 10);

	(void)state;
	add(events, 7);
	events_conclude(events, 1, EVENT_ACCEPTED);
	events_conclude(events, 99, EVENT_ACCEPTED);
	assert_int_equal(events_counts(events).queued, 1);
	assert_int_equal(events_counts(events).sent, 0);
	assert_int_equal(take(events), 1);
	events_conclude(events, 0, EVENT_ACCEPTED);
	assert_int_equal(events_counts(events).sent, 0);
	events_conclude(events, 1, EVENT_ACCEPTED);
	events_conclude(events, 1, EVENT_ACCEPTED);
	assert_int_equal(events_counts(events).sent, 1);
	events_free(events);
}

static void
full_queue_counts_what_it_drops(void **state)
{
	struct events *events = new_events(10, 2);

	(void)state;
	for (uint32_t i = 1; i <= 5; i++)
		add(events, i);
	assert_int_equal(events_counts(events).queued, 2);
	assert_int_equal(events_counts(events).dropped, 3);
	assert_int_equal(event_from(events, 5)->id, 5);
	events_free(events);
}

static void
what_is_not_queued_is_logged_all_the_same(void **state)
{
	const struct event event = {.type = EVENT_DISAPPEARED, .addr = 7};
	struct events *events = new_events(10, 2);

	(void)state;
	assert_true(events_add(events, &event, false));
	events_release(events, 1);
	assert_int_equal(take(events), 0);
	assert_int_equal(event_from(events, 1)->type, EVENT_DISAPPEARED);
	assert_int_equal(events_counts(events).queued, 0);
	events_free(events);
}

static void
resizing_keeps_the_last(void **state)
{
	struct events *events = new_events(4, 2);

	(void)state;
	assert_int_equal(events_resize(events, 5, 2), 0);
	assert_null(events_at_or_after(events, 0));
	for (uint32_t i = 1; i <= 9; i++)
		add(events, i);
	assert_int_equal(events_resize(events, 3, 1), 0);
	assert_int_equal(event_from(events, 0)->id, 7);
	assert_int_equal(event_from(events, 9)->addr, 9);
	assert_int_equal(events_counts(events).queued, 2);
	assert_int_equal(events_resize(events, 7, 10), 0);
	add(events, 10);
	assert_int_equal(event_from(events, 0)->id, 7);
	assert_int_equal(event_from(events, 10)->addr, 10);
	assert_int_equal(events_counts(events).queued, 3);
	events_free(events);
}

static void
full_queue_takes_nothing(void **state)
{
	const struct event event = {.type = EVENT_DISAPPEARED, .addr = 7};
	struct events *events = new_events(10, 2);

	(void)state;
	assert_int_equal(events_room(events), 2);
	assert_true(events_add(events, &event, true));
	assert_true(events_add(events, &event, true));
	assert_int_equal(events_room(events), 0);
	assert_false(events_add(events, &event, true));
	assert_true(events_add(events, &event, false));
	assert_int_equal(events_counts(events).dropped, 1);
	events_release(events, 4);
	events_conclude(events, take(events), EVENT_ACCEPTED);
	assert_int_equal(events_room(events), 1);
	events_resize(events, 10, 1);
	assert_int_equal(events_room(events), 0);
	events_free(events);
}

static void
nothing_goes_out_before_it_is_saved(void **state)
{
	struct events *events = new_events(10, 10);

	(void)state;
	for (uint32_t addr = 1; addr <= 4; addr++)
		add_unsaved(events, addr);
	assert_int_equal(take(events), 0);
	events_release(events, 2);
	events_release(events, 1); /* comes late, and changes nothing */
	assert_int_equal(take(events), 1);
	assert_int_equal(take(events), 2);
	assert_int_equal(take(events), 0);
	events_conclude(events, 1, EVENT_RETRY);
	assert_int_equal(take(events), 1);
	events_release(events, 4);
	assert_int_equal(take(events), 3);
	events_release(events, 1000); /* not given yet */
	add_unsaved(events, 9);
	assert_int_equal(take(events), 4);
	assert_int_equal(take(events), 0);
	events_free(events);
}

static void
nothing_waits_for_ever_to_be_saved(void **state)
{
	struct events *events = new_events(10, 10);

	(void)state;
	add_unsaved(events, 1);
	assert_int_equal(take_at(events, EVENTS_HOLD_US - 1), 0);
	assert_int_equal(take_at(events, EVENTS_HOLD_US), 1);
	events_free(events);
}

static void
hold_ends_for_one_after_the_other(void **state)
{
	struct events *events = new_events(10, 10);

	(void)state;
	add_at(events, 1, 100); /* 1 */
	add_at(events, 1, 150); /* 2 */
	add_at(events, 2, 200); /* 3 */
	add_at(events, 3, 300); /* 4 */
	assert_int_equal(take_at(events, EVENTS_HOLD_US + 99), 0);
	assert_int_equal(take_at(events, EVENTS_HOLD_US + 199), 1);
	assert_int_equal(take_at(events, EVENTS_HOLD_US + 199), 0);
	/* The second has to wait for the first, but the third does not. */
	assert_int_equal(take_at(events, EVENTS_HOLD_US + 299), 3);
	assert_int_equal(take_at(events, EVENTS_HOLD_US + 299), 0);
	events_conclude(events, 1, EVENT_RETRY);
	assert_int_equal(take_at(events, EVENTS_HOLD_US + 299), 1);
	events_conclude(events, 1, EVENT_ACCEPTED);
	assert_int_equal(take_at(events, EVENTS_HOLD_US + 299), 2);
	assert_int_equal(take_at(events, EVENTS_HOLD_US + 299), 0);
	events_release(events, 4);
	assert_int_equal(take_at(events, 300), 4);
	events_free(events);
}

static void
hold_keeps_the_order_whatever_the_times(void **state)
{
	struct events *events = new_events(10, 10);

	(void)state;
	add_at(events, 1, 200);
	add_at(events, 1, 100);
	assert_int_equal(take_at(events, EVENTS_HOLD_US + 199), 0);
	assert_int_equal(take_at(events, EVENTS_HOLD_US + 200), 1);
	events_free(events);
}

static void
unsaved_holds_back_only_what_came_later(void **state)
{
	struct events *events = new_events(10, 10);

	(void)state;
	add(events, 1);         /* 1 */
	add(events, 2);         /* 2 */
	add_unsaved(events, 1); /* 3 */
	assert_int_equal(take(events), 1);
	events_conclude(events, 1, EVENT_ACCEPTED);
	assert_int_equal(take(events), 2);
	assert_int_equal(take(events), 0);
	events_conclude(events, 2, EVENT_RETRY);
	assert_int_equal(take(events), 2);
	events_free(events);
}

static void
what_is_of_no_manager_is_ordered_too(void **state)
{
	struct events *events = new_events(10, 10);

	(void)state;
	add(events, 0);
	add(events, 0);
	assert_int_equal(take(events), 1);
	assert_int_equal(take(events), 0);
	events_conclude(events, 1, EVENT_ACCEPTED);
	assert_int_equal(take(events), 2);
	events_free(events);
}

/* The search in the ring, wherever it begins, against all of its events in a row. */
static void
each_is_found_in_spite_of_gaps(void **state)
{
	static const uint32_t gaps[] = {1, 3, 1, 1, 7, 2, 1, 20, 4, 1, 1, 9};
	const size_t count = sizeof(gaps) / sizeof(gaps[0]);
	struct event_record records[sizeof(gaps) / sizeof(gaps[0])];
	uint32_t id = 0;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		id += gaps[i];
		records[i] = (struct event_record){.event = {.id = id}, .logged = true};
	}
	for (size_t size = 1; size <= count + 1; size++) {
		struct events *events = new_events(size, 1);
		size_t first = size < count ? count - size : 0;

		assert_int_equal(events_restore(events, records, count, id), 0);
		for (uint32_t from = 0; from <= id; from++) {
			if (from > records[first].event.id)
				first++;
			assert_int_equal(event_from(events, from)->id, records[first].event.id);
		}
		assert_null(events_at_or_after(events, id + 1));
		events_free(events);
	}
}

static void
no_memory_for_the_queue(void **state)
{
	const struct event event = {.type = EVENT_DISAPPEARED, .addr = 7};
	struct events *events = new_events(10, 2);

	(void)state;
	no_memory = true;
	assert_false(events_add(events, &event, true));
	assert_true(events_add(events, &event, false));
	no_memory = false;
	assert_int_equal(events_counts(events).dropped, 1);
	assert_int_equal(events_counts(events).queued, 0);
	assert_int_equal(event_from(events, 0)->id, 1);
	assert_int_equal(add(events, 7), 3);
	assert_int_equal(take(events), 3);
	events_free(events);
}

static void
no_memory_changes_no_limit(void **state)
{
	static const struct event_record record = {.event = {.id = 9}, .queued = true};
	struct events *events = new_events(2, 2);
	int resized, restored;

	(void)state;
	add(events, 1);
	no_memory = true;
	assert_null(events_new(2, 2));
	resized = events_resize(events, 10, 10);
	no_memory = false;
	assert_int_equal(resized, -1);
	assert_int_equal(events_room(events), 1);
	assert_int_equal(event_from(events, 0)->id, 1);
	events_free(events);

	events = new_events(2, 2);
	no_memory = true;
	restored = events_restore(events, &record, 1, 9);
	no_memory = false;
	assert_int_equal(restored, -1);
	events_free(events);
}

/* Two in the queue are older than the log, one of them in flight. */
static void
export_has_each_event_once(void **state)
{
	const struct event unqueued = {.type = EVENT_CHANGED, .addr = 9};
	struct events *events = new_events(2, 10);
	struct event_record records[5];

	(void)state;
	for (uint32_t addr = 1; addr <= 4; addr++)
		add(events, addr);
	take(events);
	events_conclude(events, take(events), EVENT_ACCEPTED); /* 2 */
	events_add(events, &unqueued, false);
	assert_int_equal(events_export_count(events), 4);
	events_export(events, records);
	for (int i = 0; i < 4; i++) {
		static const uint32_t ids[] = {1, 3, 4, 5};
		static const bool logged[] = {false, false, true, true};
		static const bool queued[] = {true, true, true, false};

		assert_int_equal(records[i].event.id, ids[i]);
		assert_int_equal(records[i].logged, logged[i]);
		assert_int_equal(records[i].queued, queued[i]);
	}
	assert_int_equal(records[0].event.addr, 1);
	assert_int_equal(records[3].event.type, EVENT_CHANGED);
	events_free(events);
}

static void
restored_goes_on_where_it_was(void **state)
{
	static const struct event_record records[] = {
	    {.event = {.id = 3, .addr = 1}, .queued = true},
	    {.event = {.id = 5, .addr = 1}, .queued = true, .logged = true},
	    {.event = {.id = 9, .addr = 2}, .logged = true},
	    {.event = {.id = 12, .addr = 3}, .queued = true, .logged = true},
	};
	struct event_record again[8];
	struct events *events = new_events(10, 1); /* fewer than there are */

	(void)state;
	assert_int_equal(events_restore(events, records, 4, 1000), 0);
	assert_int_equal(events_last_id(events), 1000);
	assert_int_equal(events_counts(events).queued, 3);
	assert_int_equal(events_counts(events).dropped, 0);
	assert_int_equal(event_from(events, 0)->id, 5);
	assert_int_equal(event_from(events, 6)->id, 9);
	assert_int_equal(event_from(events, 10)->id, 12);
	assert_null(events_at_or_after(events, 13));
	assert_int_equal(events_export_count(events), 4);
	events_export(events, again);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(again[i].event.id, records[i].event.id);
		assert_int_equal(again[i].logged, records[i].logged);
		assert_int_equal(again[i].queued, records[i].queued);
	}
	assert_int_equal(take(events), 3);
	assert_int_equal(take(events), 12);
	events_conclude(events, 3, EVENT_ACCEPTED);
	assert_int_equal(take(events), 5);
	events_conclude(events, 5, EVENT_ACCEPTED);
	events_conclude(events, 12, EVENT_ACCEPTED);
	assert_int_equal(add_unsaved(events, 4), 1001);
	assert_int_equal(take(events), 0);
	events_release(events, 999); /* of those before, all are released */
	assert_int_equal(take(events), 0);
	events_release(events, 1001);
	assert_int_equal(take(events), 1001);
	assert_int_equal(event_from(events, 13)->id, 1001);
	events_free(events);
}

static void
assert_exports(const struct events *events, const struct event_record records[], size_t count)
{
	struct event_record again[8];

	assert_int_equal(events_export_count(events), count);
	events_export(events, again);
	for (size_t i = 0; i < count; i++) {
		assert_memory_equal(&again[i].event, &records[i].event, sizeof(again[i].event));
		assert_int_equal(again[i].logged, records[i].logged);
		assert_int_equal(again[i].queued, records[i].queued);
	}
}

static void
assert_exported_ids(const struct events *events)
{
	static const uint32_t ids[] = {1, 2, 4, 5, 6};
	struct event_record records[8];

	assert_int_equal(events_export_count(events), 5);
	events_export(events, records);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(records[i].event.id, ids[i]);
}

/* Those in flight and those waiting alternate. */
static void
export_and_restore_change_nothing(void **state)
{
	struct event event = {
	    .type = EVENT_CHANGED,
	    .addr = 1,
	    .status = MANAGER_UP,
	    .hostname = "host",
	    .former_hostname = "former",
	    .time = {.wall_ms = 1234},
	};
	struct events *events = new_events(3, 10);
	struct events *restored = new_events(3, 10);
	struct event_record records[8];
	size_t count;

	(void)state;
	for (uint32_t addr = 1; addr <= 3; addr++) {
		event.addr = addr;
		events_add(events, &event, true);
		events_add(events, &event, true);
	}
	events_release(events, 6);
	assert_int_equal(take(events), 1);
	assert_int_equal(take(events), 3);
	assert_int_equal(take(events), 5);
	events_conclude(events, 3, EVENT_REFUSED);
	assert_int_equal(take(events), 4); /* after a later one */
	assert_exported_ids(events);
	events_conclude(events, 5, EVENT_RETRY); /* to between 2 and 6 */
	assert_exported_ids(events);
	count = events_export_count(events);
	events_export(events, records);
	assert_string_equal(records[4].event.former_hostname, "former");

	assert_int_equal(events_restore(restored, records, count, 6), 0);
	assert_exports(restored, records, count);
	assert_int_equal(events_counts(restored).queued, 5);
	assert_int_equal(events_counts(restored).sent, 0);
	assert_int_equal(events_counts(restored).resent, 0);
	assert_int_equal(events_counts(restored).dropped, 0);
	assert_int_equal(take(restored), 1);
	assert_int_equal(take(restored), 4);
	assert_int_equal(take(restored), 5);
	assert_int_equal(take(restored), 0);
	events_free(restored);
	events_free(events);
}

static void
what_was_restored_takes_room(void **state)
{
	static const struct event_record records[] = {
	    {.event = {.id = 1, .addr = 1}, .queued = true},
	    {.event = {.id = 2, .addr = 2}, .queued = true},
	    {.event = {.id = 3, .addr = 3}, .queued = true},
	};
	const struct event event = {.type = EVENT_APPEARED, .addr = 9};
	struct events *events = new_events(10, 2);

	(void)state;
	assert_int_equal(events_restore(events, records, 3, 3), 0);
	assert_int_equal(events_room(events), 0);
	assert_false(events_add(events, &event, true));
	assert_int_equal(events_counts(events).dropped, 1);
	events_conclude(events, take(events), EVENT_ACCEPTED);
	assert_int_equal(events_room(events), 0);
	assert_false(events_add(events, &event, true));
	events_conclude(events, take(events), EVENT_ACCEPTED);
	assert_int_equal(events_room(events), 1);
	assert_int_equal(events_resize(events, 10, 5), 0);
	assert_int_equal(events_room(events), 4);
	assert_true(events_add(events, &event, true));
	assert_int_equal(events_counts(events).queued, 2);
	assert_int_equal(take(events), 3);
	events_free(events);
}

static void
nothing_to_restore(void **state)
{
	struct events *events = new_events(2, 2);

	(void)state;
	assert_int_equal(events_export_count(events), 0);
	assert_int_equal(events_restore(events, NULL, 0, 0), 0);
	assert_int_equal(events_last_id(events), 0);
	assert_null(events_at_or_after(events, 0));
	assert_int_equal(add(events, 7), 1);
	events_free(events);
}

static void
smaller_log_has_the_last_of_the_restored(void **state)
{
	struct event_record records[5] = {{.logged = true}};
	struct events *events = new_events(2, 10);

	(void)state;
	for (uint32_t i = 0; i < 5; i++)
		records[i] = (struct event_record){.event = {.id = 10 * i + 10}, .logged = true};
	events_restore(events, records, 5, 50);
	assert_int_equal(event_from(events, 0)->id, 40);
	events_resize(events, 4, 10);
	add(events, 1);
	assert_int_equal(event_from(events, 0)->id, 40);
	assert_int_equal(event_from(events, 41)->id, 50);
	assert_int_equal(event_from(events, 51)->id, 51);
	events_free(events);
}

static void
ids_begin_anew_when_there_are_no_more(void **state)
{
	struct events *events = new_events(10, 10);

	(void)state;
	events_restore(events, NULL, 0, UINT32_MAX - 1);
	assert_int_equal(add_unsaved(events, 7), UINT32_MAX);
	assert_int_equal(add_unsaved(events, 7), 1);
	assert_int_equal(event_from(events, 0)->id, 1);
	assert_null(events_at_or_after(events, 2));
	events_release(events, 1);
	assert_int_equal(take(events), UINT32_MAX);
	events_conclude(events, UINT32_MAX, EVENT_RETRY);
	assert_int_equal(take(events), UINT32_MAX);
	events_conclude(events, UINT32_MAX, EVENT_ACCEPTED);
	assert_int_equal(take(events), 1);
	events_free(events);
}

static void
release_of_an_id_from_before_they_began_anew(void **state)
{
	struct events *events = new_events(10, 10);

	(void)state;
	events_restore(events, NULL, 0, UINT32_MAX - 2);
	add_unsaved(events, 1); /* UINT32_MAX - 1 */
	add_unsaved(events, 2); /* UINT32_MAX */
	add_unsaved(events, 3); /* 1 */
	add_unsaved(events, 4); /* 2 */
	events_release(events, UINT32_MAX - 2);
	assert_int_equal(take(events), 0);
	events_release(events, UINT32_MAX - 1);
	assert_int_equal(take(events), UINT32_MAX - 1);
	assert_int_equal(take(events), 0);
	events_release(events, UINT32_MAX);
	assert_int_equal(take(events), UINT32_MAX);
	assert_int_equal(take(events), 0);
	events_release(events, 1);
	events_release(events, UINT32_MAX); /* comes late */
	assert_int_equal(take(events), 1);
	assert_int_equal(take(events), 0);
	events_release(events, 2);
	assert_int_equal(take(events), 2);
	events_free(events);
}

/* As a restart takes them: none above the last id, each higher than the one before. */
static void
export_after_ids_began_anew(void **state)
{
	static const struct event_record old = {.event = {.id = 2, .addr = 1}, .queued = true};
	struct events *events = new_events(10, 10);
	struct event_record records[8];
	size_t count;

	(void)state;
	events_restore(events, &old, 1, UINT32_MAX - 2);
	add(events, 2); /* UINT32_MAX - 1 */
	add(events, 3); /* UINT32_MAX */
	assert_int_equal(events_export_count(events), 3);
	take(events);
	take(events);
	for (uint32_t addr = 4; addr <= 6; addr++)
		add(events, addr);
	events_conclude(events, 2, EVENT_RETRY);
	count = events_export_count(events);
	assert_int_equal(count, 3);
	events_export(events, records);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(records[i].event.id, i + 1);
		assert_true(records[i].logged && records[i].queued);
		assert_int_equal(records[i].event.addr, i + 4);
	}
	assert_int_equal(take(events), 2); /* they still go out, and first */
	assert_int_equal(take(events), UINT32_MAX);
	assert_int_equal(take(events), 1);
	assert_int_equal(events_counts(events).queued, 6);
	events_free(events);
}

static void
free_of_null(void **state)
{
	(void)state;
	events_free(NULL);
}

static void
skipped_ids_are_not_given(void **state)
{
	struct events *events = new_events(10, 10);

	(void)state;
	assert_int_equal(add_unsaved(events, 1), 1);
	events_skip(events, 1000);
	assert_int_equal(events_last_id(events), 1000);
	assert_int_equal(add_unsaved(events, 2), 1001);
	events_skip(events, 1001);
	assert_int_equal(add_unsaved(events, 3), 1002);
	events_release(events, 1);
	assert_int_equal(take(events), 1);
	assert_int_equal(take(events), 0);
	events_release(events, 1001);
	assert_int_equal(take(events), 1001);
	assert_int_equal(take(events), 0);
	events_release(events, 1002);
	assert_int_equal(take(events), 1002);
	assert_int_equal(event_from(events, 2)->id, 1001);
	events_skip(events, UINT32_MAX);
	assert_int_equal(add_unsaved(events, 4), 1);
	events_release(events, 1);
	assert_int_equal(take(events), 1);
	events_free(events);
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
	    cmocka_unit_test(full_queue_takes_nothing),
	    cmocka_unit_test(nothing_goes_out_before_it_is_saved),
	    cmocka_unit_test(nothing_waits_for_ever_to_be_saved),
	    cmocka_unit_test(hold_ends_for_one_after_the_other),
	    cmocka_unit_test(hold_keeps_the_order_whatever_the_times),
	    cmocka_unit_test(unsaved_holds_back_only_what_came_later),
	    cmocka_unit_test(what_is_of_no_manager_is_ordered_too),
	    cmocka_unit_test(each_is_found_in_spite_of_gaps),
	    cmocka_unit_test(no_memory_for_the_queue),
	    cmocka_unit_test(no_memory_changes_no_limit),
	    cmocka_unit_test(export_has_each_event_once),
	    cmocka_unit_test(restored_goes_on_where_it_was),
	    cmocka_unit_test(export_and_restore_change_nothing),
	    cmocka_unit_test(what_was_restored_takes_room),
	    cmocka_unit_test(nothing_to_restore),
	    cmocka_unit_test(smaller_log_has_the_last_of_the_restored),
	    cmocka_unit_test(ids_begin_anew_when_there_are_no_more),
	    cmocka_unit_test(release_of_an_id_from_before_they_began_anew),
	    cmocka_unit_test(export_after_ids_began_anew),
	    cmocka_unit_test(skipped_ids_are_not_given),
	    cmocka_unit_test(free_of_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
