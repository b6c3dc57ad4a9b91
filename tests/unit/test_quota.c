/* SPDX-License-Identifier: BSD-2-Clause */
/* Nobody is sent more than was asked for, nor more than is good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "responder/quota.h"

#define SOURCE 0xc0000207u /* 192.0.2.7 */
#define NOW INT64_C(5000000)
#define REQUEST_US (1000000 / QUOTA_REQUESTS_A_SECOND)
#define ANSWER_US (INT64_C(1000000) / QUOTA_ANSWERS_A_SECOND)

static void
test_once(void **state)
{
	struct quota quota = {.answers_at_once = 1000};

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(quota_take(&quota, SOURCE, 1, 7, NOW), 1);
}

/* An answer that comes twice is paid for with one that does not come. */
static void
test_twice(void **state)
{
	static const int granted[] = {1, 0, 2, 0, 2};
	struct quota quota = {.answers_at_once = 1000};

	(void)state;
	for (int i = 0; i < 5; i++) {
		assert_int_equal(quota_take(&quota, SOURCE, 2, 7, NOW), granted[i]);
		assert_int_equal(quota_take(&quota, SOURCE + 1, 2, 7, NOW), granted[i]);
	}
	/* What is owed is not kept while answers come once. */
	assert_int_equal(quota_take(&quota, SOURCE, 2, 7, NOW), 0);
	assert_int_equal(quota_take(&quota, SOURCE, 1, 7, NOW), 1);
	assert_int_equal(quota_take(&quota, SOURCE, 2, 7, NOW), 0);
}

static void
test_limit_of_a_source(void **state)
{
	struct quota quota = {.answers_at_once = 100000};

	(void)state;
	for (int i = 0; i < QUOTA_REQUESTS_AT_ONCE; i++)
		assert_int_equal(quota_take(&quota, SOURCE, 1, 7, NOW), 1);
	assert_int_equal(quota_take(&quota, SOURCE, 1, 7, NOW), -1);
	assert_int_equal(quota_take(&quota, SOURCE + 1, 1, 7, NOW), 1);
	assert_int_equal(quota_take(&quota, SOURCE, 1, 7, NOW + REQUEST_US - 1), -1);
	assert_int_equal(quota_take(&quota, SOURCE, 1, 7, NOW + REQUEST_US), 1);
	assert_int_equal(quota_take(&quota, SOURCE, 1, 7, NOW + REQUEST_US), -1);

	/* However long it rests, it saves no more than at first. */
	for (int i = 0; i < QUOTA_REQUESTS_AT_ONCE; i++)
		assert_int_equal(quota_take(&quota, SOURCE, 1, 7, 1000 * NOW), 1);
	assert_int_equal(quota_take(&quota, SOURCE, 1, 7, 1000 * NOW), -1);
}

/* A request passed over counts as well. */
static void
test_limit_with_two(void **state)
{
	struct quota quota = {.answers_at_once = 100000};
	int answers = 0;

	(void)state;
	for (int i = 0; i < QUOTA_REQUESTS_AT_ONCE; i++)
		answers += quota_take(&quota, SOURCE, 2, 7, NOW);
	assert_int_equal(answers, QUOTA_REQUESTS_AT_ONCE - 1);
	assert_int_equal(quota_take(&quota, SOURCE, 2, 7, NOW), -1);
}

static void
test_limit_of_all(void **state)
{
	struct quota quota = {.answers_at_once = 1000};

	(void)state;
	assert_int_equal(quota_take(&quota, SOURCE, 1, 600, NOW), 1);
	assert_int_equal(quota_take(&quota, SOURCE, 1, 401, NOW), -1);
	assert_int_equal(quota_take(&quota, SOURCE + 1, 1, 401, NOW), -1);
	assert_int_equal(quota_take(&quota, SOURCE + 1, 1, 400, NOW), 1);
	assert_int_equal(quota_take(&quota, SOURCE + 2, 1, 1, NOW), -1);
	assert_int_equal(quota_take(&quota, SOURCE + 2, 1, 1, NOW + ANSWER_US), 1);
	assert_int_equal(quota_take(&quota, SOURCE + 2, 1, 1000, NOW + 1001 * ANSWER_US), 1);

	/* Each of two copies counts; a request passed over costs nothing here. */
	quota = (struct quota){.answers_at_once = 1000};
	assert_int_equal(quota_take(&quota, SOURCE, 2, 10, NOW), 1);
	assert_int_equal(quota_take(&quota, SOURCE, 2, 2000, NOW), 0);
	assert_int_equal(quota_take(&quota, SOURCE, 2, 496, NOW), -1);
	assert_int_equal(quota_take(&quota, SOURCE, 2, 495, NOW), 2);
}

static void
test_many_sources(void **state)
{
	struct quota quota = {.answers_at_once = 100000};

	(void)state;
	for (uint32_t i = 0; i < QUOTA_SOURCES; i++)
		assert_int_equal(quota_take(&quota, SOURCE + i, 1, 7, NOW), 1);
	assert_int_equal(quota_take(&quota, SOURCE - 1, 1, 7, NOW), -1);
	/* Those that are known go on. */
	assert_int_equal(quota_take(&quota, SOURCE, 2, 7, NOW), 0);
	assert_int_equal(quota_take(&quota, SOURCE + 1, 2, 7, NOW), 0);

	/* The first two are busy for longer, so theirs are not the places taken. */
	assert_int_equal(quota_take(&quota, SOURCE - 1, 1, 7, NOW + REQUEST_US), 1);
	assert_int_equal(quota_take(&quota, SOURCE, 2, 7, NOW + REQUEST_US), 2);
	/* In time they are forgotten, with what they are owed. */
	for (uint32_t i = 0; i < QUOTA_SOURCES; i++)
		assert_int_equal(quota_take(&quota, SOURCE + 1000 + i, 1, 7, 2 * NOW), 1);
	assert_int_equal(quota_take(&quota, SOURCE + 1, 2, 7, 3 * NOW), 1);
}

/* Whatever is asked in whatever order: to no source more than it asked for,
 * and to nobody faster than the limits say. */
static void
test_never_more(void **state)
{
	struct quota quota = {.answers_at_once = 5000};
	int balance[2 * QUOTA_SOURCES] = {0};
	int64_t now_us = NOW, answers = 0, managers = 10;
	unsigned int granted_twice = 0, refused = 0;

	(void)state;
	srand(1);
	for (int i = 0; i < 200000; i++) {
		uint32_t source = (uint32_t)rand() % (2 * QUOTA_SOURCES);
		int granted = quota_take(&quota, SOURCE + source, rand() % 8 == 0 ? 1 : 2,
					 (size_t)managers, now_us);

		balance[source] += 1 - (granted > 0 ? granted : 0);
		assert_true(balance[source] >= 0);
		answers += granted > 0 ? granted * managers : 0;
		assert_true(answers <= 5000 + (now_us - NOW) / ANSWER_US);
		granted_twice += granted == 2;
		refused += granted < 0;
		now_us += rand() % 400;
	}
	assert_in_range(granted_twice, 1000, 200000);
	assert_in_range(refused, 1000, 200000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_once),
	    cmocka_unit_test(test_twice),
	    cmocka_unit_test(test_limit_of_a_source),
	    cmocka_unit_test(test_limit_with_two),
	    cmocka_unit_test(test_limit_of_all),
	    cmocka_unit_test(test_many_sources),
	    cmocka_unit_test(test_never_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
