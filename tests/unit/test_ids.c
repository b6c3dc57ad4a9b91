/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/ids.h"

#define LEAP_MAX (UINT32_C(1) << 26)

static void
a_save_takes_ten_thousand(void **state)
{
	(void)state;
	assert_int_equal(ids_reserve(0), 10000);
	assert_int_equal(ids_reserve(UINT32_MAX - 10001), UINT32_MAX - 1);
	assert_int_equal(ids_reserve(UINT32_MAX - 10000), UINT32_MAX);
	assert_int_equal(ids_reserve(UINT32_MAX - 1), UINT32_MAX);
	assert_int_equal(ids_reserve(UINT32_MAX), UINT32_MAX);
}

static void
a_leap_goes_beyond_what_is_reserved(void **state)
{
	struct random random = {.state = 1};
	uint32_t farthest = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		const uint32_t id = ids_leap(5, &random);

		assert_true(id > ids_reserve(5) && id <= 5 + LEAP_MAX + 1);
		farthest = id > farthest ? id : farthest;
	}
	assert_true(farthest > LEAP_MAX / 2);
	assert_int_equal(ids_leap(UINT32_MAX - 10, &random), UINT32_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_save_takes_ten_thousand),
	    cmocka_unit_test(a_leap_goes_beyond_what_is_reserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
