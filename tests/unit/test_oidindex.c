/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <limits.h>
#include <cmocka.h>

#include "snmp/oidindex.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct oidindex tables[] = {
    {OIDINDEX_UNSIGNED, 2, 4},
    {OIDINDEX_ADDRESS, 2, 4},
    {OIDINDEX_UNSIGNED, 1, 1},
    {OIDINDEX_ADDRESS, UINT32_MAX, UINT32_MAX},
};

/* Values around every limit: columns, octets, 32 bits, and the type itself. */
static const unsigned long subids[] = {
    0, 1, 2, 3, 4, 5, 255, 256, UINT32_MAX - 1, UINT32_MAX, ULONG_MAX - 1, ULONG_MAX,
};
#define MAX_LEN (OIDINDEX_MAX_LEN + 1)

static int
compare(const unsigned long *a, size_t a_len, const unsigned long *b, size_t b_len)
{
	for (size_t i = 0; i < a_len && i < b_len; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return (a_len > b_len) - (a_len < b_len);
}

static int
compare_position(const struct oidindex *t, struct oidindex_position pos,
		 const unsigned long *suffix, size_t len)
{
	unsigned long own[OIDINDEX_MAX_LEN];

	return compare(own, oidindex_write(t, &pos, own), suffix, len);
}

/* The position before pos, in the order of keys within columns. */
static bool
step_back(const struct oidindex *t, struct oidindex_position *pos)
{
	if (pos->key > 0) {
		pos->key--;
		return true;
	}
	if (pos->column == t->first_column)
		return false;
	pos->column--;
	pos->key = UINT32_MAX;
	return true;
}

/* oidindex_after() must give the position that is greater than the suffix and
 * whose predecessor is not. */
static void
check_after(const struct oidindex *t, const unsigned long *suffix, size_t len)
{
	struct oidindex_position pos;

	if (oidindex_after(t, suffix, len, &pos)) {
		assert_in_range(pos.column, t->first_column, t->last_column);
		assert_true(compare_position(t, pos, suffix, len) > 0);
		if (step_back(t, &pos))
			assert_true(compare_position(t, pos, suffix, len) <= 0);
	} else {
		pos = (struct oidindex_position){t->last_column, UINT32_MAX};
		assert_true(compare_position(t, pos, suffix, len) <= 0);
	}
}

/* oidindex_exact() must accept exactly the suffixes that oidindex_write() can write. */
static void
check_exact(const struct oidindex *t, const unsigned long *suffix, size_t len)
{
	struct oidindex_position pos = {0, 0};

	switch (oidindex_exact(t, suffix, len, &pos)) {
	case OIDINDEX_POSSIBLE:
		assert_int_equal(compare_position(t, pos, suffix, len), 0);
		break;
	case OIDINDEX_NO_OBJECT:
		if (len > 0)
			assert_false(suffix[0] >= t->first_column && suffix[0] <= t->last_column);
		break;
	case OIDINDEX_NO_INSTANCE:
		assert_in_range(suffix[0], t->first_column, t->last_column);
		if (t->syntax == OIDINDEX_UNSIGNED && len == 2)
			assert_true(suffix[1] > UINT32_MAX);
		if (t->syntax == OIDINDEX_ADDRESS && len == 5)
			assert_true(suffix[1] > 255 || suffix[2] > 255 || suffix[3] > 255 ||
				    suffix[4] > 255);
		break;
	}
}

static void
each_suffix(const struct oidindex *t, unsigned long *suffix, size_t len, size_t max,
	    void (*check)(const struct oidindex *, const unsigned long *, size_t))
{
	check(t, suffix, len);
	for (size_t i = 0; len < max && i < COUNT(subids); i++) {
		suffix[len] = subids[i];
		each_suffix(t, suffix, len + 1, max, check);
	}
}

static void
after_every_suffix(void **state)
{
	unsigned long suffix[MAX_LEN] = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(tables); i++)
		each_suffix(&tables[i], suffix, 0, MAX_LEN, check_after);
}

static void
exactly_every_suffix(void **state)
{
	unsigned long suffix[MAX_LEN] = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(tables); i++)
		each_suffix(&tables[i], suffix, 0, MAX_LEN, check_exact);
}

static void
known_answers(void **state)
{
	const struct oidindex *addresses = &tables[1], *numbers = &tables[0];
	const unsigned long address[] = {3, 198, 18, 0, 7}, number[] = {3, 4000000000};
	struct oidindex_position pos;
	unsigned long suffix[OIDINDEX_MAX_LEN];

	(void)state;
	assert_int_equal(oidindex_exact(addresses, address, 5, &pos), OIDINDEX_POSSIBLE);
	assert_int_equal(pos.column, 3);
	assert_int_equal(pos.key, 0xc6120007);
	assert_int_equal(oidindex_write(addresses, &pos, suffix), 5);
	assert_memory_equal(suffix, address, sizeof(address));
	assert_int_equal(oidindex_exact(addresses, address, 4, &pos), OIDINDEX_NO_INSTANCE);

	assert_true(oidindex_after(addresses, address, 5, &pos));
	assert_int_equal(pos.key, 0xc6120008);
	assert_true(oidindex_after(addresses, address, 3, &pos));
	assert_int_equal(pos.key, 0xc6120000);

	assert_int_equal(oidindex_exact(numbers, number, 2, &pos), OIDINDEX_POSSIBLE);
	assert_int_equal(pos.key, 4000000000);
	assert_int_equal(oidindex_write(numbers, &pos, suffix), 2);
	assert_memory_equal(suffix, number, sizeof(number));
}

static void
next_column_ends(void **state)
{
	struct oidindex_position pos = {3, 77};

	(void)state;
	assert_true(oidindex_next_column(&tables[0], &pos));
	assert_int_equal(pos.column, 4);
	assert_int_equal(pos.key, 0);
	assert_false(oidindex_next_column(&tables[0], &pos));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(after_every_suffix),
	    cmocka_unit_test(exactly_every_suffix),
	    cmocka_unit_test(known_answers),
	    cmocka_unit_test(next_column_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
