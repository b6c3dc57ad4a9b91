/* SPDX-License-Identifier: BSD-2-Clause */
/* Neither a single source nor all together are sent answers faster than the limits allow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/random.h"
#include "responder/quota.h"

#define SOURCE 0xc0000207u /* 192.0.2.7 */
#define NOW INT64_C(5000000)
#define REQUEST_US (1000000 / QUOTA_REQUESTS_A_SECOND)
#define ANSWER_US (INT64_C(1000000) / QUOTA_ANSWERS_A_SECOND)

static void
test_limit_of_a_source(void **state)
{
	struct quota quota = {.answers_at_once = 100000};

	(void)state;
	for (int i = 0; i < QUOTA_REQUESTS_AT_ONCE; i++)
		assert_true(quota_take(&quota, SOURCE, 7, NOW));
	assert_false(quota_take(&quota, SOURCE, 7, NOW));
	assert_true(quota_take(&quota, SOURCE + 1, 7, NOW));
	assert_true(quota_take(&quota, SOURCE + 256, 7, NOW));
	assert_true(quota_take(&quota, SOURCE + 65536, 7, NOW));
	assert_false(quota_take(&quota, SOURCE, 7, NOW + REQUEST_US - 1));
	assert_true(quota_take(&quota, SOURCE, 7, NOW + REQUEST_US));
	assert_false(quota_take(&quota, SOURCE, 7, NOW + REQUEST_US));

	/* After a pause of any length, it gets no more than at first. */
	for (int i = 0; i < QUOTA_REQUESTS_AT_ONCE; i++)
		assert_true(quota_take(&quota, SOURCE, 7, 1000 * NOW));
	assert_false(quota_take(&quota, SOURCE, 7, 1000 * NOW));
}

static void
test_limit_of_all(void **state)
{
	struct quota quota = {.answers_at_once = 1000};

	(void)state;
	assert_true(quota_take(&quota, SOURCE, 600, NOW));
	assert_false(quota_take(&quota, SOURCE, 401, NOW));
	assert_false(quota_take(&quota, SOURCE + 1, 401, NOW));
	assert_true(quota_take(&quota, SOURCE + 1, 400, NOW));
	assert_false(quota_take(&quota, SOURCE + 2, 1, NOW));
	assert_true(quota_take(&quota, SOURCE + 2, 1, NOW + ANSWER_US));
	assert_true(quota_take(&quota, SOURCE + 2, 1000, NOW + 1001 * ANSWER_US));
}

/* A request that is not answered takes nothing from either limit. */
static void
test_refusals_are_free(void **state)
{
	struct quota quota = {.answers_at_once = 1000};

	(void)state;
	for (int i = 0; i < 2 * QUOTA_REQUESTS_AT_ONCE; i++)
		assert_false(quota_take(&quota, SOURCE, 1001, NOW));
	for (int i = 0; i < QUOTA_REQUESTS_AT_ONCE; i++)
		assert_true(quota_take(&quota, SOURCE, 1, NOW));
	for (int i = 0; i < 1000; i++)
		assert_false(quota_take(&quota, SOURCE, 1, NOW));
	assert_true(quota_take(&quota, SOURCE + 1, 1000 - QUOTA_REQUESTS_AT_ONCE, NOW));
}

/* Random sources, times and numbers of answers never exceed the limits. */
static void
test_never_more(void **state)
{
	struct quota quota = {.answers_at_once = 5000};
	struct random random = {1};
	int64_t now_us = NOW, requests[10] = {0}, answers = 0;
	unsigned int given = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		const uint32_t source = (uint32_t)random_below(&random, 10);
		const size_t count = random_below(&random, 100);

		if (quota_take(&quota, SOURCE + source, count, now_us)) {
			given++;
			requests[source]++;
			answers += (int64_t)count;
		}
		assert_true(requests[source] <=
			    QUOTA_REQUESTS_AT_ONCE + (now_us - NOW) / REQUEST_US);
		assert_true(answers <= 5000 + (now_us - NOW) / ANSWER_US);
		now_us += (int64_t)random_below(&random, 2000);
	}
	assert_in_range(given, 10000, 190000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_limit_of_a_source),
	    cmocka_unit_test(test_limit_of_all),
	    cmocka_unit_test(test_refusals_are_free),
	    cmocka_unit_test(test_never_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
