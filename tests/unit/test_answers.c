/* SPDX-License-Identifier: BSD-2-Clause */
/* The answers to a request: by which managers, to where, when, in which order; and losses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "responder/answers.h"
#include "responder/quota.h"

#define GROUP 0xef81091bu
#define SOURCE 0xc0000207u /* 192.0.2.7 */
#define NOW INT64_C(5000000)

static const struct answers_request request = {
    .source = SOURCE, .source_port = 40000, .ifindex = 7};

struct fixture {
	struct fleet *fleet;
	struct answers *answers;
};

static struct fixture
set_up(size_t count, uint64_t seed)
{
	struct fleet_settings settings = {.first_address = 0xc6120001,
					  .count = count,
					  .hostname = "h%u",
					  .version = "1.2",
					  .port = 6482};
	char error[FLEET_ERROR_LEN];
	struct fixture f;

	f.fleet = fleet_new(&settings, error);
	assert_non_null(f.fleet);
	f.answers = answers_new(f.fleet, GROUP, 64535, seed);
	assert_non_null(f.answers);
	return f;
}

static void
tear_down(struct fixture f)
{
	answers_free(f.answers);
	fleet_free(f.fleet);
}

/* Take the next answer, which must have these values. */
static void
expect(struct fixture f, size_t place, uint32_t destination, uint16_t port)
{
	const struct answer *answer = answers_next(f.answers);

	assert_non_null(answer);
	assert_int_equal(answer->place, place);
	assert_int_equal(answer->destination, destination);
	assert_int_equal(answer->port, port);
	assert_int_equal(answer->ifindex, 7);
	assert_int_equal(answer->due_us, NOW);
	answers_finish(f.answers, ANSWER_SENT);
}

static void
test_modes(void **state)
{
	struct fixture f = set_up(2, 1);

	(void)state;
	assert_null(answers_next(f.answers));

	answers_request(f.answers, &request, NOW);
	expect(f, 0, SOURCE, 40000);
	expect(f, 1, SOURCE, 40000);
	assert_null(answers_next(f.answers));

	answers_set_mode(f.answers, ANSWER_FIXED);
	answers_request(f.answers, &request, NOW);
	expect(f, 0, SOURCE, 64535);
	expect(f, 1, SOURCE, 64535);
	assert_null(answers_next(f.answers));

	answers_set_mode(f.answers, ANSWER_MULTICAST);
	answers_request(f.answers, &request, NOW);
	expect(f, 0, GROUP, 64535);
	expect(f, 1, GROUP, 64535);
	assert_null(answers_next(f.answers));

	tear_down(f);
}

static void
test_modes_of_two(void **state)
{
	struct fixture f = set_up(2, 1);

	(void)state;
	answers_set_mode(f.answers, ANSWER_BOTH);
	answers_request(f.answers, &request, NOW);
	expect(f, 0, SOURCE, 40000);
	expect(f, 0, GROUP, 64535);
	expect(f, 1, SOURCE, 40000);
	expect(f, 1, GROUP, 64535);
	assert_null(answers_next(f.answers));

	answers_set_mode(f.answers, ANSWER_TWICE);
	fleet_switch(f.fleet, (struct fleet_range){0, 0}, false);
	answers_request(f.answers, &request, NOW);
	expect(f, 1, SOURCE, 40000);
	expect(f, 1, SOURCE, 40000);
	assert_null(answers_next(f.answers));
	assert_int_equal(answers_stats(f.answers).requests, 2);
	assert_int_equal(answers_stats(f.answers).sent, 6);
	tear_down(f);
}

/* Sources that no host can have, as a forger may write them. */
static void
test_refused(void **state)
{
	static const uint32_t impossible[] = {0,     UINT32_MAX, 0xe0000001,
					      GROUP, 0xefffffff, 0x7f000001};
	struct fixture f = set_up(2, 1);
	struct answers_request forged = request;

	(void)state;
	for (int mode = ANSWER_SOURCE; mode <= ANSWER_TWICE; mode++) {
		answers_set_mode(f.answers, (enum answer_mode)mode);
		for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
			forged.source = impossible[i];
			answers_request(f.answers, &forged, NOW);
		}
		forged = request;
		forged.source_port = 0;
		answers_request(f.answers, &forged, NOW);
		forged = request;
	}
	assert_null(answers_next(f.answers));
	assert_int_equal(answers_stats(f.answers).requests, 5 * 7);
	assert_int_equal(answers_stats(f.answers).refused, 5 * 7);

	/* On a loopback interface two of them are valid sources of requests. */
	forged.on_loopback = true;
	answers_set_mode(f.answers, ANSWER_SOURCE);
	for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
		forged.source = impossible[i];
		answers_request(f.answers, &forged, NOW);
	}
	expect(f, 0, 0, 40000);
	expect(f, 1, 0, 40000);
	expect(f, 0, 0x7f000001, 40000);
	expect(f, 1, 0x7f000001, 40000);
	assert_null(answers_next(f.answers));
	assert_int_equal(answers_stats(f.answers).refused, 5 * 7 + 4);
	tear_down(f);
}

static void
test_limited(void **state)
{
	struct fixture f = set_up(3, 1);
	struct answers_stats stats;

	(void)state;
	for (int i = 0; i < 1000; i++)
		answers_request(f.answers, &request, NOW + i);
	stats = answers_stats(f.answers);
	assert_int_equal(stats.requests, 1000);
	assert_int_equal(stats.limited, 1000 - QUOTA_REQUESTS_AT_ONCE);
	assert_int_equal(stats.pending, 3 * QUOTA_REQUESTS_AT_ONCE);
	answers_request(f.answers, &request, NOW + 3000000);
	assert_int_equal(answers_stats(f.answers).pending, 3 * QUOTA_REQUESTS_AT_ONCE + 3);
	tear_down(f);
}

/* At most about four answers of each manager at once, to all sources, including copies. */
static void
test_limited_in_all(void **state)
{
	struct fixture f = set_up(1000, 1);
	struct answers_request other = request;

	(void)state;
	answers_set_mode(f.answers, ANSWER_TWICE);
	for (; other.source < SOURCE + 10; other.source++)
		answers_request(f.answers, &other, NOW);
	assert_int_equal(answers_stats(f.answers).pending, 2 * 2000);
	assert_int_equal(answers_stats(f.answers).limited, 8);
	assert_int_equal(answers_stats(f.answers).dropped, 0);
	tear_down(f);
}

static void
test_delay(void **state)
{
	struct fixture f = set_up(2000, 42);
	int64_t previous = 0, first = 0, last = 0;
	bool seen[2000] = {false};

	(void)state;
	answers_set_delay(f.answers, 100, 300);
	answers_request(f.answers, &request, NOW);
	for (size_t n = 0; n < 2000; n++) {
		const struct answer *answer = answers_next(f.answers);

		assert_non_null(answer);
		assert_true(answer->due_us >= previous);
		assert_in_range(answer->due_us, NOW + 100000, NOW + 300000);
		assert_false(seen[answer->place]);
		seen[answer->place] = true;
		previous = answer->due_us;
		first = first == 0 ? previous : first;
		last = previous;
		answers_finish(f.answers, ANSWER_SENT);
	}
	assert_null(answers_next(f.answers));
	/* 2000 random numbers fill the range: the probability that none is in the first or
	 * last hundredth is 2e-9, and the seed is fixed. */
	assert_in_range(first, NOW + 100000, NOW + 102000);
	assert_in_range(last, NOW + 298000, NOW + 300000);

	/* If MIN and MAX are equal, so is the delay. */
	answers_set_delay(f.answers, 250, 250);
	answers_request(f.answers, &request, NOW);
	assert_int_equal(answers_next(f.answers)->due_us, NOW + 250000);
	assert_int_equal(answers_next(f.answers)->place, 0);
	tear_down(f);
}

/* Answers to two requests are sent in the order in which they are due. */
static void
test_order_over_requests(void **state)
{
	struct fixture f = set_up(1, 1);

	(void)state;
	answers_set_delay(f.answers, 500, 500);
	answers_request(f.answers, &request, NOW);
	answers_set_delay(f.answers, 0, 0);
	answers_set_mode(f.answers, ANSWER_FIXED);
	answers_request(f.answers, &request, NOW + 1);
	assert_int_equal(answers_next(f.answers)->due_us, NOW + 1);
	answers_finish(f.answers, ANSWER_SENT);
	assert_int_equal(answers_next(f.answers)->due_us, NOW + 500000);
	assert_int_equal(answers_next(f.answers)->port, 40000);
	tear_down(f);
}

static void
test_loss(void **state)
{
	struct fixture f = set_up(10000, 7);
	struct answers_stats stats;

	(void)state;
	answers_set_loss(f.answers, 100);
	answers_request(f.answers, &request, NOW);
	assert_null(answers_next(f.answers));
	assert_int_equal(answers_stats(f.answers).lost, 10000);

	answers_set_loss(f.answers, 1);
	answers_request(f.answers, &request, NOW);
	stats = answers_stats(f.answers);
	assert_int_equal(stats.lost + stats.pending, 20000);
	assert_in_range(stats.lost, 10040, 10160); /* 10100, by six standard deviations */

	answers_set_loss(f.answers, 0);
	answers_request(f.answers, &request, NOW);
	assert_int_equal(answers_stats(f.answers).pending, stats.pending + 10000);
	tear_down(f);
}

static void
test_seed(void **state)
{
	struct fixture a = set_up(500, 99), b = set_up(500, 99), c = set_up(500, 100);
	size_t same = 0;

	(void)state;
	struct fixture all[] = {a, b, c};
	for (size_t i = 0; i < 3; i++) {
		answers_set_delay(all[i].answers, 0, 1000);
		answers_set_loss(all[i].answers, 20);
		answers_request(all[i].answers, &request, NOW);
	}
	assert_int_equal(answers_stats(a.answers).pending, answers_stats(b.answers).pending);
	while (answers_next(a.answers) != NULL) {
		const struct answer *x = answers_next(a.answers), *y = answers_next(b.answers);
		const struct answer *z = answers_next(c.answers);

		assert_int_equal(x->place, y->place);
		assert_int_equal(x->due_us, y->due_us);
		if (z != NULL) {
			same += x->due_us == z->due_us;
			answers_finish(c.answers, ANSWER_SENT);
		}
		answers_finish(a.answers, ANSWER_SENT);
		answers_finish(b.answers, ANSWER_SENT);
	}
	assert_true(same < 50);
	for (size_t i = 0; i < 3; i++)
		tear_down(all[i]);
}

static void
test_bound(void **state)
{
	struct fixture f = set_up(10, 1);
	struct answers_request several = request;
	struct answers_stats stats;

	(void)state;
	answers_set_delay(f.answers, 1000, 1000);
	for (uint32_t i = 0; i < 200; i++) {
		several.source = SOURCE + i % 10;
		answers_request(f.answers, &several, NOW + INT64_C(1000) * i);
	}
	stats = answers_stats(f.answers);
	assert_int_equal(stats.pending, 4 * 10 + 1024);
	assert_int_equal(stats.dropped, 2000 - stats.pending);
	assert_int_equal(stats.requests, 200);
	assert_int_equal(stats.limited, 0);

	/* Answers that were scheduled before are kept. */
	for (int n = 0; n < 1064; n++) {
		assert_int_equal(answers_next(f.answers)->due_us,
				 NOW + 1000000 + INT64_C(1000) * (n / 10));
		answers_finish(f.answers, ANSWER_SENT);
	}
	assert_null(answers_next(f.answers));
	answers_request(f.answers, &request, NOW + 1000000);
	assert_int_equal(answers_stats(f.answers).pending, 10);
	tear_down(f);
}

static void
test_outcomes(void **state)
{
	struct fixture f = set_up(6, 1);
	struct answers_stats stats;

	(void)state;
	answers_request(f.answers, &request, NOW);
	answers_finish(f.answers, ANSWER_SENT);
	answers_finish(f.answers, ANSWER_SENT);
	answers_finish(f.answers, ANSWER_SENT);
	answers_finish(f.answers, ANSWER_CANCELLED);
	answers_finish(f.answers, ANSWER_CANCELLED);
	answers_finish(f.answers, ANSWER_FAILED);
	stats = answers_stats(f.answers);
	assert_int_equal(stats.sent, 3);
	assert_int_equal(stats.cancelled, 2);
	assert_int_equal(stats.failed, 1);
	assert_int_equal(stats.pending, 0);
	tear_down(f);
}

static void
test_parse(void **state)
{
	static const char *const bad_delays[] = {"",    ":",   "1:",    ":1",
						 "5:4", "-1",  "1:2:3", "3600001",
						 "1x",  "a:1", "1, 2",  "11111111111111111111:1"};
	uint32_t min = 1, max = 2;
	enum answer_mode mode = ANSWER_FIXED;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_delays) / sizeof(bad_delays[0]); i++)
		if (answers_parse_delay(bad_delays[i], &min, &max) != -1)
			fail_msg("'%s' was accepted", bad_delays[i]);
	assert_int_equal(min, 1);
	assert_int_equal(max, 2);
	assert_int_equal(answers_parse_delay("300", &min, &max), 0);
	assert_int_equal(min, 0);
	assert_int_equal(max, 300);
	assert_int_equal(answers_parse_delay("40:3600000", &min, &max), 0);
	assert_int_equal(min, 40);
	assert_int_equal(max, 3600000);

	assert_int_equal(answers_parse_mode("Source", &mode), -1);
	assert_int_equal(answers_parse_mode("", &mode), -1);
	assert_int_equal(mode, ANSWER_FIXED);
	assert_int_equal(answers_parse_mode("source", &mode), 0);
	assert_int_equal(mode, ANSWER_SOURCE);
	assert_int_equal(answers_parse_mode("twice", &mode), 0);
	assert_int_equal(mode, ANSWER_TWICE);
	assert_int_equal(answers_parse_mode("multicast", &mode), 0);
	assert_int_equal(mode, ANSWER_MULTICAST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_modes),
	    cmocka_unit_test(test_modes_of_two),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_limited),
	    cmocka_unit_test(test_limited_in_all),
	    cmocka_unit_test(test_delay),
	    cmocka_unit_test(test_order_over_requests),
	    cmocka_unit_test(test_loss),
	    cmocka_unit_test(test_seed),
	    cmocka_unit_test(test_bound),
	    cmocka_unit_test(test_outcomes),
	    cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
