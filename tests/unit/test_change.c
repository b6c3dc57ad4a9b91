/* SPDX-License-Identifier: BSD-2-Clause */
/* Which changes are refused, and when; for the effect of an undo see test_monitor.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/change.h"

#define MANAGER 0xc6120001 /* 198.18.0.1 */
#define DENIED 0xc6130001  /* 198.19.0.1 */

static struct change_target target;
static bool notifications;
static const struct moment now = {.mono_us = 1000000000, .wall_ms = 1700000000000};

static bool
ignore_event(void *ctx, const struct event *event)
{
	(void)ctx;
	(void)event;
	return true;
}

static int
set_up(void **state)
{
	const struct inventory_settings inventory = {
	    .max_managers = 2, .misses = 3, .confirmations = 2};
	const struct discover_settings discover = {
	    .interval_us = 30000000, .window_us = 3000000, .probes = 3, .misses = 3};
	struct access_list access = {0};
	int status;

	(void)state;
	target = (struct change_target){.notifications = &notifications, .max_managers = 2};
	target.inv = inventory_new(&inventory, 1, ignore_event, NULL);
	target.discover = discover_new(&discover, target.inv, now, NULL, NULL);
	status = access_add(
	    &access, (struct access_rule){.addr = DENIED, .prefix_len = 32, .accept = false});
	if (status == 0)
		status = discover_set_access(target.discover, &access);
	access_clear(&access);
	return status;
}

static int
tear_down(void **state)
{
	(void)state;
	discover_free(target.discover);
	inventory_free(target.inv);
	return 0;
}

static const struct manager *
find(uint32_t addr)
{
	const struct manager *m = inventory_at_or_after(target.inv, addr);

	return m != NULL && m->addr == addr ? m : NULL;
}

static struct change
row(uint32_t addr, enum change_action action)
{
	return (struct change){.what = CHANGE_ROW, .address = addr, .action = action};
}

static struct change
expectation(uint32_t addr, bool expected)
{
	struct change change = row(addr, CHANGE_ROW_KEEP);

	change.set_expected = true;
	change.expected = expected;
	return change;
}

static enum change_refusal
check(struct change change)
{
	return change_check(&target, &change);
}

static enum change_refusal
apply(struct change change)
{
	return change_apply(&target, &change, now);
}

static void
values(void **state)
{
	static const struct {
		struct change change;
		enum change_refusal refusal;
	} cases[] = {
	    {{.what = CHANGE_INTERVAL, .value = 6000}, CHANGE_GRANTED}, /* twice the window */
	    {{.what = CHANGE_INTERVAL, .value = 5999}, CHANGE_INCONSISTENT_VALUE},
	    {{.what = CHANGE_NOTIFICATIONS, .value = 0}, CHANGE_GRANTED},
	    {{.what = CHANGE_NOTIFICATIONS, .value = 1}, CHANGE_GRANTED},
	    {{.what = CHANGE_NOTIFICATIONS, .value = 2}, CHANGE_WRONG_VALUE},
	    {{.what = CHANGE_ROUND_NOW, .value = 7}, CHANGE_GRANTED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (check(cases[i].change) != cases[i].refusal)
			fail_msg("case %zu: got %d", i, check(cases[i].change));
}

static void
creation(void **state)
{
	(void)state;
	assert_int_equal(apply(row(DENIED, CHANGE_ROW_CREATE)), CHANGE_INCONSISTENT_VALUE);
	assert_null(find(DENIED));
	assert_int_equal(apply(row(MANAGER, CHANGE_ROW_CREATE)), CHANGE_GRANTED);
	assert_int_equal(check(row(MANAGER, CHANGE_ROW_CREATE)), CHANGE_INCONSISTENT_VALUE);
	assert_int_equal(apply(row(MANAGER + 1, CHANGE_ROW_CREATE)), CHANGE_GRANTED);
	assert_int_equal(check(row(MANAGER + 2, CHANGE_ROW_CREATE)), CHANGE_RESOURCES);
	assert_int_equal(apply(row(MANAGER + 2, CHANGE_ROW_CREATE)), CHANGE_RESOURCES);
	assert_null(find(MANAGER + 2));
}

static void
expecting(void **state)
{
	(void)state;
	assert_int_equal(apply(expectation(MANAGER, true)), CHANGE_INCONSISTENT_NAME);
	assert_null(find(MANAGER));
	assert_true(inventory_expect(target.inv, DENIED, true, now));
	assert_int_equal(check(expectation(DENIED, true)), CHANGE_INCONSISTENT_VALUE);
	assert_int_equal(check(expectation(DENIED, false)), CHANGE_GRANTED);
	assert_int_equal(check(row(DENIED, CHANGE_ROW_KEEP)), CHANGE_GRANTED);
}

static void
what_the_file_expects_stays(void **state)
{
	const struct expectation addr = {.addr = MANAGER};

	(void)state;
	assert_int_equal(inventory_expect_configured(target.inv, &addr, 1, now), 0);
	assert_int_equal(check(row(MANAGER, CHANGE_ROW_DESTROY)), CHANGE_INCONSISTENT_VALUE);
	assert_int_equal(check(expectation(MANAGER, false)), CHANGE_INCONSISTENT_VALUE);
	assert_int_equal(check(row(MANAGER + 1, CHANGE_ROW_DESTROY)), CHANGE_GRANTED);
}

/* A reload between the phases. */
static void
overtaken(void **state)
{
	struct change create = row(MANAGER, CHANGE_ROW_CREATE);
	struct change destroy = row(MANAGER, CHANGE_ROW_DESTROY);
	const struct expectation addr = {.addr = MANAGER};

	(void)state;
	assert_int_equal(change_apply(&target, &create, now), CHANGE_GRANTED);
	assert_true(change_commit(&target, &create, now)); /* the existing row is its own */
	assert_int_equal(change_apply(&target, &destroy, now), CHANGE_GRANTED);
	inventory_expect_configured(target.inv, &addr, 1, now);
	assert_false(change_commit(&target, &destroy, now));
	assert_non_null(find(MANAGER));
	inventory_expect_configured(target.inv, NULL, 0, now);
	assert_true(change_commit(&target, &destroy, now));
	assert_null(find(MANAGER));
}

static void
committed(void **state)
{
	const struct change interval = {.what = CHANGE_INTERVAL, .value = 7000};
	const struct change enable = {.what = CHANGE_NOTIFICATIONS, .value = 1};
	const struct change disable = {.what = CHANGE_NOTIFICATIONS, .value = 0};

	(void)state;
	assert_true(change_commit(&target, &interval, now));
	assert_int_equal(discover_settings(target.discover)->interval_us, 7000000);
	assert_true(change_commit(&target, &enable, now));
	assert_true(notifications);
	assert_true(change_commit(&target, &disable, now));
	assert_false(notifications);
	assert_false(change_undo(&target, &disable, now));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(values),    TEST(creation),  TEST(expecting), TEST(what_the_file_expects_stays),
	    TEST(overtaken), TEST(committed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
