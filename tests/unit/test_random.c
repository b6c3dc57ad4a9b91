/* SPDX-License-Identifier: BSD-2-Clause */
/* The numbers of a seed are the same everywhere, and evenly spread. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/random.h"

/* The numbers that the authors' program gives for this seed. */
static void
test_numbers_of_a_seed(void **state)
{
	static const uint64_t numbers[] = {
	    UINT64_C(6457827717110365317),
	    UINT64_C(3203168211198807973),
	    UINT64_C(9817491932198370423),
	    UINT64_C(4593380528125082431),
	};
	struct random random = {1234567};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (random_below(&random, UINT64_MAX) != numbers[i])
			fail_msg("number %zu is not %" PRIu64, i, numbers[i]);
}

static void
test_below(void **state)
{
	struct random random = {0};
	unsigned int drawn[6] = {0};

	(void)state;
	for (int i = 0; i < 60000; i++) {
		const uint64_t number = random_below(&random, 6);

		assert_true(number < 6);
		drawn[number]++;
	}
	for (int i = 0; i < 6; i++)
		assert_in_range(drawn[i], 9450, 10550); /* 10000, by six standard deviations */
	assert_int_equal(random_below(&random, 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_numbers_of_a_seed),
	    cmocka_unit_test(test_below),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
