/* SPDX-License-Identifier: BSD-2-Clause */
/* What the daemon saves and logs, and when; the store and the writer are simulated here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/persist.c"
#include "log_caught.h"

#define MANAGER 0xc6120001 /* 198.18.0.1 */

static struct moment now;
static struct monitor *monitor;
static struct conf config;
static struct shared *shared;
static struct writer_job job;
static unsigned int asked;

/* The result of the store, and what was saved last. */
static enum store_saved results[8];
static const char *errors[8];
static size_t saves;
static enum place_status place;
static enum store_loaded loaded;
static struct {
	size_t managers, events;
	bool all, clean, quiet;
} given;

struct moment
clock_now(void)
{
	return now;
}

/* events_counts() as persist.c sees it: see --wrap in Makefile.am. */
struct events_counts __wrap_events_counts(const struct events *events);

static uint32_t forgotten;

struct events_counts
__wrap_events_counts(const struct events *events)
{
	(void)events;
	return (struct events_counts){.forgotten = forgotten};
}

struct writer *
writer_start(const struct writer_job *its)
{
	job = *its;
	job.start(job.ctx);
	return (struct writer *)&job;
}

int
writer_started_fd(const struct writer *its)
{
	(void)its;
	return 7;
}

void
writer_ask(struct writer *its, enum writer_urgency urgency)
{
	(void)its;
	(void)urgency;
	asked++;
}

enum writer_news
writer_watch(struct writer *its, int *seconds)
{
	(void)its;
	*seconds = 6;
	return WRITER_HANGS;
}

bool
writer_finish(struct writer *its, int timeout_ms)
{
	(void)its;
	return timeout_ms > 0;
}

enum place_status
store_new(struct store **out, const char *path, char error[PLACE_ERROR_LEN])
{
	*out = NULL;
	if (place != PLACE_OK)
		snprintf(error, PLACE_ERROR_LEN, "%s: no such luck", path);
	return place;
}

void
store_free(struct store *store)
{
	assert_null(store);
}

enum store_loaded
store_load(struct store *store, const struct store_limits *limits, struct moment when,
	   struct state *state, size_t *clamped, char error[PLACE_ERROR_LEN])
{
	assert_null(store);
	assert_true(limits->managers >= 100000);
	assert_int_equal(limits->events, config.monitor.event_log);
	assert_int_equal(when.wall_ms, now.wall_ms);
	*state = (struct state){.quiet = false, .last_id = 7};
	*clamped = 0;
	snprintf(error, PLACE_ERROR_LEN, "the file is bad");
	return loaded;
}

enum store_saved
store_save(struct store *store, const struct changes *changes, bool all, struct moment when,
	   char error[PLACE_ERROR_LEN])
{
	assert_null(store);
	assert_int_equal(when.mono_us, now.mono_us);
	assert_string_equal(error, "");
	given.managers = changes->state.manager_count;
	given.events = changes->state.event_count;
	given.all = all;
	given.clean = changes->state.clean;
	given.quiet = changes->state.quiet;
	if (errors[saves] != NULL)
		strlcpy(error, errors[saves], PLACE_ERROR_LEN);
	return results[saves++];
}

static void
let_saves_end(enum store_saved first, enum store_saved second)
{
	saves = 0;
	results[0] = first;
	results[1] = second;
	errors[0] = first == STORE_FAILED ? "the disk is full" : NULL;
	errors[1] = second == STORE_FAILED ? "the disk is full" : NULL;
}

static int
set_up(void **state)
{
	static const struct shared_hooks hooks;

	(void)state;
	conf_init(&config);
	config.monitor.inventory.misses = config.monitor.discover.misses;
	config.monitor.inventory.confirmations = 2;
	now = (struct moment){.mono_us = 1000 * US_PER_S, .wall_ms = 1700000000000};
	monitor = monitor_new(&config.monitor, 1, now, NULL, NULL);
	shared = shared_new(monitor, &hooks);
	if (monitor == NULL || shared == NULL)
		return -1;
	memset(&persist, 0, sizeof(persist));
	persist.found.loaded = STORE_NONE;
	persist.found.state.quiet = true;
	writer = NULL;
	place = PLACE_OK;
	loaded = STORE_LOADED;
	asked = 0;
	lines = 0;
	forgotten = 0;
	let_saves_end(STORE_SAVED, STORE_SAVED);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	shared_free(shared);
	monitor_free(monitor);
	conf_clear(&config);
	return 0;
}

static void
start_with(enum store_loaded what)
{
	loaded = what;
	assert_int_equal(persist_start(&config, shared), 0);
	assert_int_equal(persist_loaded_fd(), 7);
	assert_int_equal(persist_restore(&config, shared), 0);
	lines = 0;
}

/* Another manager appears, which is an event. */
static void
have_event(void)
{
	static uint32_t count;
	const struct wire_response says = {
	    .version = "1", .hostname = "t5", .addr = MANAGER + ++count, .port = 1};
	const struct arrival arrival = {
	    .ifindex = 2, .source = says.addr, .source_port = WIRE_PORT};
	struct link_report eth0 = {
	    .name = "eth0", .ifindex = 2, .addr = MANAGER + 1000, .state = LINK_USABLE};
	struct discover *d = monitor_discover(monitor);
	uint8_t datagram[WIRE_MSG_LEN];
	struct discover_request request;
	struct wire_response resp;
	const char *why;

	discover_set_links(d, &eth0, 1);
	wire_encode_response(datagram, &says);
	now.mono_us += config.monitor.discover.interval_us;
	for (int i = 0; i < 2; i++, now.mono_us += config.monitor.discover.window_us / 2) {
		discover_tick(d, now);
		while (discover_next_request(d, &request))
			discover_sent(d, &request, true, WIRE_PORT, now);
		discover_receive(d, datagram, sizeof(datagram), &arrival, now, &resp, &why);
	}
}

static bool
is_sent(void)
{
	struct event event;

	return monitor_take_event(monitor, now.mono_us, &event);
}

static void
assert_saved(bool worked, enum writer_occasion occasion, size_t managers, size_t events)
{
	saves = 0;
	assert_int_equal(job.save(job.ctx, occasion), worked);
	assert_int_equal(given.managers, managers);
	assert_int_equal(given.events, events);
	assert_int_equal(given.clean, occasion == WRITER_LAST);
}

static void
changes_are_saved_and_all_managers_now_and_then(void **state)
{
	(void)state;
	start_with(STORE_LOADED);
	assert_int_equal(asked, 1);
	assert_saved(true, WRITER_ASKED, 0, 0);
	have_event();
	assert_false(is_sent());
	assert_saved(true, WRITER_ASKED, 1, 1);
	assert_false(given.all);
	assert_true(is_sent());
	have_event();
	assert_saved(true, WRITER_ASKED, 1, 1);
	assert_saved(true, WRITER_ASKED, 0, 0);
	assert_saved(true, WRITER_PERIODIC, 2, 0);
	assert_false(given.all);
	assert_saved(true, WRITER_LAST, 2, 0);
	assert_int_equal(lines, 0);
}

static void
nothing_is_saved_before_the_monitor_is_restored(void **state)
{
	(void)state;
	assert_int_equal(persist_start(&config, shared), 0);
	assert_true(job.save(job.ctx, WRITER_LAST));
	assert_int_equal(saves, 0);
}

static void
new_database_gets_everything(void **state)
{
	(void)state;
	start_with(STORE_NONE);
	have_event();
	let_saves_end(STORE_FAILED, STORE_FAILED);
	assert_saved(false, WRITER_ASKED, 1, 1);
	assert_true(given.all);
	let_saves_end(STORE_SAVED, STORE_FAILED);
	assert_saved(true, WRITER_ASKED, 1, 1);
	assert_true(given.all);
	assert_saved(true, WRITER_ASKED, 0, 0);
	assert_false(given.all);
}

static void
replaced_database_gets_everything_at_once(void **state)
{
	(void)state;
	start_with(STORE_LOADED);
	have_event();
	assert_saved(true, WRITER_ASKED, 1, 1);
	have_event();
	let_saves_end(STORE_NEEDS_ALL, STORE_SAVED);
	assert_saved(true, WRITER_ASKED, 2, 2);
	assert_true(given.all && saves == 2);
	assert_int_equal(lines, 1);
	assert_int_equal(last_level, LOG_LEVEL_NOTICE);
	assert_non_null(strstr(last, "was moved or removed"));
	/* If it cannot have it, it is tried with everything, and this is logged once. */
	let_saves_end(STORE_NEEDS_ALL, STORE_FAILED);
	assert_saved(false, WRITER_ASKED, 2, 2);
	assert_int_equal(lines, 3);
	let_saves_end(STORE_FAILED, STORE_FAILED);
	assert_saved(false, WRITER_ASKED, 2, 2);
	assert_true(given.all && saves == 1);
	assert_int_equal(lines, 3);
}

static void
damaged_database_is_reported(void **state)
{
	(void)state;
	start_with(STORE_LOADED);
	let_saves_end(STORE_NEEDS_ALL, STORE_NEEDS_ALL);
	errors[0] = "it was damaged";
	assert_saved(false, WRITER_ASKED, 0, 0);
	/* It is not saved after all. */
	assert_int_equal(lines, 2);
	assert_int_equal(last_level, LOG_LEVEL_ERROR);
	assert_non_null(strstr(last, "the state is not saved: "));
}

static void
trouble_is_logged_once_and_delays_no_event(void **state)
{
	(void)state;
	start_with(STORE_LOADED);
	let_saves_end(STORE_FAILED, STORE_FAILED);
	for (size_t i = 1; i <= 3; i++) {
		have_event();
		assert_saved(false, WRITER_ASKED, i, i);
		assert_true(is_sent());
	}
	assert_int_equal(lines, 1);
	assert_string_equal(last, "the state is not saved: the disk is full");
	let_saves_end(STORE_SAVED, STORE_SAVED);
	assert_saved(true, WRITER_ASKED, 3, 3);
	assert_int_equal(lines, 2);
	assert_non_null(strstr(last, "the state is saved again in "));
	assert_saved(true, WRITER_ASKED, 0, 0);
	assert_int_equal(lines, 2);
}

static void
degraded_place_is_trouble(void **state)
{
	(void)state;
	place = PLACE_DEGRADED;
	loaded = STORE_NONE;
	assert_int_equal(persist_start(&config, shared), 0);
	assert_int_equal(lines, 2); /* that there is none, too */
	assert_int_equal(persist_restore(&config, shared), 0);
	assert_saved(true, WRITER_ASKED, 0, 0);
	assert_non_null(strstr(last, "the state is saved again in "));
}

static void
start_is_refused(void **state)
{
	(void)state;
	place = PLACE_REFUSED;
	assert_int_equal(persist_start(&config, shared), 0);
	assert_int_equal(persist_restore(&config, shared), -1);
	assert_int_equal(lines, 1);
	assert_non_null(strstr(last, "no such luck"));
	place = PLACE_OK;
	loaded = STORE_UNREAD;
	assert_int_equal(persist_start(&config, shared), 0);
	assert_int_equal(persist_restore(&config, shared), -1);
	assert_int_equal(lines, 2);
	assert_string_equal(last, "cannot load the state: the file is bad");
}

static void
quiet_start(void **state)
{
	(void)state;
	config.announce_first = false;
	start_with(STORE_DAMAGED);
	have_event();
	assert_saved(true, WRITER_ASKED, 1, 0);
	assert_true(given.quiet && given.all);
}

static void
no_quiet_start_with_a_state(void **state)
{
	(void)state;
	config.announce_first = false;
	start_with(STORE_LOADED);
	have_event();
	assert_saved(true, WRITER_ASKED, 1, 1);
}

static void
forgotten_events_are_reported_once(void **state)
{
	(void)state;
	start_with(STORE_LOADED);
	let_saves_end(STORE_FAILED, STORE_FAILED);
	assert_saved(false, WRITER_ASKED, 0, 0);
	assert_int_equal(lines, 1);
	for (int i = 0; i < 3; i++) {
		forgotten++;
		assert_saved(false, WRITER_ASKED, 0, 0);
		assert_int_equal(lines, 2);
	}
	assert_int_equal(last_level, LOG_LEVEL_WARNING);
	assert_non_null(strstr(last, "more than 100000 events could not be saved"));
	let_saves_end(STORE_SAVED, STORE_SAVED);
	assert_saved(true, WRITER_ASKED, 0, 0);
	lines = 0;
	let_saves_end(STORE_FAILED, STORE_FAILED);
	assert_saved(false, WRITER_ASKED, 0, 0);
	forgotten++;
	assert_saved(false, WRITER_ASKED, 0, 0);
	assert_int_equal(lines, 2);
}

static void
no_state_file(void **state)
{
	struct conf_error error;

	(void)state;
	assert_int_equal(conf_set(&config, "test", "stateFile", "none", &error), 0);
	assert_int_equal(persist_start(&config, shared), 0);
	assert_int_equal(persist_loaded_fd(), -1);
	assert_int_equal(persist_restore(&config, shared), 0);
	persist_ask(WRITER_NOW);
	persist_watch();
	persist_finish(0);
	assert_int_equal(asked, 0);
	assert_int_equal(lines, 0);
	have_event();
	assert_true(is_sent());
}

static void
hang_is_reported(void **state)
{
	(void)state;
	assert_int_equal(persist_start(&config, shared), 0);
	persist_watch();
	assert_non_null(strstr(last, "loading the state from "));
	assert_int_equal(persist_restore(&config, shared), 0);
	persist_watch();
	assert_non_null(strstr(last, "saving the state in "));
	lines = 0;
	persist_finish(1);
	assert_int_equal(lines, 0);
	persist_finish(0);
	assert_non_null(strstr(last, "the latest changes may not be saved"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(changes_are_saved_and_all_managers_now_and_then),
	    TEST(nothing_is_saved_before_the_monitor_is_restored),
	    TEST(new_database_gets_everything),
	    TEST(replaced_database_gets_everything_at_once),
	    TEST(damaged_database_is_reported),
	    TEST(trouble_is_logged_once_and_delays_no_event),
	    TEST(degraded_place_is_trouble),
	    TEST(start_is_refused),
	    TEST(quiet_start),
	    TEST(no_quiet_start_with_a_state),
	    TEST(forgotten_events_are_reported_once),
	    TEST(no_state_file),
	    TEST(hang_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
