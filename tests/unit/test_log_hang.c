/* SPDX-License-Identifier: BSD-2-Clause */
/* log.c with destinations that hang, or cannot be written. */
#include <sys/socket.h>

#include "log_child.h"

#define MANY 20000

static int control[2]; /* the ends of parent and child */

/* Report that the child has logged all lines, and wait until the parent has read them. */
static void
report_and_wait(void)
{
	char octet;

	check(write(control[1], "", 1) == 1);
	check(read(control[1], &octet, 1) == 1);
	log_finish(WAIT_MS);
}

static void
log_many(const char *destination)
{
	check(log_choose(destination) == 0);
	check(log_start() == 0);
	for (int i = 0; i < MANY; i++)
		log_info("line %d of many that nobody reads", i);
	log_finish(20); /* it times out */
	report_and_wait();
}

static void
log_many_to_standard_error(void)
{
	log_many("e");
}

static void
log_many_to_file(void)
{
	log_many(file_destination);
}

static pid_t
start_hanging_child(void (*fn)(void), int fd)
{
	char octet;
	pid_t child;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control), 0);
	child = start_child(fn, STDERR_FILENO, fd);
	close(fd);
	close(control[1]);
	assert_int_equal(read(control[0], &octet, 1), 1);
	return child;
}

static void
await_hanging_child(pid_t child)
{
	await_child(child);
	close(control[0]);
}

/* All lines are in order, and missing ones are counted in their place; the child ends. */
static void
assert_all_accounted_for(FILE *stream)
{
	unsigned int next = 0, gaps = 0, number;
	char line[2048];

	assert_non_null(stream);
	assert_int_equal(write(control[0], "", 1), 1);
	while (next < MANY && fgets(line, sizeof(line), stream) != NULL) {
		const char *text = strstr(line, ": ");

		assert_non_null(text);
		/* NOLINTBEGIN(cert-err34-c): the numbers are written by the child */
		if (sscanf(text, ": line %u of", &number) == 1) {
			assert_int_equal(number, next);
			next++;
		} else if (sscanf(text, ": warning: %u log lines were dropped", &number) == 1) {
			next += number;
			gaps++;
		} else {
			assert_non_null(strstr(text, "the log cannot be written yet"));
		}
		/* NOLINTEND(cert-err34-c) */
	}
	assert_int_equal(next, MANY);
	assert_in_range(gaps, 1, 3);
	fclose(stream);
}

static void
pipe_that_nobody_reads(void **state)
{
	pid_t child;
	int fds[2];

	(void)state;
	for (int blocking = 0; blocking < 2; blocking++) {
		assert_int_equal(pipe(fds), 0);
		if (!blocking)
			fcntl(fds[1], F_SETFL, O_NONBLOCK);
		child = start_hanging_child(log_many_to_standard_error, fds[1]);
		assert_all_accounted_for(fdopen(fds[0], "r"));
		await_hanging_child(child);
	}
}

static void
fifo_without_a_reader(void **state)
{
	pid_t child;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	child = start_hanging_child(log_many_to_file,
				    open(standard, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	assert_all_accounted_for(fopen(path, "re"));
	await_hanging_child(child);
	assert_non_null(strstr(content(standard), "cannot be written yet"));
}

static void
log_to_full_disk(void)
{
	check(symlink("/dev/full", path) == 0);
	check(log_choose(file_destination) == 0);
	check(log_start() == 0);
	for (int i = 0; i < 36; i++)
		log_info("nowhere to go");
	log_finish(WAIT_MS);
	log_info("nor here");
	log_finish(WAIT_MS);
	check(unlink(path) == 0);
	log_reopen();
	log_finish(WAIT_MS);
	log_info("at last");
	log_finish(WAIT_MS);
}

/* Lines that cannot be written count as dropped. */
static void
what_cannot_be_written(void **state)
{
	const char *text;

	(void)state;
	caught(STDERR_FILENO, log_to_full_disk);
	text = strstr(content(path), "]: warning: 37 log lines were dropped\n");
	assert_non_null(text);
	text = strchr(text, '\n') + 1;
	assert_non_null(strstr(text, "]: at last\n"));
}

static void
rotate_into_fifo(void)
{
	check(log_choose(file_destination) == 0);
	check(log_start() == 0);
	log_info("before");
	log_finish(WAIT_MS);
	check(rename(path, rotated) == 0 && mkfifo(path, 0600) == 0);
	log_reopen();
	log_info("after");
	log_finish(20); /* it times out */
	/* Replaced by a file, without any reader. */
	check(unlink(path) == 0);
	log_finish(WAIT_MS);
}

static void
reopening_waits_for_nobody(void **state)
{
	(void)state;
	caught(STDERR_FILENO, rotate_into_fifo);
	assert_non_null(strstr(content(rotated), "]: before\n"));
	assert_non_null(strstr(content(path), "]: after\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(pipe_that_nobody_reads, clean),
	    cmocka_unit_test_teardown(fifo_without_a_reader, clean),
	    cmocka_unit_test_teardown(what_cannot_be_written, clean),
	    cmocka_unit_test_teardown(reopening_waits_for_nobody, clean),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
