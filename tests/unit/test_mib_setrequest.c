/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "snmp/mib_setrequest.h"

#define ADDRESS 0xc6120001u /* 198.18.0.1 */

enum {
	TRUE = 1,
	FALSE = 2,
	ACTIVE = 1,
	CREATE_AND_GO = 4,
	DESTROY = 6,
};

static void
test_values(void **state)
{
	static const struct {
		enum mib_object object;
		int64_t value;
		bool taken;
	} cases[] = {
	    {MIB_OBJECT_INTERVAL, 99, false},
	    {MIB_OBJECT_INTERVAL, 100, true},
	    {MIB_OBJECT_INTERVAL, 86400000, true},
	    {MIB_OBJECT_INTERVAL, 86400001, false},
	    {MIB_OBJECT_INTERVAL, UINT32_MAX, false},
	    {MIB_OBJECT_NOW, -1, false},
	    {MIB_OBJECT_NOW, 0, true},
	    {MIB_OBJECT_NOW, 1, true},
	    {MIB_OBJECT_NOW, 2, false},
	    {MIB_OBJECT_NOTIFICATIONS, 0, false},
	    {MIB_OBJECT_NOTIFICATIONS, 1, true},
	    {MIB_OBJECT_NOTIFICATIONS, 2, true},
	    {MIB_OBJECT_NOTIFICATIONS, 3, false},
	    {MIB_OBJECT_EXPECTED, 0, false},
	    {MIB_OBJECT_EXPECTED, 2, true},
	    {MIB_OBJECT_EXPECTED, INT32_MIN, false},
	    {MIB_OBJECT_ROW_STATUS, 0, false},
	    {MIB_OBJECT_ROW_STATUS, 1, true},
	    {MIB_OBJECT_ROW_STATUS, 2, false},
	    {MIB_OBJECT_ROW_STATUS, 3, false},
	    {MIB_OBJECT_ROW_STATUS, 4, true},
	    {MIB_OBJECT_ROW_STATUS, 5, false},
	    {MIB_OBJECT_ROW_STATUS, 6, true},
	    {MIB_OBJECT_ROW_STATUS, 7, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (mib_object_takes(cases[i].object, cases[i].value) != cases[i].taken)
			fail_msg("object %d: %" PRId64 " is %s", (int)cases[i].object,
				 cases[i].value, cases[i].taken ? "refused" : "taken");
}

static void
test_instances(void **state)
{
	(void)state;
	assert_true(mib_object_instance(MIB_OBJECT_INTERVAL, 0));
	assert_false(mib_object_instance(MIB_OBJECT_INTERVAL, 1));
	assert_true(mib_object_instance(MIB_OBJECT_EXPECTED, ADDRESS));
	assert_true(mib_object_instance(MIB_OBJECT_ROW_STATUS, 0x7f000001)); /* 127.0.0.1 */
	assert_false(mib_object_instance(MIB_OBJECT_ROW_STATUS, 0));
	assert_false(mib_object_instance(MIB_OBJECT_ROW_STATUS, 0xe0000001)); /* 224.0.0.1 */
}

static void
test_scalars(void **state)
{
	struct mib_setrequest request = mib_setrequest_for(MIB_OBJECT_INTERVAL, 0);
	struct change change;

	(void)state;
	assert_int_equal(mib_setrequest_add(&request, MIB_OBJECT_INTERVAL, 5000), CHANGE_GRANTED);
	assert_int_equal(mib_setrequest_add(&request, MIB_OBJECT_INTERVAL, 5000), CHANGE_GRANTED);
	assert_true(mib_setrequest_change(&request, &change));
	assert_int_equal(change.what, CHANGE_INTERVAL);
	assert_int_equal(change.value, 5000);
	assert_int_equal(mib_setrequest_add(&request, MIB_OBJECT_INTERVAL, 6000),
			 CHANGE_INCONSISTENT_VALUE);

	request = mib_setrequest_for(MIB_OBJECT_NOTIFICATIONS, 0);
	assert_int_equal(mib_setrequest_add(&request, MIB_OBJECT_NOTIFICATIONS, FALSE),
			 CHANGE_GRANTED);
	assert_true(mib_setrequest_change(&request, &change));
	assert_int_equal(change.what, CHANGE_NOTIFICATIONS);
	assert_int_equal(change.value, 0);

	request = mib_setrequest_for(MIB_OBJECT_NOTIFICATIONS, 0);
	assert_int_equal(mib_setrequest_add(&request, MIB_OBJECT_NOTIFICATIONS, TRUE),
			 CHANGE_GRANTED);
	assert_true(mib_setrequest_change(&request, &change));
	assert_int_equal(change.value, 1);
}

static void
test_now(void **state)
{
	struct mib_setrequest request = mib_setrequest_for(MIB_OBJECT_NOW, 0);
	struct change change;

	(void)state;
	assert_int_equal(mib_setrequest_add(&request, MIB_OBJECT_NOW, 1), CHANGE_GRANTED);
	assert_true(mib_setrequest_change(&request, &change));
	assert_int_equal(change.what, CHANGE_ROUND_NOW);

	request = mib_setrequest_for(MIB_OBJECT_NOW, 0);
	assert_int_equal(mib_setrequest_add(&request, MIB_OBJECT_NOW, 0), CHANGE_GRANTED);
	assert_false(mib_setrequest_change(&request, &change));
}

static void
test_concerns(void **state)
{
	const struct mib_setrequest row = mib_setrequest_for(MIB_OBJECT_EXPECTED, ADDRESS);
	const struct mib_setrequest scalar = mib_setrequest_for(MIB_OBJECT_INTERVAL, 0);

	(void)state;
	assert_true(mib_setrequest_concerns(&row, MIB_OBJECT_EXPECTED, ADDRESS));
	assert_true(mib_setrequest_concerns(&row, MIB_OBJECT_ROW_STATUS, ADDRESS));
	assert_false(mib_setrequest_concerns(&row, MIB_OBJECT_ROW_STATUS, ADDRESS + 1));
	assert_false(mib_setrequest_concerns(&row, MIB_OBJECT_INTERVAL, 0));
	assert_true(mib_setrequest_concerns(&scalar, MIB_OBJECT_INTERVAL, 0));
	assert_false(mib_setrequest_concerns(&scalar, MIB_OBJECT_NOTIFICATIONS, 0));
	assert_false(mib_setrequest_concerns(&scalar, MIB_OBJECT_NOW, 0));
}

/* 0: the object is not in the request. */
static const struct row_case {
	uint32_t row_status, expected;
	bool contradictory;
	enum change_action action;
	bool set_expected, is_expected;
} row_cases[] = {
    {0, TRUE, false, CHANGE_ROW_KEEP, true, true},
    {0, FALSE, false, CHANGE_ROW_KEEP, true, false},
    {ACTIVE, 0, false, CHANGE_ROW_KEEP, false, false},
    {ACTIVE, TRUE, false, CHANGE_ROW_KEEP, true, true},
    {ACTIVE, FALSE, false, CHANGE_ROW_KEEP, true, false},
    {CREATE_AND_GO, 0, false, CHANGE_ROW_CREATE, false, false},
    {CREATE_AND_GO, TRUE, false, CHANGE_ROW_CREATE, true, true},
    {CREATE_AND_GO, FALSE, true, 0, false, false},
    {DESTROY, 0, false, CHANGE_ROW_DESTROY, false, false},
    {DESTROY, TRUE, true, 0, false, false},
    {DESTROY, FALSE, true, 0, false, false},
};

/* Returns the last refusal. */
static enum change_refusal
add_both(struct mib_setrequest *request, const struct row_case *c, bool expected_first)
{
	enum change_refusal refusal = CHANGE_GRANTED;

	for (int turn = 0; turn < 2; turn++) {
		const bool expected = (turn == 0) == expected_first;

		assert_int_equal(refusal, CHANGE_GRANTED);
		if (expected && c->expected != 0)
			refusal = mib_setrequest_add(request, MIB_OBJECT_EXPECTED, c->expected);
		if (!expected && c->row_status != 0)
			refusal = mib_setrequest_add(request, MIB_OBJECT_ROW_STATUS, c->row_status);
	}
	return refusal;
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * sizeof(row_cases) / sizeof(row_cases[0]); i++) {
		const struct row_case *c = &row_cases[i / 2];
		struct mib_setrequest request = mib_setrequest_for(MIB_OBJECT_EXPECTED, ADDRESS);
		struct change change;

		const enum change_refusal refusal = add_both(&request, c, i % 2);

		if (refusal != (c->contradictory ? CHANGE_INCONSISTENT_VALUE : CHANGE_GRANTED))
			fail_msg("row_cases[%zu]: refusal %d", i / 2, (int)refusal);
		if (c->contradictory)
			continue;
		assert_true(mib_setrequest_change(&request, &change));
		assert_int_equal(change.what, CHANGE_ROW);
		assert_int_equal(change.address, ADDRESS);
		if (change.action != c->action || change.set_expected != c->set_expected ||
		    change.expected != c->is_expected)
			fail_msg("row_cases[%zu]: action %d, expected %d, %d", i / 2,
				 (int)change.action, change.set_expected, change.expected);
	}
}

static void
test_refusals(void **state)
{
	struct mib_setrequest active = mib_setrequest_for(MIB_OBJECT_ROW_STATUS, ADDRESS);
	struct mib_setrequest expected = active;

	(void)state;
	mib_setrequest_add(&active, MIB_OBJECT_ROW_STATUS, ACTIVE);
	mib_setrequest_add(&expected, MIB_OBJECT_EXPECTED, TRUE);
	assert_int_equal(mib_setrequest_refusal(&active, CHANGE_INCONSISTENT_NAME),
			 CHANGE_INCONSISTENT_VALUE);
	assert_int_equal(mib_setrequest_refusal(&active, CHANGE_RESOURCES), CHANGE_RESOURCES);
	assert_int_equal(mib_setrequest_refusal(&expected, CHANGE_INCONSISTENT_NAME),
			 CHANGE_INCONSISTENT_NAME);
	assert_int_equal(mib_setrequest_refusal(&expected, CHANGE_GRANTED), CHANGE_GRANTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),   cmocka_unit_test(test_instances),
	    cmocka_unit_test(test_scalars),  cmocka_unit_test(test_now),
	    cmocka_unit_test(test_concerns), cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests_name("mib_setrequest", tests, NULL, NULL);
}
