/* SPDX-License-Identifier: BSD-2-Clause */
/* Deadlines, descriptors and signals of base/loop.c. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"

/* The events so far, one letter each. */
static char trace[64];

static void
note(char letter)
{
	size_t len = strlen(trace);

	assert_true(len + 1 < sizeof(trace));
	trace[len] = letter;
	trace[len + 1] = '\0';
}

/* poll(2) and log_warning() as loop.c sees them: see --wrap in Makefile.am. */
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
void __wrap_log_line(enum log_level level, const char *format, ...);

static int poll_errors[8]; /* the errors of successive calls of poll(2); 0: no more */
static size_t polls_failed;
static unsigned int warnings;

int
__wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	if (count == 0 || poll_errors[polls_failed] == 0)
		return __real_poll(fds, count, timeout);
	errno = poll_errors[polls_failed++];
	return -1;
}

void
__wrap_log_line(enum log_level level, const char *format, ...)
{
	(void)format;
	warnings += level == LOG_LEVEL_WARNING;
}

static void
let_poll_fail(size_t times, int error)
{
	polls_failed = 0;
	warnings = 0;
	memset(poll_errors, 0, sizeof(poll_errors));
	for (size_t i = 0; i < times; i++)
		poll_errors[i] = error;
}

struct scene {
	struct loop *loop;
	struct loop_timer *a, *b, *c, *end;
	int pipe1[2], pipe2[2];
};

static void
on_end(void *ctx)
{
	struct scene *s = ctx;

	note('.');
	loop_stop(s->loop);
}

static int
set_up(void **state)
{
	static struct scene scene;

	memset(&scene, 0, sizeof(scene));
	trace[0] = '\0';
	scene.loop = loop_new();
	scene.end = loop_add_timer(scene.loop, on_end, &scene);
	if (pipe(scene.pipe1) < 0 || pipe(scene.pipe2) < 0)
		return -1;
	*state = &scene;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	loop_free(s->loop);
	for (int i = 0; i < 2; i++) {
		close(s->pipe1[i]);
		close(s->pipe2[i]);
	}
	return 0;
}

static void
fill(int pipe_fds[2])
{
	assert_int_equal(write(pipe_fds[1], "x", 1), 1);
}

static void
empty(int fd)
{
	char octet;

	assert_int_equal(read(fd, &octet, 1), 1);
}

static void
on_a(void *ctx)
{
	(void)ctx;
	note('a');
}

static void
on_b(void *ctx)
{
	(void)ctx;
	note('b');
}

static void
on_c(void *ctx)
{
	(void)ctx;
	note('c');
}

static void
due_timers_run_in_deadline_order(void **state)
{
	struct scene *s = *state;
	int64_t now_us = clock_now().mono_us;

	s->a = loop_add_timer(s->loop, on_a, s);
	s->b = loop_add_timer(s->loop, on_b, s);
	s->c = loop_add_timer(s->loop, on_c, s);
	loop_set_timer(s->c, now_us - 1000);
	loop_set_timer(s->a, now_us - 3000);
	loop_set_timer(s->b, now_us - 2000);
	loop_set_timer(s->end, now_us);
	assert_int_equal(loop_run(s->loop), 0);
	assert_string_equal(trace, "abc.");
}

static void
timer_waits_for_its_deadline(void **state)
{
	struct scene *s = *state;
	int64_t deadline_us = clock_now().mono_us + 20500;

	loop_set_timer(s->end, deadline_us);
	assert_int_equal(loop_run(s->loop), 0);
	assert_true(clock_now().mono_us >= deadline_us);
}

static void
disarmed_timer_stays_silent(void **state)
{
	struct scene *s = *state;
	int64_t now_us = clock_now().mono_us;

	s->a = loop_add_timer(s->loop, on_a, s);
	loop_set_timer(s->a, now_us);
	loop_set_timer(s->a, LOOP_NEVER);
	loop_set_timer(s->end, now_us + 2000);
	assert_int_equal(loop_run(s->loop), 0);
	assert_string_equal(trace, ".");
}

/* Disarm c, which is also due, and add a timer that ends the run. */
static void
on_a_rearranging(void *ctx)
{
	struct scene *s = ctx;

	note('a');
	loop_set_timer(s->c, LOOP_NEVER);
	s->b = loop_add_timer(s->loop, on_end, s);
	assert_non_null(s->b);
	loop_set_timer(s->b, 0);
}

static void
callback_adds_and_disarms_timers(void **state)
{
	struct scene *s = *state;

	s->a = loop_add_timer(s->loop, on_a_rearranging, s);
	s->c = loop_add_timer(s->loop, on_c, s);
	loop_set_timer(s->a, 1);
	loop_set_timer(s->c, 2);
	assert_int_equal(loop_run(s->loop), 0);
	assert_string_equal(trace, "a.");
}

static void
on_a_again(void *ctx)
{
	struct scene *s = ctx;

	if (trace[0] == '\0') {
		note('a');
		fill(s->pipe1);
	}
	loop_set_timer(s->a, 0);
}

static void
on_readable_stop(void *ctx, int fd)
{
	struct scene *s = ctx;

	note('r');
	empty(fd);
	loop_stop(s->loop);
}

static void
timer_always_due_leaves_room_for_descriptors(void **state)
{
	struct scene *s = *state;

	s->a = loop_add_timer(s->loop, on_a_again, s);
	loop_set_timer(s->a, 0);
	assert_int_equal(loop_add_fd(s->loop, s->pipe1[0], on_readable_stop, s), 0);
	assert_int_equal(loop_run(s->loop), 0);
	assert_string_equal(trace, "ar");
}

static void
on_a_end_rest(void *ctx)
{
	struct scene *s = ctx;

	note('a');
	loop_rest_fd(s->loop, s->pipe1[0], 0);
}

static void
resting_descriptor_is_not_served(void **state)
{
	struct scene *s = *state;
	const int64_t now_us = clock_now().mono_us;

	fill(s->pipe1);
	assert_int_equal(loop_add_fd(s->loop, s->pipe1[0], on_readable_stop, s), 0);
	loop_rest_fd(s->loop, s->pipe1[0], now_us + US_PER_DAY);
	s->a = loop_add_timer(s->loop, on_a_end_rest, s);
	loop_set_timer(s->a, now_us);
	assert_int_equal(loop_run(s->loop), 0);
	assert_string_equal(trace, "ar");
}

static void
rest_ends_without_another_event(void **state)
{
	struct scene *s = *state;
	const int64_t until_us = clock_now().mono_us + 5500;

	fill(s->pipe1);
	assert_int_equal(loop_add_fd(s->loop, s->pipe1[0], on_readable_stop, s), 0);
	loop_rest_fd(s->loop, s->pipe1[0], until_us);
	loop_rest_fd(s->loop, s->pipe2[0], 1); /* not waited for: no effect */
	assert_int_equal(loop_run(s->loop), 0);
	assert_string_equal(trace, "r");
	assert_true(clock_now().mono_us >= until_us);
}

static void
on_readable_remove_both(void *ctx, int fd)
{
	struct scene *s = ctx;

	note(fd == s->pipe1[0] ? '1' : '2');
	loop_remove_fd(s->loop, s->pipe1[0]);
	loop_remove_fd(s->loop, s->pipe2[0]);
	loop_set_timer(s->end, clock_now().mono_us + 2000);
}

static void
callback_removes_itself_and_a_ready_neighbour(void **state)
{
	struct scene *s = *state;

	assert_int_equal(loop_add_fd(s->loop, s->pipe1[0], on_readable_remove_both, s), 0);
	assert_int_equal(loop_add_fd(s->loop, s->pipe2[0], on_readable_remove_both, s), 0);
	fill(s->pipe1);
	fill(s->pipe2);
	assert_int_equal(loop_run(s->loop), 0);
	assert_string_equal(trace, "1.");
}

static void
on_readable_wrong(void *ctx, int fd)
{
	(void)ctx;
	(void)fd;
	note('!');
}

static void
on_readable_reuse_number(void *ctx, int fd)
{
	struct scene *s = ctx;
	int neighbour = s->pipe2[0];

	note('1');
	empty(fd);
	loop_remove_fd(s->loop, neighbour);
	/* The same number is now the read end of an empty pipe. */
	assert_int_equal(dup2(s->pipe1[0], neighbour), neighbour);
	assert_int_equal(loop_add_fd(s->loop, neighbour, on_readable_wrong, s), 0);
	loop_set_timer(s->end, clock_now().mono_us + 2000);
}

static void
readiness_of_a_closed_fd_does_not_reach_its_successor(void **state)
{
	struct scene *s = *state;

	assert_int_equal(loop_add_fd(s->loop, s->pipe1[0], on_readable_reuse_number, s), 0);
	assert_int_equal(loop_add_fd(s->loop, s->pipe2[0], on_readable_wrong, s), 0);
	fill(s->pipe1);
	fill(s->pipe2);
	assert_int_equal(loop_run(s->loop), 0);
	assert_string_equal(trace, "1.");
}

#define MANY 40

static void
on_readable_add_many(void *ctx, int fd)
{
	struct scene *s = ctx;

	note('1');
	empty(fd);
	loop_remove_fd(s->loop, fd);
	for (int i = 0; i < MANY; i++) {
		int copy = dup(s->pipe2[0]);

		assert_true(copy >= 0);
		assert_int_equal(loop_add_fd(s->loop, copy, on_readable_wrong, s), 0);
		loop_remove_fd(s->loop, copy);
		close(copy);
	}
	assert_int_equal(loop_add_fd(s->loop, s->pipe2[0], on_readable_stop, s), 0);
	fill(s->pipe2);
}

static void
callback_adds_more_than_there_is_room_for(void **state)
{
	struct scene *s = *state;

	assert_int_equal(loop_add_fd(s->loop, s->pipe1[0], on_readable_add_many, s), 0);
	fill(s->pipe1);
	assert_int_equal(loop_run(s->loop), 0);
	assert_string_equal(trace, "1r");
}

static void
one_entry_per_fd(void **state)
{
	struct scene *s = *state;

	assert_int_equal(loop_add_fd(s->loop, s->pipe1[0], on_readable_stop, s), 0);
	assert_int_equal(loop_add_fd(s->loop, s->pipe1[0], on_readable_stop, s), -1);
	assert_int_equal(errno, EEXIST);
	loop_remove_fd(s->loop, s->pipe1[0]);
	assert_int_equal(loop_add_fd(s->loop, s->pipe1[0], on_readable_stop, s), 0);
	assert_int_equal(loop_add_fd(s->loop, -1, on_readable_stop, s), -1);
	assert_int_equal(errno, EBADF);
	loop_remove_fd(s->loop, -1);
}

static void
on_hangup(void *ctx, int fd)
{
	struct scene *s = ctx;
	char octet;

	note('h');
	assert_int_equal(read(fd, &octet, 1), 0);
	loop_stop(s->loop);
}

static void
hangup_is_reported(void **state)
{
	struct scene *s = *state;

	assert_int_equal(loop_add_fd(s->loop, s->pipe1[0], on_hangup, s), 0);
	close(s->pipe1[1]);
	s->pipe1[1] = -1;
	assert_int_equal(loop_run(s->loop), 0);
	assert_string_equal(trace, "h");
}

static void
on_signal(void *ctx, int signo)
{
	struct scene *s = ctx;

	if (signo == SIGUSR1) {
		note('u');
		raise(SIGUSR2);
	} else {
		note('v');
		loop_stop(s->loop);
	}
}

static void
on_usr1(void *ctx, int signo)
{
	(void)ctx;
	(void)signo;
	note('u');
}

static void
on_a_raise(void *ctx)
{
	(void)ctx;
	note('a');
	raise(SIGUSR1);
}

static void
signals_are_delivered_in_the_loop(void **state)
{
	struct scene *s = *state;

	assert_int_equal(loop_add_signal(s->loop, SIGUSR1, on_signal, s), 0);
	assert_int_equal(loop_add_signal(s->loop, SIGUSR2, on_signal, s), 0);
	s->a = loop_add_timer(s->loop, on_a_raise, s);
	loop_set_timer(s->a, 0);
	assert_int_equal(loop_run(s->loop), 0);
	assert_string_equal(trace, "auv");
}

static void
on_pipe_stop(void *ctx, int fd)
{
	struct scene *s = ctx;

	empty(fd);
	note('p');
	loop_stop(s->loop);
}

static void
on_alarm(void *ctx, int signo)
{
	struct scene *s = ctx;

	assert_int_equal(signo, SIGALRM);
	note('s');
	loop_stop(s->loop);
}

/* poll(2), which waits for nothing else, fails with EINTR; then the pipe is readable. */
static void
signal_interrupts_the_wait(void **state)
{
	struct scene *s = *state;

	assert_int_equal(loop_add_signal(s->loop, SIGALRM, on_alarm, s), 0);
	ualarm(20000, 0);
	assert_int_equal(loop_run(s->loop), 0);
	assert_string_equal(trace, "s");
}

static void
only_one_loop_has_signals(void **state)
{
	struct scene *s = *state;
	struct loop *other = loop_new();
	struct sigaction after;

	assert_int_equal(loop_add_signal(s->loop, SIGUSR1, on_signal, s), 0);
	assert_int_equal(loop_add_signal(other, SIGUSR2, on_signal, s), -1);
	assert_int_equal(errno, EBUSY);
	loop_free(s->loop);
	s->loop = NULL;
	assert_int_equal(sigaction(SIGUSR1, NULL, &after), 0);
	assert_true(after.sa_handler == SIG_DFL);
	assert_int_equal(loop_add_signal(other, SIGUSR2, on_signal, s), 0);
	loop_free(other);
}

static void
wait_without_memory_is_repeated(void **state)
{
	struct scene *s = *state;

	let_poll_fail(3, ENOMEM);
	assert_int_equal(loop_add_fd(s->loop, s->pipe1[0], on_pipe_stop, s), 0);
	fill(s->pipe1);
	assert_int_equal(loop_run(s->loop), 0);
	assert_string_equal(trace, "p");
	assert_int_equal(polls_failed, 3);
	assert_int_equal(warnings, 1);
}

/* An operator who sees the warning about memory must be able to end the process. */
static void
signal_is_delivered_while_there_is_no_memory(void **state)
{
	struct scene *s = *state;

	assert_int_equal(loop_add_signal(s->loop, SIGALRM, on_alarm, s), 0);
	let_poll_fail(1, ENOMEM);
	raise(SIGALRM);
	assert_int_equal(loop_run(s->loop), 0);
	assert_string_equal(trace, "s");
	assert_int_equal(polls_failed, 1);
}

static void
other_failure_to_wait_ends_the_loop(void **state)
{
	struct scene *s = *state;

	let_poll_fail(1, EINVAL);
	assert_int_equal(loop_add_fd(s->loop, s->pipe1[0], on_pipe_stop, s), 0);
	assert_int_equal(loop_run(s->loop), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(warnings, 0);
}

/* What is due in the loop is not called, but signals are. */
static void
wait_for_one_descriptor(void **state)
{
	struct scene *s = *state;

	assert_int_equal(loop_add_fd(s->loop, s->pipe1[0], on_pipe_stop, s), 0);
	loop_set_timer(s->end, 0);
	fill(s->pipe1);
	assert_int_equal(loop_wait(s->loop, s->pipe2[0], 20), LOOP_TIMEOUT);
	assert_int_equal(loop_add_signal(s->loop, SIGUSR1, on_usr1, s), 0);
	raise(SIGUSR1);
	assert_int_equal(loop_wait(s->loop, s->pipe2[0], 20), LOOP_TIMEOUT);
	assert_string_equal(trace, "u");
	fill(s->pipe2);
	assert_int_equal(loop_wait(s->loop, s->pipe2[0], 20), LOOP_READABLE);
	assert_string_equal(trace, "u");
}

static void
signal_ends_the_wait_for_one_descriptor(void **state)
{
	struct scene *s = *state;

	assert_int_equal(loop_add_signal(s->loop, SIGALRM, on_alarm, s), 0);
	ualarm(20000, 0);
	assert_int_equal(loop_wait(s->loop, s->pipe2[0], 60000), LOOP_STOPPED);
	assert_string_equal(trace, "s");
	/* It comes before what is readable. */
	raise(SIGALRM);
	fill(s->pipe2);
	assert_int_equal(loop_wait(s->loop, s->pipe2[0], 60000), LOOP_STOPPED);
	assert_string_equal(trace, "ss");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(due_timers_run_in_deadline_order),
	    TEST(timer_waits_for_its_deadline),
	    TEST(disarmed_timer_stays_silent),
	    TEST(callback_adds_and_disarms_timers),
	    TEST(timer_always_due_leaves_room_for_descriptors),
	    TEST(resting_descriptor_is_not_served),
	    TEST(rest_ends_without_another_event),
	    TEST(callback_removes_itself_and_a_ready_neighbour),
	    TEST(readiness_of_a_closed_fd_does_not_reach_its_successor),
	    TEST(callback_adds_more_than_there_is_room_for),
	    TEST(one_entry_per_fd),
	    TEST(hangup_is_reported),
	    TEST(signals_are_delivered_in_the_loop),
	    TEST(signal_interrupts_the_wait),
	    TEST(only_one_loop_has_signals),
	    TEST(wait_without_memory_is_repeated),
	    TEST(signal_is_delivered_while_there_is_no_memory),
	    TEST(other_failure_to_wait_ends_the_loop),
	    TEST(wait_for_one_descriptor),
	    TEST(signal_ends_the_wait_for_one_descriptor),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
