/* SPDX-License-Identifier: BSD-2-Clause */
/* cmocka.h - replaces cmocka on architectures that have none: see run.sh.
 *
 * It has only what the tests of the pure core use, with the same meaning: a failed
 * assertion ends its test, and the group returns the number of failed tests.  For
 * programs of one source file.
 */
#ifndef CMOCKA_H
#define CMOCKA_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct CMUnitTest {
	const char *name;
	void (*test)(void **state);
	int (*setup)(void **state);
	int (*teardown)(void **state);
};

/* clang-format off */
#define cmocka_unit_test(f) {#f, f, NULL, NULL}
#define cmocka_unit_test_setup(f, setup) {#f, f, setup, NULL}
#define cmocka_unit_test_teardown(f, teardown) {#f, f, NULL, teardown}
#define cmocka_unit_test_setup_teardown(f, setup, teardown) {#f, f, setup, teardown}
/* clang-format on */

static jmp_buf cmocka_end_of_test;

__attribute__((noreturn, format(printf, 3, 4))) static void
cmocka_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	printf("%s:%d: ", file, line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	longjmp(cmocka_end_of_test, 1);
}

static inline void
cmocka_assert_in_range(uintmax_t value, uintmax_t low, uintmax_t high, const char *file, int line)
{
	if (value < low || value > high)
		cmocka_fail(file, line, "%#" PRIxMAX " is not in %#" PRIxMAX "..%#" PRIxMAX, value,
			    low, high);
}

static inline void
cmocka_assert_int(uintmax_t a, uintmax_t b, int equal, const char *file, int line)
{
	if ((a == b) != equal)
		cmocka_fail(file, line, "%#" PRIxMAX " %s %#" PRIxMAX, a, equal ? "!=" : "==", b);
}

static inline void
cmocka_assert_string(const char *a, const char *b, int equal, const char *file, int line)
{
	if ((strcmp(a, b) == 0) != equal)
		cmocka_fail(file, line, "\"%s\" %s \"%s\"", a, equal ? "!=" : "==", b);
}

static inline void
cmocka_assert_memory(const void *a, const void *b, size_t size, int equal, const char *file,
		     int line)
{
	const unsigned char *x = a;
	const unsigned char *y = b;
	size_t i = 0;

	while (i < size && x[i] == y[i])
		i++;
	if (equal && i < size)
		cmocka_fail(file, line, "difference at offset %zu: 0x%02x 0x%02x", i, x[i], y[i]);
	if (!equal && i == size)
		cmocka_fail(file, line, "no difference in %zu octets", size);
}

#define cmocka_here __FILE__, __LINE__
#define cmocka_check(c, text) ((c) ? (void)0 : cmocka_fail(cmocka_here, "%s", text))

#define fail() cmocka_fail(cmocka_here, "fail()")
#define fail_msg(...) cmocka_fail(cmocka_here, __VA_ARGS__)
#define print_message(...) printf(__VA_ARGS__)
#define print_error(...) printf(__VA_ARGS__)
#define assert_true(c) cmocka_check(c, #c)
#define assert_false(c) cmocka_check(!(c), "not: " #c)
#define assert_null(p) cmocka_check((p) == NULL, #p " is not NULL")
#define assert_non_null(p) cmocka_check((p) != NULL, #p " is NULL")
#define assert_ptr_equal(a, b) cmocka_check((a) == (b), #a " != " #b)
#define assert_ptr_not_equal(a, b) cmocka_check((a) != (b), #a " == " #b)
#define assert_int_equal(a, b) cmocka_assert_int((uintmax_t)(a), (uintmax_t)(b), 1, cmocka_here)
#define assert_int_not_equal(a, b) cmocka_assert_int((uintmax_t)(a), (uintmax_t)(b), 0, cmocka_here)
#define assert_string_equal(a, b) cmocka_assert_string(a, b, 1, cmocka_here)
#define assert_string_not_equal(a, b) cmocka_assert_string(a, b, 0, cmocka_here)
#define assert_memory_equal(a, b, size) cmocka_assert_memory(a, b, size, 1, cmocka_here)
#define assert_memory_not_equal(a, b, size) cmocka_assert_memory(a, b, size, 0, cmocka_here)
#define assert_in_range(value, low, high) \
	cmocka_assert_in_range((uintmax_t)(value), (uintmax_t)(low), (uintmax_t)(high), cmocka_here)

/* Returns whether the test, its setup and its teardown passed. */
static int
cmocka_run_test(const struct CMUnitTest *t, void *group_state)
{
	void *state = group_state;
	volatile int passed = 0;

	if (t->setup != NULL && t->setup(&state) != 0)
		return 0;
	if (setjmp(cmocka_end_of_test) == 0) {
		t->test(&state);
		passed = 1;
	}
	if (t->teardown != NULL && t->teardown(&state) != 0)
		passed = 0;
	return passed;
}

#define cmocka_run_group_tests(tests, setup, teardown) \
	cmocka_run_tests(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)

static int
cmocka_run_tests(const struct CMUnitTest *tests, size_t count, int (*setup)(void **state),
		 int (*teardown)(void **state))
{
	void *state = NULL;
	int failed = 0;

	if (setup != NULL && setup(&state) != 0)
		return (int)count;
	for (size_t i = 0; i < count; i++) {
		int passed = cmocka_run_test(&tests[i], state);

		printf("%s: %s\n", passed ? "ok" : "FAILED", tests[i].name);
		fflush(stdout);
		failed += !passed;
	}
	if (teardown != NULL && teardown(&state) != 0)
		failed++;
	return failed;
}

#endif /* CMOCKA_H */
