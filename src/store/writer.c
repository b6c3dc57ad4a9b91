/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* for pipe2(2): configure turns the system's extensions on */

#include "store/writer.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"

#define SOON_US US_PER_S
#define PAUSE_MAX_US (5 * US_PER_S)
#define OCTET_US 1          /* a megabyte a second in the long run, */
#define BURST_US US_PER_MIN /* and a minute's worth at once */
#define RETRY_MIN_US US_PER_S
#define RETRY_MAX_US US_PER_MIN
#define POLL_MAX_US US_PER_H

/* What the thread is asked for. */
#define ASKED_SOON 1u
#define ASKED_NOW 2u
#define ASKED_FINISH 4u

/* Times are clock_now().mono_us. */
struct schedule {
	int64_t due_us;    /* the next save, */
	int64_t rested_us; /* which is not before this */
	int64_t paid_us;   /* when what was written so far would be, at the pace of OCTET_US */
	int64_t retry_us;  /* what the last failure had to wait; 0: none, or there is news */
	int64_t period_us;
};

/* The thread sleeps in poll(2), not on a condition variable: what shifts the time of
 * a process (libfaketime) gets along with the one only. */
struct writer {
	struct writer_job job;
	struct schedule schedule; /* the thread's alone */
	atomic_uint asked;
	atomic_llong saving_us; /* since when it has been saving; 0: it is not */
	int64_t hanging_us;     /* that value, of a save that hangs; writer_watch()'s alone */
	int wake_read_fd, wake_write_fd;
	atomic_bool last_worked;
	int ended_read_fd, ended_write_fd; /* readable once the thread is through */
};

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void
note_asked(struct schedule *s, unsigned int asked, int64_t now_us)
{
	if (asked == 0)
		return;
	s->due_us = earlier(s->due_us, (asked & ASKED_NOW) != 0 ? now_us : now_us + SOON_US);
	s->retry_us = 0;
}

static void
note_saved(struct schedule *s, bool worked, size_t octets, int64_t start_us, int64_t end_us)
{
	s->paid_us = later(s->paid_us, end_us - BURST_US) + (int64_t)octets * OCTET_US;
	s->paid_us = earlier(s->paid_us, end_us + PAUSE_MAX_US);
	s->rested_us = later(end_us + earlier(end_us - start_us, PAUSE_MAX_US), s->paid_us);
	if (worked)
		s->retry_us = 0;
	else if (s->retry_us == 0)
		s->retry_us = RETRY_MIN_US;
	else
		s->retry_us = earlier(s->retry_us * 2, RETRY_MAX_US);
	s->due_us = end_us + (worked ? s->period_us : earlier(s->retry_us, s->period_us));
}

static int64_t
time_left_us(const struct schedule *s, int64_t now_us)
{
	return later(s->due_us, s->rested_us) - now_us;
}

/* Drained first: what is asked for later leaves something in the pipe. */
static unsigned int
take_asked(struct writer *w)
{
	char octets[64];

	while (read(w->wake_read_fd, octets, sizeof(octets)) > 0)
		;
	return atomic_exchange(&w->asked, 0);
}

static void
sleep_until_woken(const struct writer *w, int64_t left_us)
{
	struct pollfd wake = {.fd = w->wake_read_fd, .events = POLLIN};

	poll(&wake, 1, (int)((earlier(left_us, POLL_MAX_US) + 999) / 1000));
}

static bool
save_watched(struct writer *w, int64_t start_us, size_t *octets)
{
	bool worked;

	atomic_store(&w->saving_us, start_us);
	worked = w->job.save(w->job.ctx, octets);
	atomic_store(&w->saving_us, 0);
	return worked;
}

static void
save_in_turn(struct writer *w)
{
	int64_t start_us = clock_now().mono_us;
	size_t octets = 0;
	bool worked = save_watched(w, start_us, &octets);

	note_saved(&w->schedule, worked, octets, start_us, clock_now().mono_us);
}

static void *
run(void *arg)
{
	struct writer *w = arg;
	size_t octets = 0;

	for (;;) {
		int64_t now_us = clock_now().mono_us, left_us;
		unsigned int asked = take_asked(w);

		if ((asked & ASKED_FINISH) != 0)
			break;
		note_asked(&w->schedule, asked, now_us);
		left_us = time_left_us(&w->schedule, now_us);
		if (left_us > 0)
			sleep_until_woken(w, left_us);
		else
			save_in_turn(w);
	}
	atomic_store(&w->last_worked, w->job.save(w->job.ctx, &octets));
	(void)!write(w->ended_write_fd, "", 1);
	return NULL;
}

static int
start_thread(struct writer *w)
{
	pthread_attr_t attributes;
	sigset_t all, former;
	pthread_t thread;
	int error;

	error = pthread_attr_init(&attributes);
	if (error != 0)
		return error;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &former);
	error = pthread_create(&thread, &attributes, run, w);
	pthread_sigmask(SIG_SETMASK, &former, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

static int
open_pipe(int *read_fd, int *write_fd)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	*read_fd = fds[0];
	*write_fd = fds[1];
	return 0;
}

struct writer *
writer_start(const struct writer_job *job)
{
	struct writer *w = calloc(1, sizeof(*w));
	int64_t now_us = clock_now().mono_us;
	int error;

	assert(job->period_s >= 1);
	if (w == NULL)
		return NULL;
	w->job = *job;
	w->schedule.period_us = job->period_s * US_PER_S;
	w->schedule.rested_us = now_us;
	w->schedule.due_us = now_us + w->schedule.period_us;
	if (open_pipe(&w->wake_read_fd, &w->wake_write_fd) < 0) {
		error = errno;
		goto fail;
	}
	if (open_pipe(&w->ended_read_fd, &w->ended_write_fd) < 0) {
		error = errno;
		goto fail_wake;
	}
	error = start_thread(w);
	if (error == 0)
		return w;
	close(w->ended_read_fd);
	close(w->ended_write_fd);
fail_wake:
	close(w->wake_read_fd);
	close(w->wake_write_fd);
fail:
	free(w);
	errno = error;
	return NULL;
}

static void
ask(struct writer *w, unsigned int what)
{
	/* Otherwise whoever asked before wakes it. */
	if (atomic_fetch_or(&w->asked, what) == 0)
		(void)!write(w->wake_write_fd, "", 1);
}

void
writer_ask(struct writer *writer, enum writer_urgency urgency)
{
	ask(writer, urgency == WRITER_NOW ? ASKED_NOW : ASKED_SOON);
}

enum writer_news
writer_watch(struct writer *w, int *seconds)
{
	const int64_t now_us = clock_now().mono_us, since_us = atomic_load(&w->saving_us);
	const bool hung = w->hanging_us != 0;

	*seconds = (int)((now_us - (hung ? w->hanging_us : since_us)) / US_PER_S);
	if (hung ? since_us == w->hanging_us
		 : since_us == 0 || now_us - since_us < WRITER_HANG_S * US_PER_S)
		return WRITER_NO_NEWS;
	w->hanging_us = hung ? 0 : since_us;
	return hung ? WRITER_HANGS_NO_MORE : WRITER_HANGS;
}

bool
writer_finish(struct writer *writer, int timeout_ms)
{
	struct pollfd ended = {.fd = writer->ended_read_fd, .events = POLLIN};
	int64_t end_us = clock_now().mono_us + (int64_t)timeout_ms * US_PER_MS;
	int ready;

	ask(writer, ASKED_FINISH);
	do {
		int64_t left_us = end_us - clock_now().mono_us;

		ready = poll(&ended, 1, left_us > 0 ? (int)((left_us + 999) / 1000) : 0);
	} while (ready < 0 && errno == EINTR);
	return atomic_load(&writer->last_worked);
}
