/* SPDX-License-Identifier: BSD-2-Clause */
/* What is between the inventory, the events and who reads and changes them; most of
 * it is seen from outside, by tests/integration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/registry.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"

#define MANAGER 0xc6120001 /* 198.18.0.1 */

static struct conf config;
static struct registry *all[24]; /* there is no registry_free() */
static size_t count;
static struct registry *registry;
static struct mib_source source;
static struct moment now;

static int
make(void **state)
{
	struct link_report eth0 = {
	    .name = "eth0", .ifindex = 2, .addr = MANAGER + 100, .state = LINK_USABLE};

	(void)state;
	conf_init(&config);
	log_choose("n");
	now = clock_now();
	registry = all[count++] = registry_new(&config, now);
	if (registry == NULL)
		return -1;
	source = registry_source(registry);
	discover_set_links(registry_discover(registry), &eth0, 1);
	return 0;
}

static int
clear(void **state)
{
	(void)state;
	conf_clear(&config);
	return 0;
}

/* An answer to each of two requests, in a round of its own. */
static void
appear(uint32_t addr)
{
	const struct wire_response says = {
	    .version = "1", .hostname = "t5", .addr = addr, .port = 1};
	const struct arrival arrival = {.ifindex = 2, .source = addr, .source_port = WIRE_PORT};
	struct discover *d = registry_discover(registry);
	struct discover_request request;
	uint8_t datagram[WIRE_MSG_LEN];
	struct wire_response resp;
	enum verdict verdict;
	const char *why;

	wire_encode_response(datagram, &says);
	now.mono_us += config.interval_us;
	for (int i = 0; i < 2; i++, now.mono_us += config.window_us / 2) {
		discover_tick(d, now);
		while (discover_next_request(d, &request))
			discover_sent(d, &request, true, WIRE_PORT, now);
		verdict =
		    discover_receive(d, datagram, sizeof(datagram), &arrival, now, &resp, &why);
		assert_true(verdict == VERDICT_ACCEPTED ||
			    (i == 0 && verdict == VERDICT_UNCONFIRMED));
	}
}

/* Between the phases of a SET, which another subagent may refuse. */
static void
unfinished_set_silences_nothing(void **unused)
{
	struct change disable = {.what = CHANGE_NOTIFICATIONS, .value = 0};
	struct event event;
	struct state state;
	uint32_t last_id;

	(void)unused;
	assert_int_equal(source.check(source.ctx, &disable), CHANGE_GRANTED);
	assert_int_equal(source.apply(source.ctx, &disable), CHANGE_GRANTED);
	appear(MANAGER);
	assert_int_equal(registry_export(registry, &state, &last_id, false), 0);
	assert_false(state.notifications.set);
	state_clear(&state);
	source.undo(source.ctx, &disable);
	assert_true(source.take_event(source.ctx, &event));
	assert_int_equal(event.addr, MANAGER);
}

static void
finished_set_does(void **unused)
{
	struct change disable = {.what = CHANGE_NOTIFICATIONS, .value = 0};
	struct event event;

	(void)unused;
	assert_int_equal(source.apply(source.ctx, &disable), CHANGE_GRANTED);
	source.commit(source.ctx, &disable);
	appear(MANAGER);
	assert_false(source.take_event(source.ctx, &event));
}

static bool
save_nothing(void *ctx, size_t *octets)
{
	(void)ctx;
	(void)octets;
	return true;
}

static uint32_t
last_id(void)
{
	struct state state;
	uint32_t id;

	assert_int_equal(registry_export(registry, &state, &id, true), 0);
	assert_int_equal(state.last_id, id);
	state_clear(&state);
	return id;
}

/* Each with a save that has just taken ids up to `reserved`. */
static void
ids_that_are_not_reserved_are_far_away(void **unused)
{
	const struct writer_job job = {.save = save_nothing, .period_s = 1000};
	struct writer *writer = writer_start(&job);
	struct state state;
	uint32_t id, far;

	(void)unused;
	assert_non_null(writer);
	registry_save_with(registry, writer);
	registry_release(registry, 0, 2);
	appear(MANAGER);
	appear(MANAGER + 1);
	assert_int_equal(last_id(), 2);
	appear(MANAGER + 2);
	far = last_id();
	assert_true(far > 2 + 10000);
	/* Nobody else is there, so that it goes on from one to the next. */
	appear(MANAGER + 3);
	assert_int_equal(last_id(), far + 1);
	registry_release(registry, far, 0); /* a save that failed */
	appear(MANAGER + 4);
	assert_int_equal(last_id(), far + 2);
	assert_int_equal(registry_export(registry, &state, &id, false), 0);
	assert_int_equal(state.last_id, far + 2 + 10000);
	state_clear(&state);
	registry_release(registry, id, far + 3);
	appear(MANAGER + 5);
	assert_int_equal(last_id(), far + 3);
	appear(MANAGER + 6);
	assert_true(last_id() > far + 4);
	assert_true(writer_finish(writer, 10000));
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
	struct mib_discovery discovery;

	source.discovery(source.ctx, &discovery);
	return discovery.settings.interval_us / 1000;
}

static void
reload(int64_t interval_s, int64_t window_s)
{
	config.interval_us = interval_s * 1000000;
	config.window_us = window_s * 1000000;
	assert_int_equal(registry_configure(registry, &config, now), 0);
}

static struct change
interval_of(uint32_t ms)
{
	struct change change = {.what = CHANGE_INTERVAL, .value = ms};

	assert_int_equal(source.check(source.ctx, &change), CHANGE_GRANTED);
	assert_int_equal(source.apply(source.ctx, &change), CHANGE_GRANTED);
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
		source.undo(source.ctx, &change);
		assert_int_equal(interval_ms(), reloads[i].interval_s * 1000);
	}
}

/* What was in force before came from SNMP, too, and is too short for the window by now. */
static void
undone_interval_is_never_too_short(void **unused)
{
	struct change change = interval_of(10000);

	(void)unused;
	source.commit(source.ctx, &change);
	assert_int_equal(interval_ms(), 10000);
	change = interval_of(60000);
	reload(30, 8);
	source.undo(source.ctx, &change);
	assert_int_equal(interval_ms(), 30000);
}

static void
finished_interval_is_never_too_short(void **unused)
{
	struct change change = interval_of(10000);

	(void)unused;
	reload(30, 8);
	source.commit(source.ctx, &change);
	assert_int_equal(interval_ms(), 30000);
}

/* Of the manager at MANAGER, which the table has. */
static struct manager
row(void)
{
	struct manager m;

	assert_true(source.manager(source.ctx, MANAGER, &m));
	assert_int_equal(m.addr, MANAGER);
	return m;
}

static bool
row_exists(void)
{
	struct manager m;

	return source.manager(source.ctx, MANAGER, &m) && m.addr == MANAGER;
}

static struct change
row_change(enum change_action action, bool expected)
{
	struct change change = {.what = CHANGE_ROW,
				.address = MANAGER,
				.action = action,
				.set_expected = action == CHANGE_ROW_KEEP,
				.expected = expected};

	assert_int_equal(source.check(source.ctx, &change), CHANGE_GRANTED);
	assert_int_equal(source.apply(source.ctx, &change), CHANGE_GRANTED);
	return change;
}

static void
expect_by_file(bool expected)
{
	static uint32_t manager = MANAGER;

	config.expected = expected ? &manager : NULL;
	config.expected_count = expected;
	assert_int_equal(registry_configure(registry, &config, now), 0);
	config.expected = NULL; /* not for conf_clear() */
	config.expected_count = 0;
}

static void
deny_all(void)
{
	assert_int_equal(access_add(&config.access, (struct access_rule){.accept = false}), 0);
	assert_int_equal(registry_configure(registry, &config, now), 0);
}

static void
undone_creation_leaves_no_trace(void **unused)
{
	struct change create = row_change(CHANGE_ROW_CREATE, false);

	(void)unused;
	assert_true(row().expected_by_operator);
	source.undo(source.ctx, &create);
	assert_false(row_exists());
}

static void
undone_creation_leaves_the_row_to_the_file(void **unused)
{
	struct change create = row_change(CHANGE_ROW_CREATE, false);

	(void)unused;
	expect_by_file(true);
	source.undo(source.ctx, &create);
	assert_true(row().expected_by_file);
	assert_false(row().expected_by_operator);
}

static void
undone_creation_leaves_who_has_answered(void **unused)
{
	struct change create = row_change(CHANGE_ROW_CREATE, false);

	(void)unused;
	appear(MANAGER);
	source.undo(source.ctx, &create);
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
	source.undo(source.ctx, &expect);
	assert_false(row_exists());
}

/* The row stays through a reload by which it would go were it not expected. */
static void
undone_release_keeps_the_row(void **unused)
{
	struct change change = row_change(CHANGE_ROW_CREATE, false);

	(void)unused;
	source.commit(source.ctx, &change);
	appear(MANAGER);
	change = row_change(CHANGE_ROW_KEEP, false);
	deny_all();
	source.undo(source.ctx, &change);
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
	source.commit(source.ctx, &change);
	assert_false(row_exists());
}

/* The row was expected before: the request has changed nothing. */
static void
undone_repetition_changes_nothing(void **unused)
{
	struct change change = row_change(CHANGE_ROW_CREATE, false);

	(void)unused;
	source.commit(source.ctx, &change);
	change = row_change(CHANGE_ROW_KEEP, true);
	source.undo(source.ctx, &change);
	assert_true(row().expected_by_operator);
}

static void
unfinished_set_is_not_saved(void **unused)
{
	struct change interval = interval_of(10000);
	struct state state;
	uint32_t last_id;

	(void)unused;
	assert_int_equal(registry_export(registry, &state, &last_id, false), 0);
	assert_false(state.interval.set);
	state_clear(&state);
	source.commit(source.ctx, &interval);
	assert_int_equal(registry_export(registry, &state, &last_id, false), 0);
	assert_true(state.interval.set);
	state_clear(&state);
}

/* What is logged meanwhile, counted by hand. */
static size_t
lines_logged(void (*fn)(void), char *text, size_t size)
{
	FILE *caught = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t lines = 0, len;

	assert_non_null(caught);
	assert_true(saved >= 0);
	dup2(fileno(caught), STDERR_FILENO);
	log_choose("e");
	fn();
	log_choose("n");
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(caught);
	len = fread(text, 1, size - 1, caught);
	text[len] = '\0';
	fclose(caught);
	for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	return lines;
}

static void
set_often(void)
{
	const struct change round = {.what = CHANGE_ROUND_NOW, .value = 1};
	const struct change enable = {.what = CHANGE_NOTIFICATIONS, .value = 1};

	for (int i = 0; i < 400; i++)
		source.commit(source.ctx, &round);
	source.commit(source.ctx, &enable);
}

static void
look_a_minute_later(void)
{
	now = clock_now();
	now.mono_us += 61 * INT64_C(1000000);
	registry_log(registry, now);
	now.mono_us += 61 * INT64_C(1000000);
	registry_log(registry, now);
}

static void
sets_do_not_fill_the_log(void **unused)
{
	char text[10000];

	(void)unused;
	assert_int_equal(lines_logged(set_often, text, sizeof(text)), 101);
	assert_non_null(strstr(text, "SNMP SET: notifications are now enabled\n"));
	assert_int_equal(lines_logged(look_a_minute_later, text, sizeof(text)), 1);
	assert_non_null(strstr(text, "SNMP SET: round out of turn: 300 more within a minute\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(unfinished_set_silences_nothing, make, clear),
	    cmocka_unit_test_setup_teardown(finished_set_does, make, clear),
	    cmocka_unit_test_setup_teardown(ids_that_are_not_reserved_are_far_away, make, clear),
	    cmocka_unit_test_setup_teardown(ids_of_one_life_follow_each_other, make, clear),
	    cmocka_unit_test_setup_teardown(undone_interval_leaves_what_a_reload_set, make, clear),
	    cmocka_unit_test_setup_teardown(undone_interval_is_never_too_short, make, clear),
	    cmocka_unit_test_setup_teardown(finished_interval_is_never_too_short, make, clear),
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
	    cmocka_unit_test_setup_teardown(sets_do_not_fill_the_log, make, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
