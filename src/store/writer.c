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
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define SOON_US US_PER_S
#define RETRY_MIN_US US_PER_S
#define RETRY_MAX_US US_PER_MIN
#define POLL_MAX_US US_PER_H

/* What the thread is asked for. */
#define ASKED_SOON 1u
#define ASKED_NOW 2u
#define ASKED_FINISH 4u

/* Times are clock_now().mono_us. */
struct schedule {
	int64_t due_us;          /* the next save that was requested, or is tried again */
	int64_t periodic_due_us; /* the next periodic one */
	int64_t rested_us;       /* neither of them starts before this */
	int64_t retry_us;        /* pause after the last failure; 0: none since the last request */
	int64_t period_us;
};

/* The thread sleeps in poll(2), not on a condition variable, because only poll(2)
 * works with libfaketime, which shifts the time of a process. */
struct writer {
	struct writer_job job;
	struct schedule schedule; /* used by the thread only */
	atomic_uint asked;
	atomic_llong busy_us; /* since when it has been in the job; 0: it is not */
	int64_t hanging_us;   /* that value, of a call that hangs; used by writer_watch() only */
	int wake_fds[2], done_fds[2]; /* pipes; done: an octet after the start, and its end */
	atomic_bool last_worked;
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

static struct schedule
new_schedule(int64_t period_us, int64_t now_us)
{
	return (struct schedule){.due_us = INT64_MAX,
				 .periodic_due_us = now_us + period_us,
				 .rested_us = now_us,
				 .period_us = period_us};
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
note_failed(struct schedule *s, int64_t end_us)
{
	s->retry_us = s->retry_us == 0 ? RETRY_MIN_US : earlier(s->retry_us * 2, RETRY_MAX_US);
	s->due_us = end_us + earlier(s->retry_us, s->period_us);
	s->periodic_due_us = later(s->periodic_due_us, s->due_us);
	/* The more is unsaved, the more an attempt costs: events must not cause one after the
	 * other. */
	s->rested_us = end_us + RETRY_MIN_US;
}

static void
note_saved(struct schedule *s, enum writer_occasion occasion, int64_t end_us)
{
	s->retry_us = 0;
	s->due_us = INT64_MAX;
	if (occasion == WRITER_PERIODIC)
		s->periodic_due_us = end_us + s->period_us;
}

static int64_t
time_left_us(const struct schedule *s, int64_t now_us)
{
	return later(earlier(s->due_us, s->periodic_due_us), s->rested_us) - now_us;
}

/* The pipe is emptied first, so that a later request leaves an octet in it. */
static unsigned int
take_asked(struct writer *w)
{
	char octets[64];

	while (read(w->wake_fds[0], octets, sizeof(octets)) > 0)
		;
	return atomic_exchange(&w->asked, 0);
}

static void
sleep_until_woken(const struct writer *w, int64_t left_us)
{
	struct pollfd wake = {.fd = w->wake_fds[0], .events = POLLIN};

	poll(&wake, 1, (int)((earlier(left_us, POLL_MAX_US) + 999) / 1000));
}

static bool
save_watched(struct writer *w, enum writer_occasion occasion)
{
	bool worked;

	atomic_store(&w->busy_us, clock_now().mono_us);
	worked = w->job.save(w->job.ctx, occasion);
	atomic_store(&w->busy_us, 0);
	return worked;
}

static void
save_in_turn(struct writer *w, int64_t now_us)
{
	struct schedule *s = &w->schedule;
	const enum writer_occasion occasion =
	    now_us >= s->periodic_due_us ? WRITER_PERIODIC : WRITER_ASKED;

	if (save_watched(w, occasion))
		note_saved(s, occasion, clock_now().mono_us);
	else
		note_failed(s, clock_now().mono_us);
}

static void
start_watched(struct writer *w)
{
	atomic_store(&w->busy_us, clock_now().mono_us);
	w->job.start(w->job.ctx);
	atomic_store(&w->busy_us, 0);
	w->schedule = new_schedule(w->job.period_s * US_PER_S, clock_now().mono_us);
	(void)!write(w->done_fds[1], "", 1);
}

static void *
run(void *arg)
{
	struct writer *w = arg;

	start_watched(w);
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
			save_in_turn(w, now_us);
	}
	atomic_store(&w->last_worked, w->job.save(w->job.ctx, WRITER_LAST));
	close(w->done_fds[1]);
	return NULL;
}

/* Returns 0, or -1 with errno. */
static int
start_thread(struct writer *w)
{
	sigset_t all, previous;
	pthread_t thread;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &previous);
	error = pthread_create(&thread, NULL, run, w);
	pthread_sigmask(SIG_SETMASK, &previous, NULL);
	if (error == 0)
		pthread_detach(thread);
	errno = error;
	return error == 0 ? 0 : -1;
}

static void
close_pipe(const int fds[2])
{
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

struct writer *
writer_start(const struct writer_job *job)
{
	const int flags = O_CLOEXEC | O_NONBLOCK;
	struct writer *w = calloc(1, sizeof(*w));
	int number;

	assert(job->period_s >= 1);
	if (w == NULL)
		return NULL;
	w->job = *job;
	memset(w->wake_fds, -1, sizeof(w->wake_fds));
	memset(w->done_fds, -1, sizeof(w->done_fds));
	if (pipe2(w->wake_fds, flags) == 0 && pipe2(w->done_fds, flags) == 0 &&
	    start_thread(w) == 0)
		return w;
	number = errno;
	close_pipe(w->wake_fds);
	close_pipe(w->done_fds);
	free(w);
	errno = number;
	return NULL;
}

int
writer_started_fd(const struct writer *writer)
{
	return writer->done_fds[0];
}

static void
ask(struct writer *w, unsigned int what)
{
	/* Otherwise it has been woken already. */
	if (atomic_fetch_or(&w->asked, what) == 0)
		(void)!write(w->wake_fds[1], "", 1);
}

void
writer_ask(struct writer *writer, enum writer_urgency urgency)
{
	ask(writer, urgency == WRITER_NOW ? ASKED_NOW : ASKED_SOON);
}

enum writer_news
writer_watch(struct writer *w, int *seconds)
{
	const int64_t now_us = clock_now().mono_us, since_us = atomic_load(&w->busy_us);
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
	const int64_t end_us = clock_now().mono_us + (int64_t)timeout_ms * US_PER_MS;
	struct pollfd done = {.fd = writer->done_fds[0], .events = POLLIN};
	char octet;

	ask(writer, ASKED_FINISH);
	while (read(done.fd, &octet, 1) != 0) {
		const int64_t left_us = later(end_us - clock_now().mono_us, 0);

		if (poll(&done, 1, (int)((left_us + 999) / 1000)) == 0)
			break;
	}
	return atomic_load(&writer->last_worked);
}
