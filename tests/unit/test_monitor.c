/* SPDX-License-Identifier: BSD-2-Clause */
/* What joins the discovery, the inventory and the events, and what SET changes; the
 * replays and the model show the rest. */
#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/monitor.h"

#define MANAGER 0xc6120001 /* 198.18.0.1 */
#define S_US INT64_C(1000000)

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

static unsigned int allocations_left = UINT_MAX;
static bool fails_once;

void *
__wrap_calloc(size_t count, size_t size)
{
	if (allocations_left == 0) {
		allocations_left = fails_once ? UINT_MAX : 0;
		return NULL;
	}
	allocations_left--;
	return __real_calloc(count, size);
}

static struct monitor *monitor;
static struct monitor_settings settings;
static struct access_list access_list;
static struct moment now;
static size_t event_count, untaken_count;
static struct event last_event;

static void
on_event(void *ctx, const struct event *event, bool taken)
{
	assert_ptr_equal(ctx, &settings);
	last_event = *event;
	event_count++;
	untaken_count += !taken;
}

static void
start(void)
{
	struct link_report eth0 = {
	    .name = "eth0", .ifindex = 2, .addr = MANAGER + 100, .state = LINK_USABLE};

	monitor = monitor_new(&settings, 1, now, on_event, &settings);
	assert_non_null(monitor);
	discover_set_links(monitor_discover(monitor), &eth0, 1);
}

static int
make(void **state)
{
	(void)state;
	now = (struct moment){.mono_us = 1000 * S_US, .wall_ms = 1700000000000};
	settings = (struct monitor_settings){
	    .discover = {.interval_us = 30 * S_US, .window_us = 3 * S_US, .probes = 3, .misses = 3},
	    .inventory = {.max_managers = 100,
			  .misses = 3,
			  .confirmations = 2,
			  .change_holdoff_us = 600 * S_US},
	    .event_log = 100,
	    .queue_limit = 100,
	    .notifications = true,
	    .access = &access_list,
	};
	event_count = untaken_count = 0;
	start();
	return 0;
}

static int
clear(void **state)
{
	(void)state;
	monitor_free(monitor);
	access_clear(&access_list);
	return 0;
}

/* Tick, and send what is to be sent. */
static void
ask(void)
{
	struct discover *d = monitor_discover(monitor);
	struct discover_request request;

	discover_tick(d, now);
	while (discover_next_request(d, &request))
		discover_sent(d, &request, true, WIRE_PORT, now);
}

static void
pass_round(void)
{
	for (int i = 0; i < 4; i++, now.mono_us += settings.discover.window_us / 2)
		ask();
}

/* An answer to each of two requests, in a round of its own. */
static void
appear(uint32_t addr)
{
	const struct wire_response says = {
	    .version = "1", .hostname = "t5", .addr = addr, .port = 1};
	const struct arrival arrival = {.ifindex = 2, .source = addr, .source_port = WIRE_PORT};
	struct discover *d = monitor_discover(monitor);
	uint8_t datagram[WIRE_MSG_LEN];
	struct wire_response resp;
	enum verdict verdict;
	const char *why;

	wire_encode_response(datagram, &says);
	now.mono_us += settings.discover.interval_us;
	for (int i = 0; i < 2; i++, now.mono_us += settings.discover.window_us / 2) {
		ask();
		verdict =
		    discover_receive(d, datagram, sizeof(datagram), &arrival, now, &resp, &why);
		assert_true(verdict == VERDICT_ACCEPTED ||
			    (i == 0 && verdict == VERDICT_UNCONFIRMED));
	}
}

static void
export_changes(enum monitor_scope scope, struct changes *changes)
{
	struct state *state = &changes->state;

	*changes = (struct changes){0};
	assert_false(monitor_export(monitor, scope, changes, now));
	state->links = calloc(LINKS_MAX, sizeof(*state->links));
	state->managers = calloc(state->manager_count, sizeof(*state->managers));
	state->events = calloc(state->event_count, sizeof(*state->events));
	assert_true(monitor_export(monitor, scope, changes, now));
}

static void
export_state(struct state *state)
{
	struct changes changes;

	export_changes(MONITOR_ALL, &changes);
	*state = changes.state;
}

/* Between the phases of a SET, which another subagent may refuse. */
static void
unfinished_set_silences_nothing(void **unused)
{
	struct change disable = {.what = CHANGE_NOTIFICATIONS, .value = 0};
	struct event event;
	struct state state;

	(void)unused;
	assert_int_equal(monitor_check(monitor, &disable), CHANGE_GRANTED);
	assert_int_equal(monitor_apply(monitor, &disable, now), CHANGE_GRANTED);
	appear(MANAGER);
	export_state(&state);
	assert_false(state.notifications.set);
	state_clear(&state);
	monitor_undo(monitor, &disable, now);
	assert_true(monitor_take_event(monitor, now.mono_us, &event));
	assert_int_equal(event.addr, MANAGER);
}

static void
finished_set_does(void **unused)
{
	struct change disable = {.what = CHANGE_NOTIFICATIONS, .value = 0};
	struct event event;

	(void)unused;
	assert_int_equal(monitor_apply(monitor, &disable, now), CHANGE_GRANTED);
	monitor_commit(monitor, &disable, now);
	appear(MANAGER);
	assert_false(monitor_take_event(monitor, now.mono_us, &event));
}

static uint32_t
last_id(void)
{
	return events_last_id(monitor_events(monitor));
}

static uint32_t
now_s(void)
{
	return (uint32_t)(now.wall_ms / 1000);
}

/* A save that works. */
static void
save(void)
{
	struct changes changes;

	monitor_begin_save(monitor, now);
	export_changes(MONITOR_CHANGES, &changes);
	monitor_note_saved(monitor, &changes, now);
	monitor_release(monitor, changes.state.last_id);
	state_clear(&changes.state);
}

static void
restore(uint32_t id, bool clean)
{
	const struct state state = {.clean = clean, .last_id = id};

	clear(NULL);
	make(NULL);
	assert_int_equal(monitor_restore(monitor, &state, now), 0);
}

static void
start_without_memory(void **unused)
{
	struct monitor *other = NULL;
	unsigned int enough = 0;

	(void)unused;
	fails_once = true;
	for (; other == NULL; enough++) {
		assert_in_range(enough, 0, 100);
		allocations_left = enough;
		other = monitor_new(&settings, 1, now, on_event, &settings);
	}
	fails_once = false;
	allocations_left = UINT_MAX;
	assert_in_range(enough, 4, 100);
	monitor_free(other);
}

static void
expected_without_memory(void **unused)
{
	static const struct expectation expected[] = {{.addr = MANAGER + 1}, {.addr = MANAGER + 2}};
	struct monitor_outcome outcome;

	(void)unused;
	settings.expected = expected;
	settings.expected_count = 2;
	allocations_left = 0;
	assert_int_equal(monitor_configure(monitor, &settings, now, &outcome), 0);
	assert_int_equal(outcome.no_room, 2);
	allocations_left = 1;
	assert_int_equal(monitor_configure(monitor, &settings, now, &outcome), 0);
	assert_int_equal(outcome.no_room, 1);
	allocations_left = UINT_MAX;
}

/* A state is not lost in silence. */
static void
restore_without_memory(void **unused)
{
	struct manager_record record = {.m.addr = MANAGER, .m.expected_by_operator = true};
	struct event_record event = {.event = {.id = 1, .type = EVENT_APPEARED, .addr = MANAGER}};
	struct state state = {.managers = &record, .manager_count = 1, .events = &event};

	(void)unused;
	allocations_left = 0;
	assert_int_equal(monitor_restore(monitor, &state, now), -1);
	state.manager_count = 0;
	assert_int_equal(monitor_restore(monitor, &state, now), 0);
	state.event_count = 1;
	assert_int_equal(monitor_restore(monitor, &state, now), -1);
	allocations_left = UINT_MAX;
}

/* Events may have been sent that the state does not have. */
static void
ids_after_a_restart(void **unused)
{
	(void)unused;
	restore(0, false); /* no state */
	assert_int_equal(last_id(), now_s());
	restore(7, false);
	assert_int_equal(last_id(), now_s());
	restore(now_s() + 1, false);
	assert_int_equal(last_id(), now_s() + 1);
	restore(7, true);
	assert_int_equal(last_id(), 7);
	now.wall_ms = INT64_C(1000) * UINT32_MAX; /* no id is after that */
	assert_int_equal(monitor_restore(monitor, &(struct state){0}, now), 0);
	assert_int_equal(last_id(), 0);
}

/* Until a save works, this life leaves no trace, and the next one begins with the same. */
static void
ids_before_the_first_save(void **unused)
{
	uint32_t id;

	(void)unused;
	restore(7, true);
	monitor_start_saving(monitor);
	appear(MANAGER);
	assert_true(last_id() >= now_s());
	save();
	now.wall_ms += 100000;
	id = last_id();
	appear(MANAGER + 1);
	assert_int_equal(last_id(), id + 1);
	assert_int_equal(last_event.id, id + 1);
	restore(7, true);
	monitor_start_saving(monitor);
	save();
	appear(MANAGER);
	assert_int_equal(last_id(), 8);
}

/* As ldmState shows it. */
static void
saves_are_counted_and_timed(void **unused)
{
	struct monitor_saves saves = monitor_saves(monitor);
	const struct moment started = now, *begun = &saves.waiting;

	(void)unused;
	assert_false(saves.on);
	monitor_start_saving(monitor);
	for (int failed = 0; failed < 2; failed++) {
		now.mono_us += S_US;
		monitor_begin_save(monitor, now);
		monitor_note_unsaved(monitor);
	}
	saves = monitor_saves(monitor);
	assert_true(saves.on && saves.pending);
	assert_int_equal(saves.errors, 2);
	assert_int_equal(saves.last.mono_us, started.mono_us);
	assert_int_equal(begun->mono_us, started.mono_us + S_US); /* the first one that failed */
	now.mono_us += S_US;
	save();
	saves = monitor_saves(monitor);
	assert_false(saves.pending);
	assert_int_equal(saves.errors, 2);
	assert_int_equal(saves.last.mono_us, now.mono_us);
	now.mono_us += S_US;
	monitor_begin_save(monitor, now);
	saves = monitor_saves(monitor);
	assert_true(saves.pending);
	assert_int_equal(begun->mono_us, now.mono_us);
}

/* Without a state file they need not be. */
static void
ids_of_one_life_follow_each_other(void **unused)
{
	(void)unused;
	appear(MANAGER);
	appear(MANAGER + 1);
	assert_int_equal(last_id(), 2);
}

static int64_t
interval_ms(void)
{
	return monitor_settings(monitor).discover.interval_us / 1000;
}

static struct monitor_outcome
configure(void)
{
	struct monitor_outcome outcome;

	assert_int_equal(monitor_configure(monitor, &settings, now, &outcome), 0);
	/* What was borrowed has been given back. */
	assert_null(monitor_settings(monitor).expected);
	assert_int_equal(monitor_settings(monitor).expected_count, 0);
	return outcome;
}

static void
reload(int64_t interval_s, int64_t window_s)
{
	settings.discover.interval_us = interval_s * S_US;
	settings.discover.window_us = window_s * S_US;
	configure();
}

static struct change
interval_of(uint32_t ms)
{
	struct change change = {.what = CHANGE_INTERVAL, .value = ms};

	assert_int_equal(monitor_check(monitor, &change), CHANGE_GRANTED);
	assert_int_equal(monitor_apply(monitor, &change, now), CHANGE_GRANTED);
	return change;
}

/* A reload between CommitSet and UndoSet, or the loss of the link. */
static void
undone_interval_leaves_what_a_reload_set(void **unused)
{
	static const struct {
		int64_t interval_s, window_s;
	} reloads[] = {
	    {60, 3},  /* another value */
	    {60, 20}, /* one with which the previous value would contradict the window */
	    {10, 3},  /* the very value of the request */
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(reloads) / sizeof(*reloads); i++) {
		struct change change;

		reload(30, 3);
		assert_int_equal(interval_ms(), 30000);
		change = interval_of(10000);
		reload(reloads[i].interval_s, reloads[i].window_s);
		monitor_undo(monitor, &change, now);
		if (interval_ms() != reloads[i].interval_s * 1000)
			fail_msg("reloads[%zu]: %" PRId64 " ms", i, interval_ms());
	}
}

/* What was in force before came from SNMP, too, and is too short for the window by now. */
static void
undone_interval_is_never_too_short(void **unused)
{
	struct change change = interval_of(10000);

	(void)unused;
	monitor_commit(monitor, &change, now);
	assert_int_equal(interval_ms(), 10000);
	change = interval_of(60000);
	reload(30, 8);
	monitor_undo(monitor, &change, now);
	assert_int_equal(interval_ms(), 30000);
}

static void
finished_interval_is_never_too_short(void **unused)
{
	struct change change = interval_of(10000);

	(void)unused;
	reload(30, 8);
	monitor_commit(monitor, &change, now);
	assert_int_equal(interval_ms(), 30000);
}

static const struct manager *
find_row(void)
{
	const struct manager *m = inventory_at_or_after(monitor_inventory(monitor), MANAGER);

	return m != NULL && m->addr == MANAGER ? m : NULL;
}

static bool
row_exists(void)
{
	return find_row() != NULL;
}

/* Of the manager at MANAGER, which the table has. */
static struct manager
row(void)
{
	const struct manager *m = find_row();

	assert_non_null(m);
	return m != NULL ? *m : (struct manager){0}; /* gcc 12 does not know that it ends there */
}

static struct change
row_change(enum change_action action, bool expected)
{
	struct change change = {.what = CHANGE_ROW,
				.address = MANAGER,
				.action = action,
				.set_expected = action == CHANGE_ROW_KEEP,
				.expected = expected};

	assert_int_equal(monitor_check(monitor, &change), CHANGE_GRANTED);
	assert_int_equal(monitor_apply(monitor, &change, now), CHANGE_GRANTED);
	return change;
}

static void
expect_by_file(bool expected)
{
	static struct expectation manager = {.addr = MANAGER};

	settings.expected = &manager;
	settings.expected_count = expected;
	assert_int_equal(configure().no_room, 0);
}

static size_t
deny_all(void)
{
	assert_int_equal(access_add(&access_list, (struct access_rule){.accept = false}), 0);
	return configure().denied;
}

static void
created_row_is_saved(void **unused)
{
	const struct change create = row_change(CHANGE_ROW_CREATE, false);

	(void)unused;
	monitor_start_saving(monitor);
	monitor_take_todo(monitor);
	assert_true(monitor_commit(monitor, &create, now));
	assert_int_equal(monitor_take_todo(monitor), MONITOR_LOOK | MONITOR_SAVE_NOW);
}

static void
active_alone_changes_no_expectation(void **unused)
{
	const struct change create = row_change(CHANGE_ROW_CREATE, false);
	const struct change active = {
	    .what = CHANGE_ROW, .address = MANAGER, .action = CHANGE_ROW_KEEP};

	(void)unused;
	assert_true(monitor_commit(monitor, &create, now));
	assert_true(monitor_commit(monitor, &active, now));
	assert_true(row().expected_by_operator);
}

static void
undone_creation_leaves_no_trace(void **unused)
{
	struct change create = row_change(CHANGE_ROW_CREATE, false);

	(void)unused;
	assert_true(row().expected_by_operator);
	monitor_undo(monitor, &create, now);
	assert_false(row_exists());
}

static void
undone_creation_leaves_the_row_to_the_file(void **unused)
{
	struct change create = row_change(CHANGE_ROW_CREATE, false);

	(void)unused;
	expect_by_file(true);
	monitor_start_saving(monitor);
	monitor_take_todo(monitor);
	monitor_undo(monitor, &create, now);
	assert_true(row().expected_by_file);
	assert_false(row().expected_by_operator);
	assert_int_equal(monitor_take_todo(monitor), MONITOR_SAVE_NOW);
}

static void
undone_creation_leaves_who_has_answered(void **unused)
{
	struct change create = row_change(CHANGE_ROW_CREATE, false);

	(void)unused;
	appear(MANAGER);
	monitor_undo(monitor, &create, now);
	assert_false(row().expected_by_operator);
}

/* It kept the row through a reload by which it would have gone. */
static void
undone_expectation_keeps_nobody_who_is_denied(void **unused)
{
	struct change expect;

	(void)unused;
	appear(MANAGER);
	expect = row_change(CHANGE_ROW_KEEP, true);
	deny_all();
	assert_true(row_exists());
	monitor_undo(monitor, &expect, now);
	assert_false(row_exists());
}

/* The row stays through a reload by which it would go were it not expected. */
static void
undone_release_keeps_the_row(void **unused)
{
	struct change change = row_change(CHANGE_ROW_CREATE, false);

	(void)unused;
	monitor_commit(monitor, &change, now);
	appear(MANAGER);
	change = row_change(CHANGE_ROW_KEEP, false);
	deny_all();
	monitor_undo(monitor, &change, now);
	assert_true(row().expected_by_operator);
	assert_int_equal(row().port, 1);
}

static void
finished_release_of_who_is_gone(void **unused)
{
	struct change change;

	(void)unused;
	appear(MANAGER);
	change = row_change(CHANGE_ROW_KEEP, false);
	deny_all();
	assert_false(row_exists());
	monitor_commit(monitor, &change, now);
	assert_false(row_exists());
}

/* The row was expected before: the request has changed nothing. */
static void
undone_repetition_changes_nothing(void **unused)
{
	struct change change = row_change(CHANGE_ROW_CREATE, false);

	(void)unused;
	monitor_commit(monitor, &change, now);
	change = row_change(CHANGE_ROW_KEEP, true);
	monitor_undo(monitor, &change, now);
	assert_true(row().expected_by_operator);
}

static void
unfinished_set_is_not_saved(void **unused)
{
	struct change interval = interval_of(10000);
	struct state state;

	(void)unused;
	export_state(&state);
	assert_false(state.interval.set);
	state_clear(&state);
	monitor_commit(monitor, &interval, now);
	export_state(&state);
	assert_true(state.interval.set);
	state_clear(&state);
}

static void
to_do(void **unused)
{
	struct event event;

	(void)unused;
	monitor_start_saving(monitor);
	monitor_take_todo(monitor);
	appear(MANAGER);
	assert_int_equal(monitor_take_todo(monitor), MONITOR_SAVE_NOW | MONITOR_SEND);
	assert_int_equal(monitor_take_todo(monitor), 0);
	monitor_release(monitor, last_id());
	assert_int_equal(monitor_take_todo(monitor), MONITOR_SEND);
	assert_true(monitor_take_event(monitor, now.mono_us, &event));
	monitor_conclude_event(monitor, event.id, EVENT_RETRY);
	assert_int_equal(monitor_take_todo(monitor), 0);
	assert_true(monitor_take_event(monitor, now.mono_us, &event));
	monitor_conclude_event(monitor, event.id, EVENT_ACCEPTED);
	assert_int_equal(monitor_take_todo(monitor), MONITOR_SAVE_SOON);
	appear(MANAGER + 1);
	monitor_release(monitor, last_id());
	assert_true(monitor_take_event(monitor, now.mono_us, &event));
	monitor_take_todo(monitor);
	monitor_conclude_event(monitor, event.id, EVENT_REFUSED);
	assert_int_equal(monitor_take_todo(monitor), MONITOR_SAVE_SOON);
	configure();
	assert_int_equal(monitor_take_todo(monitor), MONITOR_SAVE_SOON);
}

/* What was asked for before stays asked for. */
static void
all_that_is_to_do(void **unused)
{
	const struct change round = {.what = CHANGE_ROUND_NOW};

	(void)unused;
	monitor_start_saving(monitor);
	settings.queue_limit = 1;
	configure();
	appear(MANAGER);
	appear(MANAGER + 1);
	monitor_release(monitor, last_id());
	monitor_commit(monitor, &round, now);
	settings.queue_limit = 2;
	configure();
	monitor_release(monitor, last_id());
	assert_int_equal(monitor_take_todo(monitor), MONITOR_SAVE_NOW | MONITOR_SAVE_SOON |
							 MONITOR_SEND | MONITOR_LOOK |
							 MONITOR_RECONCILE);
}

static void
set_notifications_stay_while_the_file_says_the_same(void **unused)
{
	const struct change disable = {.what = CHANGE_NOTIFICATIONS};

	(void)unused;
	assert_true(monitor_commit(monitor, &disable, now));
	configure();
	assert_false(monitor_settings(monitor).notifications);
	settings.notifications = false;
	configure();
	settings.notifications = true;
	configure();
	assert_true(monitor_settings(monitor).notifications);
}

static void
set_interval_stays_while_the_window_permits(void **unused)
{
	struct change interval = interval_of(10000);

	(void)unused;
	assert_true(monitor_commit(monitor, &interval, now));
	reload(30, 5);
	assert_int_equal(interval_ms(), 10000);
	reload(30, 6);
	assert_int_equal(interval_ms(), 30000);
}

static void
to_do_after_a_set(void **unused)
{
	static const struct {
		struct change change;
		unsigned int todo;
	} cases[] = {
	    {{.what = CHANGE_ROUND_NOW}, MONITOR_LOOK},
	    {{.what = CHANGE_NOTIFICATIONS, .value = 1}, MONITOR_LOOK | MONITOR_SAVE_NOW},
	    {{.what = CHANGE_INTERVAL, .value = 1}, MONITOR_LOOK}, /* refused */
	    {{.what = CHANGE_ROW, .address = MANAGER, .action = CHANGE_ROW_DESTROY},
	     MONITOR_LOOK | MONITOR_SAVE_NOW},
	};
	struct change create;

	(void)unused;
	monitor_start_saving(monitor);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		unsigned int todo;

		monitor_commit(monitor, &cases[i].change, now);
		todo = monitor_take_todo(monitor);
		if (todo != cases[i].todo)
			fail_msg("cases[%zu]: %#x is to be done", i, todo);
	}
	create = row_change(CHANGE_ROW_CREATE, false);
	monitor_take_todo(monitor);
	monitor_undo(monitor, &create, now);
	assert_int_equal(monitor_take_todo(monitor), MONITOR_SAVE_NOW);
	monitor_undo(monitor, &cases[0].change, now);
	assert_int_equal(monitor_take_todo(monitor), 0);
}

static void
without_saves_nothing_waits(void **unused)
{
	struct event event;

	(void)unused;
	appear(MANAGER);
	assert_int_equal(monitor_take_todo(monitor), MONITOR_SEND);
	assert_true(monitor_take_event(monitor, now.mono_us, &event));
}

static void
saved_events_wait(void **unused)
{
	struct event event;

	(void)unused;
	monitor_start_saving(monitor);
	appear(MANAGER);
	assert_false(monitor_take_event(monitor, now.mono_us, &event));
	monitor_release(monitor, last_id());
	assert_true(monitor_take_event(monitor, now.mono_us, &event));
	assert_int_equal(event.id, last_id());
}

static void
quiet_start(void **unused)
{
	size_t unannounced = 0;

	(void)unused;
	monitor_start_quietly(monitor);
	appear(MANAGER);
	assert_false(monitor_end_quiet(monitor, &unannounced));
	pass_round();
	assert_true(monitor_end_quiet(monitor, &unannounced));
	assert_int_equal(unannounced, 1);
	assert_int_equal(event_count, 0);
	assert_false(monitor_can_reconcile(monitor)); /* nor later */
	assert_false(monitor_end_quiet(monitor, &unannounced));
	appear(MANAGER + 1);
	assert_int_equal(event_count, 1);
	assert_int_equal(last_event.addr, MANAGER + 1);
}

/* Rounds in which nobody could be asked do not end it. */
static void
quiet_start_without_a_request(void **unused)
{
	struct discover *d = monitor_discover(monitor);
	size_t unannounced;

	(void)unused;
	monitor_start_quietly(monitor);
	discover_set_links(d, NULL, 0);
	for (int i = 0; i < 4; i++, now.mono_us += settings.discover.interval_us) {
		discover_tick(d, now);
		now.mono_us += settings.discover.window_us;
		discover_tick(d, now);
		assert_false(monitor_end_quiet(monitor, &unannounced));
	}
	assert_true(discover_stats(d)->rounds > 0);
}

static void
lost_events_are_made_up_for(void **unused)
{
	struct event event;

	(void)unused;
	settings.queue_limit = 1;
	configure();
	appear(MANAGER);
	appear(MANAGER + 1);
	assert_int_equal(untaken_count, 1);
	monitor_take_todo(monitor);
	monitor_reconcile(monitor, now);
	assert_int_equal(event_count, 2);
	assert_true(monitor_take_event(monitor, now.mono_us, &event));
	monitor_conclude_event(monitor, event.id, EVENT_ACCEPTED);
	assert_int_equal(monitor_take_todo(monitor), MONITOR_RECONCILE);
	monitor_reconcile(monitor, now);
	assert_true(monitor_take_event(monitor, now.mono_us, &event));
	assert_int_equal(event.addr, MANAGER + 1);
}

static void
reload_that_denies(void **unused)
{
	(void)unused;
	appear(MANAGER);
	appear(MANAGER + 1);
	assert_int_equal(deny_all(), 2);
	assert_false(row_exists());
}

/* The access list may have been changed while the daemon did not run. */
static void
start_that_denies(void **unused)
{
	struct state state;

	(void)unused;
	appear(MANAGER);
	export_state(&state);
	monitor_free(monitor);
	assert_int_equal(access_add(&access_list, (struct access_rule){.accept = false}), 0);
	start();
	assert_int_equal(monitor_restore(monitor, &state, now), 0);
	assert_false(row_exists());
	state_clear(&state);
}

/* Nobody waits for the first round because the interval is long. */
static void
first_round_is_at_once(void **unused)
{
	const struct state state = {
	    .interval = {.set = true, .value = 3600 * S_US, .over = 30 * S_US}};

	(void)unused;
	assert_int_equal(monitor_restore(monitor, &state, now), 0);
	assert_int_equal(interval_ms(), 3600000);
	ask();
	assert_int_equal(discover_stats(monitor_discover(monitor))->requests_sent, 1);
}

static void
export_says_what_it_needs(void **unused)
{
	struct changes changes = {0};

	(void)unused;
	appear(MANAGER);
	assert_false(monitor_export(monitor, MONITOR_CHANGES, &changes, now));
	assert_true(changes.state.manager_count >= 1 && changes.state.event_count >= 1);
	export_changes(MONITOR_CHANGES, &changes);
	assert_int_equal(changes.state.manager_count, 1);
	assert_int_equal(changes.state.event_count, 1);
	assert_int_equal(changes.state.last_id, 1);
	/* Just enough: */
	assert_true(monitor_export(monitor, MONITOR_CHANGES, &changes, now));
	changes.state.event_count = 0;
	assert_false(monitor_export(monitor, MONITOR_CHANGES, &changes, now));
	changes.state.manager_count = 0;
	assert_false(monitor_export(monitor, MONITOR_CHANGES, &changes, now));
	state_clear(&changes.state);
}

static void
assert_counts(enum monitor_scope scope, size_t managers, size_t events)
{
	struct changes changes;

	export_changes(scope, &changes);
	assert_int_equal(changes.state.manager_count, managers);
	assert_int_equal(changes.state.event_count, events);
	assert_int_equal(changes.all_managers, scope != MONITOR_CHANGES);
	state_clear(&changes.state);
}

static void
export_has_its_scope(void **unused)
{
	(void)unused;
	monitor_start_saving(monitor);
	appear(MANAGER);
	appear(MANAGER + 1);
	assert_counts(MONITOR_CHANGES, 2, 2);
	save();
	appear(MANAGER + 2);
	assert_counts(MONITOR_CHANGES, 1, 1);
	assert_counts(MONITOR_MANAGERS, 3, 1);
	assert_counts(MONITOR_ALL, 3, 3);
}

static void
managers_are_saved_with_the_names_of_links(void **unused)
{
	struct state state;

	(void)unused;
	appear(MANAGER);
	export_state(&state);
	assert_int_equal(state.link_count, 0); /* it is not impaired */
	assert_string_equal(state.managers[0].link, "eth0");
	monitor_free(monitor);
	start();
	assert_int_equal(monitor_restore(monitor, &state, now), 0);
	assert_int_equal(row().link, 0);
	assert_int_equal(row().ifindex, 2);
	state_clear(&state);
}

/* A crash would make it another interface. */
static void
new_name_of_a_link_is_saved(void **unused)
{
	struct link_report report = {
	    .name = "lan0", .ifindex = 2, .addr = MANAGER + 100, .state = LINK_USABLE};
	struct changes changes;

	(void)unused;
	monitor_start_saving(monitor);
	appear(MANAGER);
	save();
	monitor_take_todo(monitor);
	discover_set_links(monitor_discover(monitor), &report, 1);
	assert_int_equal(monitor_take_todo(monitor), MONITOR_SAVE_NOW);
	assert_int_equal(monitor_take_todo(monitor), 0);
	export_changes(MONITOR_CHANGES, &changes);
	assert_int_equal(changes.state.manager_count, 1);
	assert_string_equal(changes.state.managers[0].link, "lan0");
	state_clear(&changes.state);
	save();
	monitor_take_todo(monitor);
	discover_set_links(monitor_discover(monitor), &report, 1);
	assert_int_equal(monitor_take_todo(monitor), 0);
	assert_counts(MONITOR_CHANGES, 0, 0);
}

static void
what_set_did_not_change_is_not_restored(void **unused)
{
	const struct state state = {.interval = {.value = 60 * S_US, .over = 30 * S_US},
				    .notifications = {.value = 0, .over = 1}};

	(void)unused;
	assert_int_equal(monitor_restore(monitor, &state, now), 0);
	assert_int_equal(interval_ms(), 30000);
	assert_true(monitor_settings(monitor).notifications);
}

/* As long as the configuration says what it said when it was set. */
static void
what_set_changed_survives(void **unused)
{
	static const struct {
		int64_t interval_s, window_s;
		bool notifications;
		int64_t kept_ms;
		bool kept_notifications;
	} cases[] = {
	    {30, 3, true, 10000, false},
	    {40, 3, true, 40000, false}, /* another interval in the file */
	    {30, 5, true, 10000, false},
	    {30, 6, true, 30000, false}, /* too short for the window */
	    {30, 3, false, 10000, false},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct change disable = {.what = CHANGE_NOTIFICATIONS};
		struct change interval;
		struct state state;

		clear(NULL);
		make(NULL);
		interval = interval_of(10000);
		assert_true(monitor_commit(monitor, &interval, now));
		assert_true(monitor_commit(monitor, &disable, now));
		export_state(&state);
		monitor_free(monitor);
		settings.discover.interval_us = cases[i].interval_s * S_US;
		settings.discover.window_us = cases[i].window_s * S_US;
		settings.notifications = cases[i].notifications;
		start();
		assert_int_equal(monitor_restore(monitor, &state, now), 0);
		if (interval_ms() != cases[i].kept_ms ||
		    monitor_settings(monitor).notifications != cases[i].kept_notifications)
			fail_msg("cases[%zu]: %" PRId64 " ms, notifications %d", i, interval_ms(),
				 monitor_settings(monitor).notifications);
		state_clear(&state);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(unfinished_set_silences_nothing, make, clear),
	    cmocka_unit_test_setup_teardown(finished_set_does, make, clear),
	    cmocka_unit_test_setup_teardown(start_without_memory, make, clear),
	    cmocka_unit_test_setup_teardown(expected_without_memory, make, clear),
	    cmocka_unit_test_setup_teardown(restore_without_memory, make, clear),
	    cmocka_unit_test_setup_teardown(ids_after_a_restart, make, clear),
	    cmocka_unit_test_setup_teardown(ids_before_the_first_save, make, clear),
	    cmocka_unit_test_setup_teardown(ids_of_one_life_follow_each_other, make, clear),
	    cmocka_unit_test_setup_teardown(undone_interval_leaves_what_a_reload_set, make, clear),
	    cmocka_unit_test_setup_teardown(undone_interval_is_never_too_short, make, clear),
	    cmocka_unit_test_setup_teardown(finished_interval_is_never_too_short, make, clear),
	    cmocka_unit_test_setup_teardown(created_row_is_saved, make, clear),
	    cmocka_unit_test_setup_teardown(active_alone_changes_no_expectation, make, clear),
	    cmocka_unit_test_setup_teardown(undone_creation_leaves_no_trace, make, clear),
	    cmocka_unit_test_setup_teardown(undone_creation_leaves_the_row_to_the_file, make,
					    clear),
	    cmocka_unit_test_setup_teardown(undone_creation_leaves_who_has_answered, make, clear),
	    cmocka_unit_test_setup_teardown(undone_expectation_keeps_nobody_who_is_denied, make,
					    clear),
	    cmocka_unit_test_setup_teardown(undone_release_keeps_the_row, make, clear),
	    cmocka_unit_test_setup_teardown(finished_release_of_who_is_gone, make, clear),
	    cmocka_unit_test_setup_teardown(undone_repetition_changes_nothing, make, clear),
	    cmocka_unit_test_setup_teardown(unfinished_set_is_not_saved, make, clear),
	    cmocka_unit_test_setup_teardown(to_do, make, clear),
	    cmocka_unit_test_setup_teardown(all_that_is_to_do, make, clear),
	    cmocka_unit_test_setup_teardown(set_notifications_stay_while_the_file_says_the_same,
					    make, clear),
	    cmocka_unit_test_setup_teardown(set_interval_stays_while_the_window_permits, make,
					    clear),
	    cmocka_unit_test_setup_teardown(to_do_after_a_set, make, clear),
	    cmocka_unit_test_setup_teardown(without_saves_nothing_waits, make, clear),
	    cmocka_unit_test_setup_teardown(saved_events_wait, make, clear),
	    cmocka_unit_test_setup_teardown(quiet_start, make, clear),
	    cmocka_unit_test_setup_teardown(quiet_start_without_a_request, make, clear),
	    cmocka_unit_test_setup_teardown(lost_events_are_made_up_for, make, clear),
	    cmocka_unit_test_setup_teardown(reload_that_denies, make, clear),
	    cmocka_unit_test_setup_teardown(start_that_denies, make, clear),
	    cmocka_unit_test_setup_teardown(first_round_is_at_once, make, clear),
	    cmocka_unit_test_setup_teardown(export_says_what_it_needs, make, clear),
	    cmocka_unit_test_setup_teardown(export_has_its_scope, make, clear),
	    cmocka_unit_test_setup_teardown(saves_are_counted_and_timed, make, clear),
	    cmocka_unit_test_setup_teardown(managers_are_saved_with_the_names_of_links, make,
					    clear),
	    cmocka_unit_test_setup_teardown(new_name_of_a_link_is_saved, make, clear),
	    cmocka_unit_test_setup_teardown(what_set_did_not_change_is_not_restored, make, clear),
	    cmocka_unit_test_setup_teardown(what_set_changed_survives, make, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
