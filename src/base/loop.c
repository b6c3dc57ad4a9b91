/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* for pipe2(2): configure turns the system's extensions on */

#include "base/loop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

/* Between attempts to wait without memory, and between warnings about it. */
#define PAUSE_MS 100
#define WARNING_INTERVAL_US US_PER_MIN

struct watch {
	int fd;                /* -1: removed; deleted before the next poll */
	int64_t rest_until_us; /* 0: it does not rest */
	void (*fn)(void *ctx, int fd);
	void *ctx;
};

struct loop_timer {
	struct loop_timer *next;
	struct loop *loop;
	int64_t deadline_us;
	uint64_t set_in_turn;
	void (*fn)(void *ctx);
	void *ctx;
};

struct caught {
	int signo;
	void (*fn)(void *ctx, int signo);
	void *ctx;
	struct sigaction previous;
};

struct loop {
	struct watch *watches; /* in step with polls while callbacks run, may be longer */
	struct pollfd *polls;
	size_t count, capacity;
	struct loop_timer *timers;
	uint64_t turn;
	struct caught *caught;
	size_t caught_count;
	int signal_read_fd;
	int64_t next_warning_us;
	bool stopping;
};

/* The only data used by the signal handler. */
static volatile sig_atomic_t signal_write_fd = -1;

struct loop *
loop_new(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (loop != NULL)
		loop->signal_read_fd = -1;
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	for (size_t i = 0; i < loop->caught_count; i++)
		sigaction(loop->caught[i].signo, &loop->caught[i].previous, NULL);
	if (loop->signal_read_fd >= 0) {
		close(loop->signal_read_fd);
		close(signal_write_fd);
		signal_write_fd = -1;
	}
	while (loop->timers != NULL) {
		struct loop_timer *timer = loop->timers;

		loop->timers = timer->next;
		free(timer);
	}
	free(loop->caught);
	free(loop->polls);
	free(loop->watches);
	free(loop);
}

static struct watch *
find_watch(struct loop *loop, int fd)
{
	for (size_t i = 0; i < loop->count; i++)
		if (loop->watches[i].fd == fd)
			return &loop->watches[i];
	return NULL;
}

static int
grow(struct loop *loop)
{
	size_t capacity = loop->capacity == 0 ? 16 : loop->capacity * 2;
	struct watch *watches = realloc(loop->watches, capacity * sizeof(*watches));
	struct pollfd *polls;

	if (watches == NULL)
		return -1;
	loop->watches = watches;
	polls = realloc(loop->polls, capacity * sizeof(*polls));
	if (polls == NULL)
		return -1;
	loop->polls = polls;
	loop->capacity = capacity;
	return 0;
}

int
loop_add_fd(struct loop *loop, int fd, void (*fn)(void *ctx, int fd), void *ctx)
{
	if (fd < 0) {
		errno = EBADF;
		return -1;
	}
	if (find_watch(loop, fd) != NULL) {
		errno = EEXIST;
		return -1;
	}
	if (loop->count == loop->capacity && grow(loop) < 0)
		return -1;
	loop->watches[loop->count++] = (struct watch){.fd = fd, .fn = fn, .ctx = ctx};
	return 0;
}

void
loop_remove_fd(struct loop *loop, int fd)
{
	struct watch *watch = fd < 0 ? NULL : find_watch(loop, fd);

	/* The slot is kept until the next turn: its neighbours may be in use, and
	 * results of poll(2) must not be applied to a new fd of the same number. */
	if (watch != NULL)
		watch->fd = -1;
}

void
loop_rest_fd(struct loop *loop, int fd, int64_t until_us)
{
	struct watch *watch = find_watch(loop, fd);

	if (watch != NULL)
		watch->rest_until_us = until_us;
}

struct loop_timer *
loop_add_timer(struct loop *loop, void (*fn)(void *ctx), void *ctx)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));

	if (timer == NULL)
		return NULL;
	timer->loop = loop;
	timer->deadline_us = LOOP_NEVER;
	timer->fn = fn;
	timer->ctx = ctx;
	timer->next = loop->timers;
	loop->timers = timer;
	return timer;
}

void
loop_set_timer(struct loop_timer *timer, int64_t deadline_us)
{
	timer->deadline_us = deadline_us;
	timer->set_in_turn = timer->loop->turn;
}

static void
on_signal(int signo)
{
	int saved = errno;
	uint8_t octet = (uint8_t)signo;

	/* A full pipe wakes the loop, too, so errors can be ignored. */
	if (write(signal_write_fd, &octet, 1) < 0)
		errno = 0;
	errno = saved;
}

static void
deliver_signals(void *ctx, int fd)
{
	struct loop *loop = ctx;
	uint8_t octets[64];
	ssize_t len = read(fd, octets, sizeof(octets));

	for (ssize_t k = 0; k < len; k++)
		for (size_t i = 0; i < loop->caught_count; i++)
			if (loop->caught[i].signo == octets[k]) {
				loop->caught[i].fn(loop->caught[i].ctx, octets[k]);
				break;
			}
}

static int
open_signal_pipe(struct loop *loop)
{
	int fds[2];

	if (loop->signal_read_fd >= 0)
		return 0;
	if (signal_write_fd >= 0) {
		errno = EBUSY;
		return -1;
	}
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	if (loop_add_fd(loop, fds[0], deliver_signals, loop) < 0) {
		close(fds[0]);
		close(fds[1]);
		return -1;
	}
	loop->signal_read_fd = fds[0];
	signal_write_fd = fds[1];
	return 0;
}

int
loop_add_signal(struct loop *loop, int signo, void (*fn)(void *ctx, int signo), void *ctx)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	struct caught *caught;

	if (open_signal_pipe(loop) < 0)
		return -1;
	caught = realloc(loop->caught, (loop->caught_count + 1) * sizeof(*caught));
	if (caught == NULL)
		return -1;
	loop->caught = caught;
	caught += loop->caught_count;
	*caught = (struct caught){.signo = signo, .fn = fn, .ctx = ctx};
	sigemptyset(&action.sa_mask);
	if (sigaction(signo, &action, &caught->previous) < 0)
		return -1;
	loop->caught_count++;
	return 0;
}

static struct pollfd
poll_of(const struct watch *watch)
{
	/* poll(2) ignores negative descriptors. */
	return (struct pollfd){.fd = watch->rest_until_us == 0 ? watch->fd : -1, .events = POLLIN};
}

static void
sweep_watches(struct loop *loop, int64_t now_us)
{
	size_t kept = 0;

	for (size_t i = 0; i < loop->count; i++)
		if (loop->watches[i].fd >= 0)
			loop->watches[kept++] = loop->watches[i];
	loop->count = kept;
	for (size_t i = 0; i < kept; i++) {
		if (loop->watches[i].rest_until_us <= now_us)
			loop->watches[i].rest_until_us = 0;
		loop->polls[i] = poll_of(&loop->watches[i]);
	}
}

/* When a timer is due or the rest of a descriptor ends; LOOP_NEVER: neither is awaited. */
static int64_t
next_deadline(const struct loop *loop)
{
	int64_t deadline_us = LOOP_NEVER;

	for (const struct loop_timer *timer = loop->timers; timer != NULL; timer = timer->next)
		if (timer->deadline_us < deadline_us)
			deadline_us = timer->deadline_us;
	for (size_t i = 0; i < loop->count; i++) {
		const int64_t rest_until_us = loop->watches[i].rest_until_us;

		if (rest_until_us != 0 && rest_until_us < deadline_us)
			deadline_us = rest_until_us;
	}
	return deadline_us;
}

/* Milliseconds until the next deadline, rounded up so that poll(2) does not
 * return just before it and spin; -1: there is none. */
static int
poll_timeout(const struct loop *loop, int64_t now_us)
{
	const int64_t deadline_us = next_deadline(loop);
	int64_t left_us;

	if (deadline_us == LOOP_NEVER)
		return -1;
	left_us = deadline_us - now_us;
	if (left_us <= 0)
		return 0;
	return left_us / 1000 >= INT_MAX ? INT_MAX : (int)((left_us + 999) / 1000);
}

/* Timers that are set by a callback are called in the next turn, so that a timer
 * that is always due does not prevent descriptors from being served. */
static void
run_timers(struct loop *loop)
{
	int64_t now_us = clock_now().mono_us;

	while (!loop->stopping) {
		struct loop_timer *due = NULL;

		for (struct loop_timer *timer = loop->timers; timer != NULL; timer = timer->next)
			if (timer->deadline_us <= now_us && timer->set_in_turn != loop->turn &&
			    (due == NULL || timer->deadline_us < due->deadline_us))
				due = timer;
		if (due == NULL)
			return;
		due->deadline_us = LOOP_NEVER;
		due->fn(due->ctx);
	}
}

static void
run_watches(struct loop *loop, size_t polled)
{
	for (size_t i = 0; i < polled && !loop->stopping; i++) {
		/* A copy, because the callback may add an fd, which can move the array. */
		struct watch watch = loop->watches[i];

		if (loop->polls[i].revents == 0 || watch.fd < 0)
			continue;
		assert((loop->polls[i].revents & POLLNVAL) == 0); /* closed before it was removed */
		watch.fn(watch.ctx, watch.fd);
	}
}

/* The kernel needs memory to wait for many descriptors.  Until it is available again,
 * timers and signals, such as one that ends the process, are still handled. */
static void
pause_without_memory(struct loop *loop)
{
	const int64_t now_us = clock_now().mono_us;

	if (now_us >= loop->next_warning_us) {
		log_warning("cannot wait for input: %s; trying again", strerror(errno));
		loop->next_warning_us = now_us + WARNING_INTERVAL_US;
	}
	poll(NULL, 0, PAUSE_MS);
	if (loop->signal_read_fd >= 0)
		deliver_signals(loop, loop->signal_read_fd);
}

int
loop_run(struct loop *loop)
{
	loop->stopping = false;
	while (!loop->stopping) {
		const int64_t now_us = clock_now().mono_us;
		size_t polled;
		int ready;

		sweep_watches(loop, now_us);
		polled = loop->count;
		ready = poll(loop->polls, (nfds_t)polled, poll_timeout(loop, now_us));
		if (ready < 0 && (errno == ENOMEM || errno == EAGAIN))
			pause_without_memory(loop);
		else if (ready < 0 && errno != EINTR)
			return -1;
		loop->turn++;
		if (ready > 0)
			run_watches(loop, polled);
		run_timers(loop);
	}
	return 0;
}

void
loop_stop(struct loop *loop)
{
	loop->stopping = true;
}

enum loop_waited
loop_wait(struct loop *loop, int fd, int timeout_ms)
{
	const int64_t end_us = clock_now().mono_us + (int64_t)timeout_ms * US_PER_MS;
	struct pollfd polls[] = {{.fd = fd, .events = POLLIN},
				 {.fd = loop->signal_read_fd, .events = POLLIN}};

	loop->stopping = false;
	for (;;) {
		const int64_t left_us = end_us - clock_now().mono_us;

		polls[0].revents = polls[1].revents = 0;
		(void)poll(polls, 2, left_us > 0 ? (int)((left_us + 999) / 1000) : 0);
		if (polls[1].revents != 0)
			deliver_signals(loop, loop->signal_read_fd);
		if (loop->stopping)
			return LOOP_STOPPED;
		if (polls[0].revents != 0)
			return LOOP_READABLE;
		if (left_us <= 0)
			return LOOP_TIMEOUT;
	}
}
