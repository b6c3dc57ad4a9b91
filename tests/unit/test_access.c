/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/parse.h"
#include "conf/conf.h"
#include "core/access.h"

static bool no_memory;

static void *
try_calloc(size_t count, size_t size)
{
	return no_memory ? NULL : calloc(count, size);
}

static void *
try_reallocarray(void *old, size_t count, size_t size)
{
	return no_memory ? NULL : reallocarray(old, count, size);
}

#define calloc try_calloc
#define reallocarray try_reallocarray
#include "core/access.c"
#undef calloc
#undef reallocarray

#define BY_MATCH "sourceMatch: the announced address is not the source address"
#define BY_ANNOUNCED "the announced address is refused by an accept or deny rule"
#define BY_SOURCE "the source address is refused by an accept or deny rule"

static uint32_t
address(const char *text)
{
	uint32_t addr;

	assert_int_equal(parse_address(text, &addr), 0);
	return addr;
}

static void
fail_on_error(void *ctx, const struct conf_error *error)
{
	(void)ctx;
	fail_msg("%s", error->text);
}

/* The lists are written as in the configuration file. */
static const struct {
	const char *rules, *announced, *source;
	const char *reason; /* NULL: permitted */
} cases[] = {
    /* No rules. */
    {"", "198.18.0.1", "198.18.0.1", NULL},
    {"", "0.0.0.1", "255.255.255.254", NULL},

    /* Only deny: everything else is accepted. */
    {"deny 198.18.1.0/24", "198.18.0.255", "198.18.2.0", NULL},
    {"deny 198.18.1.0/24", "198.18.1.0", "198.18.2.0", BY_ANNOUNCED},
    {"deny 198.18.1.0/24", "198.18.1.255", "198.18.1.255", BY_ANNOUNCED},
    {"deny 198.18.1.0/24", "198.18.2.0", "198.18.1.0", BY_SOURCE},
    {"deny 198.18.1.0/24", "198.18.0.255", "198.18.1.255", BY_SOURCE},

    /* Only accept: everything else is refused. */
    {"accept 198.18.1.0/24", "198.18.1.0", "198.18.1.255", NULL},
    {"accept 198.18.1.0/24", "198.18.0.255", "198.18.1.0", BY_ANNOUNCED},
    {"accept 198.18.1.0/24", "198.18.2.0", "198.18.2.0", BY_ANNOUNCED},
    {"accept 198.18.1.0/24", "198.18.1.0", "198.18.2.0", BY_SOURCE},
    {"accept 198.18.1.0/24\naccept 198.18.3.0/24", "198.18.1.1", "198.18.3.1", NULL},
    {"accept 198.18.1.0/24\naccept 198.18.3.0/24", "198.18.3.1", "198.18.1.1", NULL},
    {"accept 198.18.1.0/24\naccept 198.18.3.0/24", "198.18.2.1", "198.18.1.1", BY_ANNOUNCED},

    /* The first matching rule decides. */
    {"deny 198.18.1.7\naccept 198.18.1.0/24", "198.18.1.7", "198.18.1.1", BY_ANNOUNCED},
    {"deny 198.18.1.7\naccept 198.18.1.0/24", "198.18.1.1", "198.18.1.7", BY_SOURCE},
    {"deny 198.18.1.7\naccept 198.18.1.0/24", "198.18.1.6", "198.18.1.8", NULL},
    {"deny 198.18.1.7\naccept 198.18.1.0/24", "198.18.2.1", "198.18.1.1", BY_ANNOUNCED},
    {"accept 198.18.1.0/24\ndeny 198.18.1.7", "198.18.1.7", "198.18.1.7", NULL},
    {"accept 198.18.1.7\ndeny 198.18.1.0/24", "198.18.1.7", "198.18.1.7", NULL},
    {"accept 198.18.1.7\ndeny 198.18.1.0/24", "198.18.1.6", "198.18.1.7", BY_ANNOUNCED},
    /* With any accept rule, addresses that match no rule are refused. */
    {"accept 198.18.1.7\ndeny 198.18.1.0/24", "198.18.2.1", "198.18.1.7", BY_ANNOUNCED},
    {"deny 198.18.1.0/24\naccept 198.18.1.7", "198.18.1.7", "198.18.1.7", BY_ANNOUNCED},
    {"deny 198.18.1.0/24\naccept 198.18.1.7", "198.18.2.1", "198.18.2.1", BY_ANNOUNCED},

    /* The ends of the prefix. */
    {"deny 0.0.0.0/0", "0.0.0.1", "0.0.0.1", BY_ANNOUNCED},
    {"deny 0.0.0.0/0", "255.255.255.254", "198.18.0.1", BY_ANNOUNCED},
    {"accept 0.0.0.0/0", "255.255.255.254", "0.0.0.1", NULL},
    {"deny 198.18.0.1\naccept 0.0.0.0/0", "198.18.0.2", "198.18.0.2", NULL},
    {"deny 198.18.0.1\naccept 0.0.0.0/0", "198.18.0.1", "198.18.0.1", BY_ANNOUNCED},
    {"accept 198.18.0.1\ndeny 0.0.0.0/0", "198.18.0.1", "198.18.0.1", NULL},
    {"deny 128.0.0.0/1", "127.255.255.255", "127.255.255.255", NULL},
    {"deny 128.0.0.0/1", "128.0.0.0", "198.18.0.1", BY_ANNOUNCED},
    {"deny 198.18.0.6/31", "198.18.0.5", "198.18.0.8", NULL},
    {"deny 198.18.0.6/31", "198.18.0.6", "198.18.0.8", BY_ANNOUNCED},
    {"deny 198.18.0.6/31", "198.18.0.5", "198.18.0.7", BY_SOURCE},
    {"accept 198.18.0.6/32", "198.18.0.6", "198.18.0.6", NULL},
    {"accept 198.18.0.6/32", "198.18.0.7", "198.18.0.6", BY_ANNOUNCED},
    {"accept 198.18.0.6/32", "198.18.0.6", "198.18.0.7", BY_SOURCE},

    /* sourceMatch is checked before the rules, and does not replace them. */
    {"sourceMatch yes", "198.18.0.1", "198.18.0.1", NULL},
    {"sourceMatch yes", "198.18.0.1", "198.18.0.2", BY_MATCH},
    {"sourceMatch yes\naccept 198.18.0.0/24", "198.18.0.1", "198.18.0.1", NULL},
    {"sourceMatch yes\naccept 198.18.0.0/24", "198.18.0.1", "198.18.0.2", BY_MATCH},
    {"sourceMatch yes\ndeny 198.18.0.0/24", "198.18.0.1", "198.18.0.1", BY_ANNOUNCED},
    {"sourceMatch yes\ndeny 198.18.0.0/24", "198.18.0.1", "198.18.9.9", BY_MATCH},
};

static void
test_matrix(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *reason = "untouched";
		struct conf config;
		bool permitted;

		conf_init(&config);
		conf_read(&config, "rules", cases[i].rules, strlen(cases[i].rules), fail_on_error,
			  NULL);
		permitted = access_permits(&config.access, address(cases[i].announced),
					   address(cases[i].source), &reason);
		if (permitted != (cases[i].reason == NULL) ||
		    strcmp(reason, permitted ? "untouched" : cases[i].reason) != 0)
			fail_msg("'%s': %s from %s: %s, %s", cases[i].rules, cases[i].announced,
				 cases[i].source, permitted ? "permitted" : "refused", reason);
		conf_clear(&config);
	}
}

static void
test_copies(void **state)
{
	const struct access_rule deny = {.addr = 0xc6120100, .prefix_len = 24};
	const struct access_rule accept = {.addr = 0xc6120007, .prefix_len = 32, .accept = true};
	struct access_list list = {.source_match = true}, copy = {0};
	const char *reason;

	(void)state;
	assert_int_equal(access_add(&copy, accept), 0);
	assert_int_equal(access_add(&list, deny), 0);
	assert_int_equal(access_copy(&copy, &list), 0);
	assert_int_equal(copy.count, 1);
	assert_false(copy.rules[0].accept);
	assert_true(copy.source_match);

	/* The copy does not depend on the original. */
	assert_int_equal(access_add(&list, accept), 0);
	access_clear(&list);
	assert_int_equal(list.count, 0);
	assert_false(list.source_match);
	assert_true(access_permits(&list, 0xc6120101, 0xc6120909, &reason));
	assert_true(access_permits(&copy, 0xc6120901, 0xc6120901, &reason));
	assert_false(access_permits(&copy, 0xc6120101, 0xc6120101, &reason));

	/* An empty list can be copied, and a list can be cleared twice. */
	assert_int_equal(access_copy(&copy, &list), 0);
	assert_int_equal(copy.count, 0);
	assert_true(access_permits(&copy, 0xc6120101, 0xc6120909, &reason));
	access_clear(&copy);
	access_clear(&copy);
}

static void
test_no_memory(void **state)
{
	const struct access_rule rule = {.addr = 0xc6120101, .prefix_len = 32};
	struct access_list list = {0}, copy = {.source_match = true};

	(void)state;
	assert_int_equal(access_add(&list, rule), 0);
	no_memory = true;
	assert_int_equal(access_add(&list, rule), -1);
	assert_int_equal(list.count, 1);
	assert_int_equal(access_copy(&copy, &list), -1);
	assert_int_equal(copy.count, 0);
	assert_true(copy.source_match);
	no_memory = false;
	access_clear(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_matrix),
	    cmocka_unit_test(test_copies),
	    cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
