/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of objects: durations and ages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "snmp/mib_value.h"

#define NOW_S 1000

struct moment
clock_now(void)
{
	return (struct moment){.mono_us = NOW_S * US_PER_S, .wall_ms = INT64_C(1700000000000)};
}

/* The value that the setter makes of a member. */
static long
value_of(mib_setter *set, const void *member, size_t size, u_char type)
{
	netsnmp_variable_list vb = {0};
	long value;

	assert_int_equal(set(&vb, member, size), 0);
	assert_int_equal(vb.type, type);
	value = *vb.val.integer;
	snmp_reset_var_buffers(&vb);
	return value;
}

static long
age_since(int64_t mono_us)
{
	const struct moment since = {.mono_us = mono_us, .wall_ms = 1};

	return value_of(mib_age, &since, sizeof(since), ASN_UNSIGNED);
}

static void
age_is_in_whole_seconds(void **state)
{
	(void)state;
	assert_int_equal(age_since(NOW_S * US_PER_S), 0);
	assert_int_equal(age_since(NOW_S * US_PER_S - 1), 0);
	assert_int_equal(age_since((NOW_S - 1) * US_PER_S), 1);
	assert_int_equal(age_since(1), NOW_S - 1);
}

/* Times before the start of the system's clock are those of a saved state. */
static void
age_has_limits(void **state)
{
	(void)state;
	assert_int_equal(age_since((NOW_S + 5) * US_PER_S), 0);
	assert_int_equal(age_since(-5 * US_PER_S), NOW_S + 5);
	assert_int_equal(age_since((NOW_S - INT64_C(0x100000000)) * US_PER_S), UINT32_MAX);
	assert_int_equal(age_since(-(INT64_MAX / 2)), UINT32_MAX);
}

static void
duration_is_rounded_up(void **state)
{
	static const struct {
		int64_t us;
		long seconds;
	} cases[] = {{0, 0}, {1, 1}, {US_PER_S, 1}, {US_PER_S + 1, 2}, {-1, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    value_of(mib_seconds, &cases[i].us, sizeof(cases[i].us), ASN_UNSIGNED),
		    cases[i].seconds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(age_is_in_whole_seconds),
	    cmocka_unit_test(age_has_limits),
	    cmocka_unit_test(duration_is_rounded_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
