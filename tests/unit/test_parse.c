/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/parse.h"

static void
test_numbers(void **state)
{
	static const char *const bad[] = {
	    "", "-1", "+1", " 1", "1 ", "1.0", "0x1", "a", "4", "11", "99999999999999999999999"};
	unsigned long n = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse_unsigned(bad[i], 5, 10, &n) != -1)
			fail_msg("'%s' was accepted", bad[i]);
	assert_int_equal(n, 77);
	assert_int_equal(parse_unsigned("5", 5, 10, &n), 0);
	assert_int_equal(n, 5);
	assert_int_equal(parse_unsigned("010", 5, 10, &n), 0);
	assert_int_equal(n, 10);
}

static void
test_addresses(void **state)
{
	static const char *const bad[] = {"",         "1.2.3",    "1.2.3.4.5", "1.2.3.256",
					  "1.2.3.4 ", " 1.2.3.4", "::1",       "localhost",
					  "1.2.3.-4", "16909060"};
	uint32_t addr = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse_address(bad[i], &addr) != -1)
			fail_msg("'%s' was accepted", bad[i]);
	assert_int_equal(addr, 77);
	assert_int_equal(parse_address("198.18.0.7", &addr), 0);
	assert_int_equal(addr, 0xc6120007);
}

static void
test_subnets(void **state)
{
	static const char *const bad[] = {"",
					  "/",
					  "/24",
					  "198.18.0.0/",
					  "198.18.0.0/33",
					  "198.18.0.0/-1",
					  "198.18.0.0/24/24",
					  "198.18.0.0 /24",
					  "198.18.0.0/ 24",
					  "198.18.0.0/255.255.255.0",
					  "198.18/16",
					  "::/0",
					  "255.255.255.2555/32"};
	static const struct {
		const char *text;
		uint32_t addr;
		unsigned int prefix_len;
	} good[] = {
	    {"198.18.0.7", 0xc6120007, 32},      {"198.18.0.7/32", 0xc6120007, 32},
	    {"198.18.0.7/8", 0xc6120007, 8},     {"0.0.0.0/0", 0, 0},
	    {"255.255.255.255", UINT32_MAX, 32}, {"128.0.0.0/1", 0x80000000, 1},
	};
	unsigned int prefix_len = 77;
	uint32_t addr = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse_subnet(bad[i], &addr, &prefix_len) != -1)
			fail_msg("'%s' was accepted", bad[i]);
	assert_int_equal(addr, 77);
	assert_int_equal(prefix_len, 77);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (parse_subnet(good[i].text, &addr, &prefix_len) != 0 || addr != good[i].addr ||
		    prefix_len != good[i].prefix_len)
			fail_msg("'%s': %#" PRIx32 "/%u", good[i].text, addr, prefix_len);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_subnets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
