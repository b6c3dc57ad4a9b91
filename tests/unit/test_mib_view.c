/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "snmp/mib_view.h"

/* A table whose rows, of keys 10, 20 and 30, change each time they are copied. */
static unsigned int copies;
static char octet;
static struct monitor *const the_monitor = (void *)&octet; /* only passed on */

static bool
copy_row(struct monitor *monitor, uint32_t from, union mib_row *row, uint32_t *key)
{
	assert_ptr_equal(monitor, the_monitor);
	copies++;
	if (from > 30)
		return false;
	*key = from <= 10 ? 10 : from <= 20 ? 20 : 30;
	row->manager.m.missed = copies;
	return true;
}

static const struct mib_table table = {.copy = copy_row};
static struct mib_view view;

static int
set_up(void **state)
{
	(void)state;
	copies = 0;
	view = (struct mib_view){.table = &table};
	mib_view_open(&view, 1, 0);
	return 0;
}

static void
expect_row(uint32_t from, uint32_t key, uint32_t missed)
{
	uint32_t found;
	const union mib_row *row = mib_view_row(&view, the_monitor, from, &found);

	assert_non_null(row);
	assert_int_equal(found, key);
	assert_int_equal(row->manager.m.missed, missed);
}

static void
test_one_state_a_request(void **state)
{
	(void)state;
	expect_row(10, 10, 1); /* GET of one column, and of the next */
	expect_row(10, 10, 1);
	mib_view_open(&view, 1, MIB_VIEW_KEEP_US); /* the same request goes on */
	expect_row(10, 10, 1);
	expect_row(11, 20, 2); /* GETNEXT, likewise */
	expect_row(11, 20, 2);
	expect_row(20, 20, 2);
	expect_row(0, 10, 3);
	expect_row(9, 10, 3);
	assert_int_equal(copies, 3);
}

static void
test_the_next_request_sees_the_next_state(void **state)
{
	(void)state;
	expect_row(10, 10, 1);
	mib_view_open(&view, 2, 0);
	expect_row(10, 10, 2);
	mib_view_forget(&view);
	expect_row(10, 10, 3);
}

static void
test_nothing_is_kept_for_long(void **state)
{
	(void)state;
	mib_view_open(&view, 1, 100);
	expect_row(10, 10, 1);
	mib_view_open(&view, 1, 100 + MIB_VIEW_KEEP_US);
	expect_row(10, 10, 1);
	mib_view_open(&view, 1, 101 + MIB_VIEW_KEEP_US);
	expect_row(10, 10, 2);
}

static void
test_no_row(void **state)
{
	uint32_t key = 7;

	(void)state;
	assert_null(mib_view_row(&view, the_monitor, 31, &key));
	assert_int_equal(key, 7);
	expect_row(30, 30, 2);
	assert_null(mib_view_row(&view, the_monitor, 31, &key));
	expect_row(30, 30, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_one_state_a_request, set_up),
	    cmocka_unit_test_setup(test_the_next_request_sees_the_next_state, set_up),
	    cmocka_unit_test_setup(test_nothing_is_kept_for_long, set_up),
	    cmocka_unit_test_setup(test_no_row, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
