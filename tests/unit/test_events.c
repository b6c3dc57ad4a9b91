/* SPDX-License-Identifier: BSD-2-Clause */
/* events.c with memory that runs out when the test says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool no_memory;

static void *
try_calloc(size_t count, size_t size)
{
	return no_memory ? NULL : calloc(count, size);
}

#define calloc try_calloc
#include "core/events.c"
#undef calloc

static struct events *
new_events(size_t log_size, size_t queue_limit)
{
	struct events *events = events_new(log_size, queue_limit);

	if (events == NULL)
		abort();
	return events;
}

static struct events *
new_saved(size_t log_size, size_t queue_limit)
{
	struct events *events = new_events(log_size, queue_limit);

	events_start_saving(events);
	return events;
}

/* The one at or after `from`, which there is. */
static const struct event *
event_from(const struct events *events, uint32_t from)
{
	const struct event *event = events_at_or_after(events, from);

	assert_non_null(event);
	if (event == NULL)
		abort(); /* compilers assume that assert_non_null() may return */
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
	events_resize(events, 5, 2);
	assert_null(events_at_or_after(events, 0));
	for (uint32_t i = 1; i <= 9; i++)
		add(events, i);
	events_resize(events, 3, 1);
	assert_int_equal(event_from(events, 0)->id, 7);
	assert_int_equal(event_from(events, 9)->addr, 9);
	assert_int_equal(events_counts(events).queued, 2);
	events_resize(events, 7, 10);
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
	struct events *events = new_saved(10, 10);

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
	struct events *events = new_saved(10, 10);

	(void)state;
	add_unsaved(events, 1);
	assert_int_equal(take_at(events, EVENTS_HOLD_US - 1), 0);
	assert_int_equal(take_at(events, EVENTS_HOLD_US), 1);
	events_free(events);
}

static void
hold_ends_for_one_after_the_other(void **state)
{
	struct events *events = new_saved(10, 10);

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
	struct events *events = new_saved(10, 10);

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
	struct events *events = new_saved(10, 10);

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
		records[i] = (struct event_record){.event = {.id = id}};
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
	struct events *events = new_saved(10, 2);

	(void)state;
	no_memory = true;
	assert_false(events_add(events, &event, true));
	assert_true(events_add(events, &event, false));
	no_memory = false;
	assert_int_equal(events_counts(events).dropped, 1);
	assert_int_equal(events_counts(events).queued, 0);
	assert_null(events_at_or_after(events, 0));
	assert_int_equal(add_unsaved(events, 7), 3);
	events_release(events, 2);
	assert_int_equal(take(events), 0);
	events_release(events, 3);
	assert_int_equal(take(events), 3);
	assert_int_equal(event_from(events, 0)->id, 3);
	events_free(events);
}

static void
no_memory_to_begin_with(void **state)
{
	static const struct event_record record = {.event = {.id = 9}, .queued = true};
	struct events *events = new_events(2, 2);
	int restored;

	(void)state;
	no_memory = true;
	assert_null(events_new(2, 2));
	restored = events_restore(events, &record, 1, 9);
	no_memory = false;
	assert_int_equal(restored, -1);
	events_free(events);
}

/* What a save would have now. */
static struct changes export(const struct events *events, bool all)
{
	static struct event_record records[16];
	struct changes changes = {.state.events = records};

	assert_in_range(events_export_count(events, all), 0, 16);
	memset(records, 0xee, sizeof(records));
	events_export(events, all, &changes);
	assert_int_equal(changes.state.event_count, events_export_count(events, all));
	return changes;
}

/* "1q 2" if it has the event 1, which is queued, and the event 2, which is not. */
static void
assert_has(const struct changes *changes, const char *expected)
{
	char text[256] = "";

	for (size_t i = 0; i < changes->state.event_count; i++) {
		const struct event_record *record = &changes->state.events[i];
		const size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used, "%s%u%s", used > 0 ? " " : "",
			 record->event.id, record->queued ? "q" : "");
	}
	assert_string_equal(text, expected);
}

static void
assert_exports(const struct events *events, bool all, const char *expected)
{
	const struct changes changes = export(events, all);

	assert_has(&changes, expected);
}

static void
save(struct events *events)
{
	const struct changes changes = export(events, false);

	events_note_saved(events, &changes);
}

static void
add_unqueued(struct events *events)
{
	static const struct event event = {.type = EVENT_CHANGED, .addr = 9};

	events_add(events, &event, false);
}

/* Two in the queue are older than the log, one of them in flight. */
static void
export_has_each_event_once(void **state)
{
	struct events *events = new_events(2, 10);
	struct changes changes;

	(void)state;
	for (uint32_t addr = 1; addr <= 4; addr++)
		add(events, addr);
	take(events);
	events_conclude(events, take(events), EVENT_ACCEPTED); /* 2 */
	add_unqueued(events);
	changes = export(events, true);
	assert_has(&changes, "1q 3q 4q 5");
	assert_int_equal(changes.state.events[0].event.addr, 1);
	assert_int_equal(changes.state.events[3].event.type, EVENT_CHANGED);
	events_free(events);
}

static void
export_has_what_changed(void **state)
{
	struct events *events = new_saved(10, 10);

	(void)state;
	assert_exports(events, false, "");
	for (uint32_t addr = 1; addr <= 3; addr++)
		add(events, addr);
	assert_exports(events, false, "1q 2q 3q");
	assert_exports(events, false, "1q 2q 3q"); /* a save that failed leaves it so */
	save(events);
	assert_exports(events, false, "");
	assert_exports(events, true, "1q 2q 3q");
	assert_int_equal(take(events), 1);
	assert_int_equal(take(events), 2);
	assert_exports(events, false, "");
	events_conclude(events, 2, EVENT_RETRY);
	assert_exports(events, false, "");
	events_conclude(events, 1, EVENT_REFUSED);
	add_unqueued(events);
	assert_exports(events, false, "1 4");
	events_conclude(events, take(events), EVENT_ACCEPTED);
	assert_exports(events, false, "1 2 4");
	assert_exports(events, true, "1 2 3q 4");
	save(events);
	assert_exports(events, false, "");
	assert_exports(events, true, "1 2 3q 4");
	events_free(events);
}

/* What happens while the disk is at work is for the next save. */
static void
save_forgets_only_what_it_had(void **state)
{
	struct events *events = new_saved(10, 10);
	struct changes first, whole;

	(void)state;
	add(events, 1);
	add(events, 2);
	assert_int_equal(take(events), 1);
	first = export(events, false);
	add(events, 3);
	events_conclude(events, 1, EVENT_ACCEPTED);
	events_note_saved(events, &first);
	assert_exports(events, false, "1 3q");
	whole = export(events, true);
	add(events, 4);
	events_note_saved(events, &whole);
	assert_exports(events, false, "4q");
	events_note_saved(events, &first); /* comes late */
	assert_exports(events, false, "4q");
	events_free(events);
}

/* Neither logged nor queued, but only here. */
static void
unsaved_events_are_kept(void **state)
{
	struct events *events = new_saved(2, 10);

	(void)state;
	for (uint32_t addr = 1; addr <= 4; addr++)
		add(events, addr);
	for (uint32_t id = 1; id <= 4; id++)
		events_conclude(events, take(events), EVENT_ACCEPTED);
	assert_exports(events, true, "1 2 3 4");
	assert_exports(events, false, "1 2 3 4");
	assert_int_equal(event_from(events, 0)->id, 3);
	save(events);
	assert_exports(events, true, "3 4");
	/* One that is saved as queued, and is not queued any more. */
	add(events, 5);
	save(events);
	add_unqueued(events);
	add_unqueued(events);
	assert_int_equal(take(events), 5);
	save(events);
	assert_exports(events, true, "5q 6 7");
	events_conclude(events, 5, EVENT_ACCEPTED);
	assert_exports(events, false, "5");
	assert_exports(events, true, "5 6 7");
	save(events);
	assert_exports(events, true, "6 7");
	assert_int_equal(events_counts(events).forgotten, 0);
	events_free(events);
}

static void
without_saves_nothing_is_kept(void **state)
{
	struct events *events = new_events(2, 10);

	(void)state;
	for (uint32_t addr = 1; addr <= 4; addr++)
		add_unsaved(events, addr);
	for (uint32_t id = 1; id <= 4; id++)
		events_conclude(events, take(events), EVENT_ACCEPTED);
	assert_exports(events, true, "3 4");
	/* If saving starts, they are saved with the rest. */
	events_start_saving(events);
	assert_exports(events, false, "3 4");
	add_unsaved(events, 5);
	assert_int_equal(take(events), 0);
	events_free(events);
}

static void
unsaved_events_are_limited(void **state)
{
	struct events *events = new_saved(1, 2);

	(void)state;
	add(events, 1); /* queued, and the oldest */
	for (uint32_t i = 0; i < EVENTS_UNSAVED_MAX + 1; i++)
		add_unqueued(events);
	/* All but the first, which is queued, and the last, which is logged. */
	assert_int_equal(events_export_count(events, true), EVENTS_UNSAVED_MAX + 2);
	assert_int_equal(events_counts(events).forgotten, 0);
	add_unqueued(events);
	add_unqueued(events);
	assert_int_equal(events_export_count(events, true), EVENTS_UNSAVED_MAX + 2);
	assert_int_equal(events_export_count(events, false), EVENTS_UNSAVED_MAX + 2);
	assert_int_equal(events_counts(events).forgotten, 2);
	assert_int_equal(take(events), 1);
	events_conclude(events, 1, EVENT_RETRY);
	assert_int_equal(take(events), 1);
	events_free(events);
}

static void
restored_goes_on_where_it_was(void **state)
{
	static const struct event_record records[] = {
	    {.event = {.id = 3, .addr = 1}, .queued = true},  {.event = {.id = 4, .addr = 1}},
	    {.event = {.id = 5, .addr = 1}, .queued = true},  {.event = {.id = 9, .addr = 2}},
	    {.event = {.id = 12, .addr = 3}, .queued = true},
	};
	struct events *events = new_saved(3, 1); /* fewer than there are */

	(void)state;
	assert_int_equal(events_restore(events, records, 5, 1000), 0);
	assert_int_equal(events_last_id(events), 1000);
	assert_int_equal(events_counts(events).queued, 3);
	assert_int_equal(events_counts(events).dropped, 0);
	assert_int_equal(event_from(events, 0)->id, 5);
	assert_int_equal(event_from(events, 6)->id, 9);
	assert_int_equal(event_from(events, 10)->id, 12);
	assert_null(events_at_or_after(events, 13));
	assert_exports(events, true, "3q 5q 9 12q");
	assert_exports(events, false, "");
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
	assert_exports(events, false, "3 5 12 1001q");
	events_free(events);
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
	    .previous_hostname = "before",
	    .time = {.wall_ms = 1234},
	};
	struct events *events = new_saved(3, 10);
	struct events *restored = new_saved(3, 10);
	struct changes changes, again;
	struct event_record records[8];

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
	assert_exports(events, true, "1q 2q 3 4q 5q 6q");
	events_conclude(events, 5, EVENT_RETRY); /* to between 2 and 6 */
	changes = export(events, true);
	assert_has(&changes, "1q 2q 3 4q 5q 6q");
	memcpy(records, changes.state.events, sizeof(records));

	assert_int_equal(events_restore(restored, records, 6, 6), 0);
	again = export(restored, true);
	assert_has(&again, "1q 2q 4q 5q 6q");
	assert_memory_equal(&again.state.events[4].event, &records[5].event, sizeof(event));
	assert_string_equal(again.state.events[4].event.previous_hostname, "before");
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
	events_resize(events, 10, 5);
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
	assert_int_equal(events_export_count(events, true), 0);
	assert_int_equal(events_restore(events, NULL, 0, 0), 0);
	assert_int_equal(events_last_id(events), 0);
	assert_null(events_at_or_after(events, 0));
	assert_int_equal(add(events, 7), 1);
	events_free(events);
}

static void
log_has_the_last_of_the_restored(void **state)
{
	struct event_record records[5];
	struct events *events = new_events(2, 10);

	(void)state;
	for (uint32_t i = 0; i < 5; i++)
		records[i] = (struct event_record){.event = {.id = 10 * i + 10}};
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
	struct events *events = new_saved(10, 10);

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
	struct events *events = new_saved(10, 10);

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

/* Those from before are not logged any more, but queued and saved all the same. */
static void
saved_when_ids_began_again(void **state)
{
	static const struct event_record old = {.event = {.id = 4000000000, .addr = 1},
						.queued = true};
	struct events *events = new_saved(10, 10), *restored = new_saved(10, 10);
	struct changes changes;

	(void)state;
	events_restore(events, &old, 1, UINT32_MAX - 1);
	add(events, 2);       /* UINT32_MAX */
	add_unqueued(events); /* 1 */
	add(events, 4);       /* 2 */
	changes = export(events, true);
	assert_has(&changes, "4000000000q 4294967295q 1 2q");
	events_restore(restored, changes.state.events, 4, 2);
	assert_int_equal(event_from(restored, 0)->id, 1);
	assert_int_equal(event_from(restored, 2)->id, 2);
	assert_null(events_at_or_after(restored, 3));
	assert_exports(restored, true, "4000000000q 4294967295q 1 2q");
	assert_int_equal(take(restored), 4000000000);
	assert_int_equal(take(restored), UINT32_MAX);
	assert_int_equal(take(restored), 2);
	assert_int_equal(add(restored, 6), 3);
	events_free(restored);
	events_free(events);
}

/* As if there were no memory. */
static void
id_that_is_still_in_use(void **state)
{
	static const struct event_record old = {.event = {.id = 1, .addr = 1}, .queued = true};
	struct events *events = new_saved(10, 10);

	(void)state;
	events_restore(events, &old, 1, UINT32_MAX);
	assert_int_equal(add(events, 2), 1);
	assert_int_equal(events_counts(events).dropped, 1);
	assert_int_equal(add(events, 3), 2);
	assert_exports(events, true, "1q 2q");
	assert_int_equal(take(events), 1);
	assert_int_equal(take(events), 2);
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
	struct events *events = new_saved(10, 10);

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
	    cmocka_unit_test(no_memory_to_begin_with),
	    cmocka_unit_test(export_has_each_event_once),
	    cmocka_unit_test(export_has_what_changed),
	    cmocka_unit_test(save_forgets_only_what_it_had),
	    cmocka_unit_test(unsaved_events_are_kept),
	    cmocka_unit_test(without_saves_nothing_is_kept),
	    cmocka_unit_test(unsaved_events_are_limited),
	    cmocka_unit_test(restored_goes_on_where_it_was),
	    cmocka_unit_test(export_and_restore_change_nothing),
	    cmocka_unit_test(what_was_restored_takes_room),
	    cmocka_unit_test(nothing_to_restore),
	    cmocka_unit_test(log_has_the_last_of_the_restored),
	    cmocka_unit_test(ids_begin_anew_when_there_are_no_more),
	    cmocka_unit_test(release_of_an_id_from_before_they_began_anew),
	    cmocka_unit_test(saved_when_ids_began_again),
	    cmocka_unit_test(id_that_is_still_in_use),
	    cmocka_unit_test(skipped_ids_are_not_given),
	    cmocka_unit_test(free_of_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
