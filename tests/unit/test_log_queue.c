/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/log_queue.h"

static struct log_queue queue;
static struct log_line line;

static int
empty(void **state)
{
	(void)state;
	memset(&queue, 0, sizeof(queue));
	return 0;
}

/* Put a line of len octets that begins with the number. */
static void
put(unsigned int number, size_t len)
{
	char text[LOG_TEXT_LEN];

	memset(text, 'x', sizeof(text));
	snprintf(text, sizeof(text), "%08u", number);
	if (len > 8)
		text[8] = ' ';
	log_queue_put(&queue, (int)(number % 8), (time_t)number, text, len);
}

static void
assert_taken(unsigned int number, size_t len, unsigned int dropped)
{
	unsigned int read = 0;

	assert_true(log_queue_take(&queue, &line));
	/* NOLINTNEXTLINE(cert-err34-c): written by put() */
	assert_int_equal(sscanf(line.text, "%8u", &read), 1);
	assert_int_equal(read, number);
	assert_int_equal(line.when, number);
	assert_int_equal(line.level, number % 8);
	assert_int_equal(line.len, len);
	assert_int_equal(strlen(line.text), len);
	assert_int_equal(line.dropped, dropped);
}

/* Returns the number of lines of this length that fit. */
static unsigned int
fill(unsigned int number, size_t len)
{
	unsigned int first = number;

	while (queue.dropped == 0)
		put(number++, len);
	return number - first - 1;
}

static void
first_in_first_out(void **state)
{
	(void)state;
	assert_false(log_queue_take(&queue, &line));
	for (unsigned int i = 0; i < 100; i++)
		put(i, 8 + i % 2 * (LOG_TEXT_LEN - 9));
	for (unsigned int i = 0; i < 100; i++)
		assert_taken(i, 8 + i % 2 * (LOG_TEXT_LEN - 9), 0);
	assert_false(log_queue_take(&queue, &line));
}

/* Lines wrap at each position of the buffer. */
static void
wraps_around(void **state)
{
	unsigned int put_so_far = 0, taken = 0;

	(void)state;
	while (put_so_far < 20)
		put(put_so_far++, 700);
	for (; taken < 20000; taken++) {
		put(put_so_far, 8 + put_so_far % 1000);
		put_so_far++;
		assert_taken(taken, taken < 20 ? 700 : 8 + taken % 1000, 0);
	}
	while (taken < put_so_far) {
		assert_taken(taken, 8 + taken % 1000, 0);
		taken++;
	}
	assert_false(log_queue_take(&queue, &line));
}

static void
what_does_not_fit_is_counted(void **state)
{
	unsigned int fit = fill(0, 100);

	(void)state;
	assert_in_range(fit, 1000, LOG_QUEUE_LEN / 100);
	for (unsigned int i = 0; i < 36; i++)
		put(1, 100);
	for (unsigned int i = 0; i < fit; i++)
		assert_taken(i, 100, 0);
	/* Dropped lines must be reported even if no line follows. */
	assert_true(log_queue_take(&queue, &line));
	assert_int_equal(line.len, 0);
	assert_int_equal(line.dropped, 37);
	assert_false(log_queue_take(&queue, &line));
	put(5, 100);
	assert_taken(5, 100, 0);
}

/* The number of dropped lines is in the next line for which there is room. */
static void
loss_is_in_its_place(void **state)
{
	unsigned int fit = fill(0, 100), taken = 0;

	(void)state;
	while (queue.used > LOG_QUEUE_LEN / 3)
		assert_taken(taken++, 100, 0);
	put(9000, 50);
	put(9001, 50);
	while (taken < fit)
		assert_taken(taken++, 100, 0);
	assert_taken(9000, 50, 1);
	assert_taken(9001, 50, 0);
	assert_false(log_queue_take(&queue, &line));
}

/* While the queue is emptied slowly there is one gap, not one after each line. */
static void
half_is_free_before_there_is_room(void **state)
{
	unsigned int fit = fill(0, 100), taken = 0, dropped = 1;

	(void)state;
	while (queue.dropped > 0) {
		assert_taken(taken++, 100, 0);
		put(9000, 100);
		dropped += queue.dropped > 0;
	}
	assert_in_range(taken, fit / 2, fit / 2 + 2);
	for (; taken < fit; taken++)
		assert_taken(taken, 100, 0);
	assert_taken(9000, 100, dropped);
	assert_false(log_queue_take(&queue, &line));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(first_in_first_out, empty),
	    cmocka_unit_test_setup(wraps_around, empty),
	    cmocka_unit_test_setup(what_does_not_fit_is_counted, empty),
	    cmocka_unit_test_setup(loss_is_in_its_place, empty),
	    cmocka_unit_test_setup(half_is_free_before_there_is_room, empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
