/* SPDX-License-Identifier: BSD-2-Clause */
/* writer.c with a clock that stands still unless the test moves it, and a job that
 * ends when the test lets it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

#include "store/writer.c"

#define WAIT_MS 30000 /* for what must happen */
#define IDLE_MS 100   /* for what must not */
#define LONG_S 100000

static _Atomic int64_t clock_us = 1000;

struct moment
clock_now(void)
{
	return (struct moment){.mono_us = clock_us};
}

static void
assert_left(const struct schedule *s, int64_t now_us, int64_t wanted_us)
{
	int64_t left_us = time_left_us(s, now_us);

	if (left_us != wanted_us)
		fail_msg("%lld us are left, not %lld", (long long)left_us, (long long)wanted_us);
}

static struct schedule
schedule_at_zero(void)
{
	return new_schedule(600 * US_PER_S, 0);
}

static void
test_soon_and_now(void **state)
{
	struct schedule s = schedule_at_zero();

	(void)state;
	assert_left(&s, 0, 600 * US_PER_S);
	note_asked(&s, 0, 100);
	assert_left(&s, 100, 600 * US_PER_S - 100);
	note_asked(&s, ASKED_SOON, 200);
	assert_left(&s, 200, US_PER_S);
	note_asked(&s, ASKED_SOON, 500);
	assert_left(&s, 500, US_PER_S - 300);
	note_asked(&s, ASKED_NOW | ASKED_SOON, 600);
	assert_left(&s, 600, 0);
	note_asked(&s, ASKED_SOON, 700);
	assert_left(&s, 700, -100);
}

static void
test_period(void **state)
{
	struct schedule s = schedule_at_zero();

	(void)state;
	/* Saves that were asked for do not delay it. */
	note_asked(&s, ASKED_NOW, 300 * US_PER_S);
	note_saved(&s, WRITER_ASKED, 301 * US_PER_S);
	assert_left(&s, 301 * US_PER_S, 299 * US_PER_S);
	note_saved(&s, WRITER_PERIODIC, 602 * US_PER_S);
	assert_left(&s, 602 * US_PER_S, 600 * US_PER_S);
	note_asked(&s, ASKED_SOON, 1202 * US_PER_S - 1000);
	assert_left(&s, 1202 * US_PER_S - 1000, 1000);
}

/* However long a save took. */
static void
test_no_pause(void **state)
{
	struct schedule s = schedule_at_zero();

	(void)state;
	note_saved(&s, WRITER_ASKED, 100 * US_PER_S);
	note_asked(&s, ASKED_NOW, 100 * US_PER_S);
	assert_left(&s, 100 * US_PER_S, 0);
}

/* Fail at once whenever it is due. */
static int64_t
fail_when_due(struct schedule *s, int64_t now_us)
{
	now_us += time_left_us(s, now_us);
	note_failed(s, now_us);
	return now_us;
}

static void
assert_retries(struct schedule *s, int64_t now_us)
{
	static const int wanted_s[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};

	for (size_t i = 0; i < sizeof(wanted_s) / sizeof(wanted_s[0]); i++) {
		now_us = fail_when_due(s, now_us);
		assert_left(s, now_us, wanted_s[i] * US_PER_S);
	}
}

static void
test_retries(void **state)
{
	struct schedule s = schedule_at_zero();
	int64_t now_us = 0;

	(void)state;
	note_asked(&s, ASKED_NOW, 0);
	assert_retries(&s, 0);
	/* A request is tried a second after a failure, and the retries start over. */
	now_us = 300 * US_PER_S;
	note_failed(&s, now_us);
	note_asked(&s, ASKED_NOW, now_us + 1000);
	assert_left(&s, now_us, US_PER_S);
	now_us = fail_when_due(&s, now_us);
	assert_left(&s, now_us, US_PER_S);
	now_us = fail_when_due(&s, now_us);
	assert_left(&s, now_us, 2 * US_PER_S);
	note_asked(&s, ASKED_SOON, now_us);
	assert_left(&s, now_us, US_PER_S);

	note_saved(&s, WRITER_PERIODIC, now_us);
	assert_left(&s, now_us, 600 * US_PER_S);
	note_asked(&s, ASKED_NOW, now_us);
	now_us = fail_when_due(&s, now_us);
	assert_left(&s, now_us, US_PER_S);
}

static void
test_retries_of_a_periodic_save(void **state)
{
	struct schedule s = schedule_at_zero();

	(void)state;
	assert_retries(&s, 600 * US_PER_S);
}

static void
test_retries_within_a_period(void **state)
{
	struct schedule s = new_schedule(3 * US_PER_S, 0);
	int64_t now_us = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		now_us = fail_when_due(&s, now_us);
	assert_left(&s, now_us, 3 * US_PER_S);
}

/* Nothing of it is freed, as a writer is not. */
struct script {
	struct writer *writer;
	int started_read_fd, started_write_fd; /* an octet for each save */
	int verdict_read_fd, verdict_write_fd; /* 'y' or 'n' ends it */
	atomic_uint saves;
	enum writer_occasion occasion; /* of the last save */
	bool signals_blocked;
};

static struct script scripts[32];
static size_t script_count;

static bool
all_signals_blocked(void)
{
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	for (int signo = 1; signo < 32; signo++)
		if (signo != SIGKILL && signo != SIGSTOP && !sigismember(&mask, signo))
			return false;
	return true;
}

static void
start_at_once(void *ctx)
{
	(void)ctx;
}

static void
start_slowly(void *ctx)
{
	struct script *s = ctx;
	char verdict;

	s->signals_blocked = all_signals_blocked();
	(void)!write(s->started_write_fd, "", 1);
	(void)!read(s->verdict_read_fd, &verdict, 1);
}

static bool
save(void *ctx, enum writer_occasion occasion)
{
	struct script *s = ctx;
	char verdict = 'n';

	s->signals_blocked = all_signals_blocked();
	s->occasion = occasion;
	atomic_fetch_add(&s->saves, 1);
	(void)!write(s->started_write_fd, "", 1);
	(void)!read(s->verdict_read_fd, &verdict, 1);
	return verdict == 'y';
}

static struct script *
start_with(void (*fn)(void *ctx), int period_s)
{
	struct script *s = &scripts[script_count++];
	struct writer_job job = {.ctx = s, .start = fn, .save = save, .period_s = period_s};
	int started[2], verdict[2];

	assert_true(script_count < sizeof(scripts) / sizeof(scripts[0]));
	assert_int_equal(pipe2(started, O_CLOEXEC), 0);
	assert_int_equal(pipe2(verdict, O_CLOEXEC), 0);
	s->started_read_fd = started[0];
	s->started_write_fd = started[1];
	s->verdict_read_fd = verdict[0];
	s->verdict_write_fd = verdict[1];
	s->writer = writer_start(&job);
	assert_non_null(s->writer);
	return s;
}

static bool
is_readable(int fd, int timeout_ms)
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};

	return poll(&readable, 1, timeout_ms) == 1;
}

/* It has started when this returns, so that the clock may be set. */
static struct script *
start(int period_s)
{
	struct script *s = start_with(start_at_once, period_s);

	assert_true(is_readable(writer_started_fd(s->writer), WAIT_MS));
	return s;
}

static bool
started_within(struct script *s, int timeout_ms)
{
	char octet;

	return is_readable(s->started_read_fd, timeout_ms) &&
	       read(s->started_read_fd, &octet, 1) == 1;
}

static void
await_save(struct script *s)
{
	assert_true(started_within(s, WAIT_MS));
}

/* A second for each look: what is to be due may still have to be noted. */
static void
await_save_as_time_goes_by(struct script *s)
{
	for (int i = 0; i < WAIT_MS / IDLE_MS; i++) {
		clock_us += US_PER_S;
		if (started_within(s, IDLE_MS))
			return;
	}
	fail();
}

/* May be said before the save starts. */
static void
end_save(struct script *s, char verdict)
{
	assert_int_equal(write(s->verdict_write_fd, &verdict, 1), 1);
}

static void
finish(struct script *s)
{
	end_save(s, 'y');
	assert_true(writer_finish(s->writer, WAIT_MS));
	await_save(s);
}

static void
assert_saves(struct script *s, unsigned int wanted)
{
	assert_int_equal(atomic_load(&s->saves), wanted);
}

static void
test_only_the_last_save(void **state)
{
	struct script *s = start(LONG_S);

	(void)state;
	assert_false(started_within(s, IDLE_MS));
	finish(s);
	assert_saves(s, 1);
	assert_true(writer_finish(s->writer, 0));
	writer_ask(s->writer, WRITER_NOW);
	assert_false(started_within(s, IDLE_MS));
	assert_saves(s, 1);
}

#define THREADS 4
#define ASKS 30000

static void *
ask_often(void *arg)
{
	struct script *s = arg;

	for (int i = 0; i < ASKS; i++)
		writer_ask(s->writer, i % 7 == 0 ? WRITER_NOW : WRITER_SOON);
	return NULL;
}

/* More than a pipe holds, while nobody reads it. */
static void
test_many_ask(void **state)
{
	struct script *s = start(LONG_S);
	pthread_t threads[THREADS];

	(void)state;
	writer_ask(s->writer, WRITER_NOW);
	await_save(s);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_often, s), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_saves(s, 1);
	end_save(s, 'y');
	await_save(s);
	end_save(s, 'y');
	assert_false(started_within(s, IDLE_MS));
	finish(s);
	assert_saves(s, 3);
}

static struct writer *restless;
static atomic_uint news, saved_news;

static bool
save_news(void *ctx, enum writer_occasion occasion)
{
	(void)ctx;
	(void)occasion;
	atomic_store(&saved_news, atomic_load(&news));
	return true;
}

static bool
is_saved(unsigned int what)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		if (atomic_load(&saved_news) == what)
			return true;
		sched_yield();
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - start.tv_sec < WAIT_MS / 1000);
	return false;
}

/* Asked at each instant of the thread's way back to sleep: this one does not sleep,
 * so that they are on two processors. */
static void
test_nothing_is_overlooked(void **state)
{
	struct writer_job job = {.start = start_at_once, .save = save_news, .period_s = LONG_S};

	(void)state;
	restless = writer_start(&job);
	assert_non_null(restless);
	for (unsigned int i = 1; i <= 20000; i++) {
		for (volatile unsigned int spin = i % 1000; spin > 0; spin--)
			;
		atomic_store(&news, i);
		writer_ask(restless, WRITER_NOW);
		assert_true(is_saved(i));
	}
	assert_true(writer_finish(restless, WAIT_MS));
}

static void
test_now_goes_before_soon(void **state)
{
	struct script *soon = start(LONG_S), *now = start(LONG_S);

	(void)state;
	writer_ask(soon->writer, WRITER_SOON);
	writer_ask(now->writer, WRITER_NOW);
	await_save(now);
	assert_false(started_within(soon, IDLE_MS));
	await_save_as_time_goes_by(soon);
	end_save(now, 'y');
	end_save(soon, 'y');
	finish(now);
	finish(soon);
	assert_saves(soon, 2);
}

static void
test_saves_unasked(void **state)
{
	struct script *s = start(1);

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_false(started_within(s, IDLE_MS));
		await_save_as_time_goes_by(s);
		assert_int_equal(s->occasion, WRITER_PERIODIC);
		end_save(s, 'y');
	}
	finish(s);
	assert_int_equal(s->occasion, WRITER_LAST);
	assert_saves(s, 3);
}

/* A periodic save that failed is tried again as one. */
static void
test_periodic_failure(void **state)
{
	struct script *s = start(1);

	(void)state;
	for (const char *verdict = "nny"; *verdict != '\0'; verdict++) {
		await_save_as_time_goes_by(s);
		assert_int_equal(s->occasion, WRITER_PERIODIC);
		end_save(s, *verdict);
	}
	finish(s);
}

static void
test_failure_is_retried(void **state)
{
	struct script *s = start(LONG_S);

	(void)state;
	writer_ask(s->writer, WRITER_NOW);
	await_save(s);
	end_save(s, 'n');
	assert_false(started_within(s, IDLE_MS));
	await_save_as_time_goes_by(s);
	assert_int_equal(s->occasion, WRITER_ASKED);
	end_save(s, 'y');
	assert_false(started_within(s, IDLE_MS));
	finish(s);
	assert_saves(s, 3);
}

static void
test_finish_saves_what_is_new(void **state)
{
	struct script *s = start(LONG_S);

	(void)state;
	writer_ask(s->writer, WRITER_NOW);
	await_save(s);
	writer_ask(s->writer, WRITER_NOW);
	end_save(s, 'y');
	await_save(s);
	end_save(s, 'n');
	writer_ask(s->writer, WRITER_SOON);
	finish(s);
	assert_saves(s, 3);
}

static void
test_finish_that_fails(void **state)
{
	struct script *s = start(LONG_S);

	(void)state;
	end_save(s, 'n');
	assert_false(writer_finish(s->writer, WAIT_MS));
	assert_saves(s, 1);
	await_save(s);
	end_save(s, 'y');
	assert_false(writer_finish(s->writer, WAIT_MS));
	assert_false(started_within(s, IDLE_MS));
}

static void
test_finish_that_is_stuck(void **state)
{
	struct script *s = start(LONG_S);

	(void)state;
	writer_ask(s->writer, WRITER_NOW);
	await_save(s);
	assert_false(writer_finish(s->writer, IDLE_MS));
	assert_false(writer_finish(s->writer, 0));
	assert_saves(s, 1);
	end_save(s, 'y');
	await_save(s);
	assert_false(writer_finish(s->writer, IDLE_MS));
	end_save(s, 'y');
	assert_true(writer_finish(s->writer, WAIT_MS));
	assert_saves(s, 2);
}

/* A save that failed is followed by a pause, which would never end. */
static void
test_finish_does_not_pause(void **state)
{
	struct script *s = start(LONG_S);

	(void)state;
	writer_ask(s->writer, WRITER_NOW);
	await_save(s);
	end_save(s, 'n');
	writer_ask(s->writer, WRITER_NOW);
	assert_false(started_within(s, IDLE_MS));
	end_save(s, 'y');
	assert_true(writer_finish(s->writer, WAIT_MS));
	assert_saves(s, 2);
	assert_int_equal(s->occasion, WRITER_LAST);
}

static void
assert_news(struct script *s, enum writer_news wanted, int wanted_seconds)
{
	int seconds = -1;

	assert_int_equal(writer_watch(s->writer, &seconds), wanted);
	if (wanted != WRITER_NO_NEWS)
		assert_int_equal(seconds, wanted_seconds);
}

/* Until the thread is back from a save. */
static void
await_no_more(struct script *s, int wanted_seconds)
{
	while (atomic_load(&s->writer->busy_us) != 0)
		sched_yield();
	assert_news(s, WRITER_HANGS_NO_MORE, wanted_seconds);
}

/* One line when it begins and one when it is over, whatever comes of it. */
static void
test_save_that_hangs(void **state)
{
	struct script *s = start(LONG_S);

	(void)state;
	assert_news(s, WRITER_NO_NEWS, 0);
	for (const char *verdict = "yn"; *verdict != '\0'; verdict++) {
		writer_ask(s->writer, WRITER_NOW);
		await_save_as_time_goes_by(s);
		/* It began at some time while time went by. */
		clock_us = atomic_load(&s->writer->busy_us) + 5 * US_PER_S - 1;
		assert_news(s, WRITER_NO_NEWS, 0);
		clock_us += 1;
		assert_news(s, WRITER_HANGS, 5);
		clock_us += 100 * US_PER_S;
		assert_news(s, WRITER_NO_NEWS, 0);
		end_save(s, *verdict);
		await_no_more(s, 105);
		assert_news(s, WRITER_NO_NEWS, 0);
	}
	/* One that does not. */
	await_save_as_time_goes_by(s);
	clock_us = atomic_load(&s->writer->busy_us) + 4 * US_PER_S;
	assert_news(s, WRITER_NO_NEWS, 0);
	end_save(s, 'y');
	finish(s);
	assert_news(s, WRITER_NO_NEWS, 0);
}

/* Requests while start() runs are served after it. */
static void
test_start_that_hangs(void **state)
{
	struct script *s = start_with(start_slowly, LONG_S);

	(void)state;
	await_save(s);
	assert_true(s->signals_blocked);
	writer_ask(s->writer, WRITER_NOW);
	assert_false(is_readable(writer_started_fd(s->writer), IDLE_MS));
	clock_us = atomic_load(&s->writer->busy_us) + 5 * US_PER_S;
	assert_news(s, WRITER_HANGS, 5);
	assert_false(writer_finish(s->writer, IDLE_MS));
	assert_saves(s, 0);
	end_save(s, 'y');
	assert_true(is_readable(writer_started_fd(s->writer), WAIT_MS));
	end_save(s, 'y');
	assert_true(writer_finish(s->writer, WAIT_MS));
	assert_saves(s, 1);
	assert_news(s, WRITER_HANGS_NO_MORE, 5);
}

/* Two saves at most for what was asked for while they were under way. */
static void
test_requests_during_saves(void **state)
{
	struct script *s = start(LONG_S);

	(void)state;
	for (unsigned int i = 1; i <= 3; i++) {
		writer_ask(s->writer, WRITER_NOW);
		await_save(s);
		for (int k = 0; k < 1000; k++)
			writer_ask(s->writer, WRITER_NOW);
		end_save(s, 'y');
		await_save(s);
		end_save(s, 'y');
		assert_false(started_within(s, IDLE_MS));
		assert_saves(s, 2 * i);
	}
	finish(s);
}

static struct script *interrupted;
static volatile sig_atomic_t interruptions;

static void
on_alarm(int signo)
{
	(void)signo;
	if (++interruptions == 10)
		(void)!write(interrupted->verdict_write_fd, "y", 1);
}

static void
test_finish_that_is_interrupted(void **state)
{
	struct itimerval often = {.it_value.tv_usec = 1000, .it_interval.tv_usec = 1000};
	struct itimerval never = {.it_value.tv_usec = 0};
	struct sigaction action = {.sa_handler = on_alarm}, previous;
	bool done;

	(void)state;
	interrupted = start(LONG_S);
	assert_int_equal(sigaction(SIGALRM, &action, &previous), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	done = writer_finish(interrupted->writer, WAIT_MS);
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &previous, NULL);
	assert_true(done);
	assert_true(interruptions >= 10);
}

static void
test_signals(void **state)
{
	struct script *s = start(LONG_S);

	(void)state;
	finish(s);
	assert_true(s->signals_blocked);
	assert_false(all_signals_blocked());
}

/* None free, then one, and so on. */
static void
test_no_descriptors(void **state)
{
	struct writer_job job = {.start = start_at_once, .save = save, .period_s = LONG_S};
	struct rlimit previous, few;
	int next = dup(STDIN_FILENO);

	(void)state;
	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &previous), 0);
	for (int i = 0; i < 4; i++) {
		few =
		    (struct rlimit){.rlim_cur = (rlim_t)(next + i), .rlim_max = previous.rlim_max};
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		errno = 0;
		assert_null(writer_start(&job));
		assert_int_equal(errno, EMFILE);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &previous), 0);
	assert_int_equal(dup(STDIN_FILENO), next);
	close(next);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_soon_and_now),
	    cmocka_unit_test(test_period),
	    cmocka_unit_test(test_no_pause),
	    cmocka_unit_test(test_retries),
	    cmocka_unit_test(test_retries_of_a_periodic_save),
	    cmocka_unit_test(test_retries_within_a_period),
	    cmocka_unit_test(test_only_the_last_save),
	    cmocka_unit_test(test_many_ask),
	    cmocka_unit_test(test_nothing_is_overlooked),
	    cmocka_unit_test(test_now_goes_before_soon),
	    cmocka_unit_test(test_saves_unasked),
	    cmocka_unit_test(test_periodic_failure),
	    cmocka_unit_test(test_failure_is_retried),
	    cmocka_unit_test(test_finish_saves_what_is_new),
	    cmocka_unit_test(test_finish_that_fails),
	    cmocka_unit_test(test_finish_that_is_stuck),
	    cmocka_unit_test(test_finish_does_not_pause),
	    cmocka_unit_test(test_finish_that_is_interrupted),
	    cmocka_unit_test(test_save_that_hangs),
	    cmocka_unit_test(test_start_that_hangs),
	    cmocka_unit_test(test_requests_during_saves),
	    cmocka_unit_test(test_signals),
	    cmocka_unit_test(test_no_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
