/* SPDX-License-Identifier: BSD-2-Clause */
/* The text that names the managers that are down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/downlist.h"

#define ADDR(n) (0xc6120000u + (n)) /* 198.18.0.0 */
#define MANY 300

/* Letters of two, three and four octets. */
#define U_UMLAUT "\xc3\xbc"
#define EURO "\xe2\x82\xac"
#define CLEF "\xf0\x9d\x84\x9e"

static struct inventory *inv;
static struct downlist list;

static int
make(void **state)
{
	const struct inventory_settings settings = {
	    .max_managers = 20000, .misses = 1, .confirmations = 1};

	(void)state;
	inv = inventory_new(&settings, 1, NULL, NULL);
	return inv == NULL;
}

static int
clear(void **state)
{
	(void)state;
	inventory_free(inv);
	return 0;
}

static struct moment
at_s(int64_t s)
{
	return (struct moment){.mono_us = s * US_PER_S, .wall_ms = (1700000000 + s) * 1000};
}

static void
hear(uint32_t addr, const char *hostname, int64_t s)
{
	struct wire_response resp = {.addr = addr, .port = 6482};
	const struct reception reception = {
	    .now = at_s(s), .source = addr, .link = LINK_NONE, .request_number = (uint64_t)s};

	memcpy(resp.hostname, hostname, strlen(hostname) + 1);
	assert_int_equal(inventory_hear(inv, &resp, &reception), VERDICT_ACCEPTED);
}

/* Managers heard before this time (seconds) are down. */
static void
judge(int64_t s)
{
	inventory_close_round(inv, at_s(s), at_s(s).mono_us, NULL, 0, LINK_JUDGED);
}

static const char *
names(void)
{
	memset(&list, 0xff, sizeof(list));
	downlist_describe(inv, &list);
	return list.names;
}

static void
repeat(char *buf, const char *what, size_t times)
{
	const size_t octets = strlen(what);

	for (; times > 0; times--, buf += octets)
		memcpy(buf, what, octets);
	*buf = '\0';
}

static void
names_those_that_are_down(void **state)
{
	(void)state;
	assert_string_equal(names(), "");
	hear(ADDR(3), "c", 1);
	hear(ADDR(1), "a", 1);
	hear(ADDR(2), "", 1);
	hear(UINT32_MAX, "last", 1);
	assert_string_equal(names(), "");
	judge(2);
	assert_string_equal(names(), "a, 198.18.0.2, c, last");
	hear(ADDR(1), "a", 3);
	hear(UINT32_MAX, "last", 3);
	judge(3);
	assert_string_equal(names(), "198.18.0.2, c");
	hear(ADDR(2), "", 4);
	assert_string_equal(names(), "c");
	hear(ADDR(3), "c", 4);
	assert_string_equal(names(), "");
}

static void
counts_those_that_are_expected(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 6; i++)
		hear(ADDR(i), "", 1);
	for (uint32_t i = 0; i < 4; i++)
		inventory_expect(inv, ADDR(i), true, at_s(1));
	names();
	assert_int_equal(list.expected, 0);
	hear(ADDR(0), "", 2);
	judge(2);
	names();
	assert_int_equal(list.expected, 3);
	inventory_expect(inv, ADDR(1), false, at_s(2));
	names();
	assert_int_equal(list.expected, 2);
}

/* Also of those whose names did not fit. */
static void
three_hundred_are_down(void **state)
{
	char expected[2 * DOWNLIST_LEN] = "";
	size_t len = 0, fit = 0;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		char name[16];

		snprintf(name, sizeof(name), "t5-%03u", i);
		hear(ADDR(i), name, 1);
		inventory_expect(inv, ADDR(i), i % 3 == 0, at_s(1));
	}
	judge(2);
	for (; len + strlen(", t5-000 and 300 more") < DOWNLIST_LEN; fit++)
		len += (size_t)sprintf(expected + len, "%st5-%03zu", fit > 0 ? ", " : "", fit);
	sprintf(expected + len, " and %zu more", MANY - fit);
	assert_string_equal(names(), expected);
	assert_int_equal(list.expected, MANY / 3);
}

/* The text is filled to the last octet, with and without a rest. */
static void
exact_fit(void **state)
{
	char long_name[WIRE_HOSTNAME_LEN], expected[2 * DOWNLIST_LEN];

	(void)state;
	repeat(long_name, "n", 255);
	hear(ADDR(1), long_name, 1);
	judge(2);
	assert_string_equal(names(), long_name);

	repeat(long_name, "n", 255 - strlen(", second and 1 more"));
	hear(ADDR(1), long_name, 3);
	hear(ADDR(2), "second", 3);
	hear(ADDR(3), "third.example.org", 3);
	judge(4);
	sprintf(expected, "%s, second and 1 more", long_name);
	assert_int_equal(strlen(expected), 255);
	assert_string_equal(names(), expected);

	/* One octet more. */
	strlcat(long_name, "n", sizeof(long_name));
	hear(ADDR(1), long_name, 5);
	judge(6);
	sprintf(expected, "%s and 2 more", long_name);
	assert_string_equal(names(), expected);

	/* Without the third one there is room for the second again. */
	hear(ADDR(3), "third.example.org", 7);
	judge(7);
	sprintf(expected, "%s, second", long_name);
	assert_string_equal(names(), expected);
}

static void
first_name_does_not_fit(void **state)
{
	static const char *const letters[] = {"n", U_UMLAUT, EURO, CLEF};
	static const char rest[] = "... and 1 more";

	(void)state;
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		const size_t octets = strlen(letters[i]);
		char name[WIRE_HOSTNAME_LEN], expected[2 * DOWNLIST_LEN];

		repeat(name, letters[i], 255 / octets);
		hear(ADDR(1), name, (int64_t)i + 1);
		hear(ADDR(2), "second", (int64_t)i + 1);
		judge((int64_t)i + 2);
		repeat(expected, letters[i], (255 - strlen(rest)) / octets);
		strlcat(expected, rest, sizeof(expected));
		assert_string_equal(names(), expected);
	}
}

/* Never within a character, however many octets precede it. */
static void
names_that_are_not_ascii(void **state)
{
	(void)state;
	hear(ADDR(2), "z" U_UMLAUT "rich", 1);
	judge(2);
	assert_string_equal(names(), "z" U_UMLAUT "rich");
	for (size_t shift = 0; shift < 8; shift++) {
		char name[WIRE_HOSTNAME_LEN];
		const char *end;

		repeat(name, "x", shift);
		for (size_t i = 0; i < 27; i++)
			strlcat(name, U_UMLAUT EURO CLEF, sizeof(name));
		strlcat(name, "tail", sizeof(name));
		hear(ADDR(1), name, (int64_t)shift + 3);
		judge((int64_t)shift + 4);
		end = strstr(names(), "... and 1 more");
		assert_non_null(end);
		assert_memory_equal(names(), name, (size_t)(end - list.names));
		assert_int_not_equal((unsigned char)name[end - list.names] & 0xc0, 0x80);
		/* No more was cut off than that character. */
		assert_true(strlen(list.names) > 255 - strlen(CLEF));
	}
}

static void
no_character_at_all(void **state)
{
	char name[WIRE_HOSTNAME_LEN];

	(void)state;
	repeat(name, "\x80", 255);
	hear(ADDR(1), name, 1);
	hear(ADDR(2), "second", 1);
	judge(2);
	assert_string_equal(names(), "... and 1 more");
}

/* Names of any length, in any order: the first ones are there, and the others counted. */
static void
any_names(void **state)
{
	srand(1);
	for (int turn = 0; turn < 200; turn++) {
		const uint32_t count = 1 + (uint32_t)rand() % 40;
		const size_t longest = 1 + (size_t)rand() % 100;
		const char *text;
		uint32_t fit = 0;

		clear(state);
		make(state);
		for (uint32_t i = 0; i < count; i++) {
			char name[WIRE_HOSTNAME_LEN];

			repeat(name, "y", 1 + (size_t)rand() % longest);
			hear(ADDR(i), name, 1);
		}
		judge(2);
		text = names();
		assert_true(strlen(text) < DOWNLIST_LEN);
		for (; *text == 'y' || *text == ','; fit++) {
			const struct manager *m = inventory_at_or_after(inv, ADDR(fit));

			text += fit > 0 ? strlen(", ") : 0;
			assert_memory_equal(text, m->hostname, strlen(m->hostname));
			text += strlen(m->hostname);
		}
		if (fit < count) {
			char rest[32];

			snprintf(rest, sizeof(rest), " and %u more", count - fit);
			assert_string_equal(text, rest);
		} else {
			assert_string_equal(text, "");
		}
	}
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, make, clear)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(names_those_that_are_down), CASE(counts_those_that_are_expected),
	    CASE(three_hundred_are_down),    CASE(exact_fit),
	    CASE(first_name_does_not_fit),   CASE(names_that_are_not_ascii),
	    CASE(no_character_at_all),       CASE(any_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
