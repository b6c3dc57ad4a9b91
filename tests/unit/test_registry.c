/* SPDX-License-Identifier: BSD-2-Clause */
/* What is between the inventory, the events and who reads and changes them; most of
 * it is seen from outside, by tests/integration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "clock.h"
#include "core/config.h"
#include "log.h"
#include "registry.h"

#define MANAGER 0xc6120001 /* 198.18.0.1 */

static struct config config;
static struct registry *all[8]; /* there is no registry_free() */
static size_t count;
static struct registry *registry;
static struct mib_source source;
static struct moment now;

static int
make(void **state)
{
	(void)state;
	config_init(&config);
	log_open("n");
	now = clock_now();
	registry = all[count++] = registry_new(&config, now);
	if (registry == NULL)
		return -1;
	source = registry_source(registry);
	discover_set_link(registry_discover(registry), "eth0", 2, MANAGER + 100, LINK_USABLE);
	return 0;
}

static int
clear(void **state)
{
	(void)state;
	config_clear(&config);
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
	const char *why;

	wire_encode_response(datagram, &says);
	now.mono_us += config.interval_us;
	for (int i = 0; i < 2; i++, now.mono_us += config.window_us / 2) {
		discover_tick(d, now);
		while (discover_next_request(d, &request))
			discover_sent(d, &request, true, WIRE_PORT, now);
		assert_int_equal(
		    discover_receive(d, datagram, sizeof(datagram), &arrival, now, &resp, &why),
		    VERDICT_ACCEPTED);
	}
}

/* Between the phases of a SET, which another subagent may refuse. */
static void
unfinished_set_silences_nothing(void **unused)
{
	struct mib_change disable = {.what = MIB_NOTIFICATIONS, .value = 0};
	struct event event;
	struct state state;
	uint32_t last_id;

	(void)unused;
	assert_int_equal(source.check(source.ctx, &disable), MIB_GRANTED);
	assert_int_equal(source.apply(source.ctx, &disable), MIB_GRANTED);
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
	struct mib_change disable = {.what = MIB_NOTIFICATIONS, .value = 0};
	struct event event;

	(void)unused;
	assert_int_equal(source.apply(source.ctx, &disable), MIB_GRANTED);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(unfinished_set_silences_nothing, make, clear),
	    cmocka_unit_test_setup_teardown(finished_set_does, make, clear),
	    cmocka_unit_test_setup_teardown(ids_that_are_not_reserved_are_far_away, make, clear),
	    cmocka_unit_test_setup_teardown(ids_of_one_life_follow_each_other, make, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
