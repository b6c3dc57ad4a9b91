/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define FIFO_INTERVAL_MS 500 /* between attempts to find a reader */

#define PENDING (-1)

/* Callers wait for the thread in poll(2), and not with pthread_cond_timedwait(3), whose
 * clock libfaketime changes. */
static struct {
	pthread_mutex_t lock; /* guards the members below; not held while the sink is used */
	pthread_cond_t work;
	struct log_queue queue;
	bool reopen;
	int open_error; /* of the first attempt: PENDING, 0 or an errno */
	bool idle;      /* everything is written */
	bool awaited;   /* write an octet to the pipe when one of these two changes */
	/* Set before the thread is started: */
	struct log_sink *sink;
	int wake_read_fd, wake_write_fd;
	/* Used by the thread only: */
	unsigned int lost; /* dropped lines that were not reported yet */
} w = {.lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER, .open_error = PENDING};

void
log_writer_put(enum log_level level, time_t when, const char *text, size_t len)
{
	pthread_mutex_lock(&w.lock);
	log_queue_put(&w.queue, level, when, text, len);
	w.idle = false;
	pthread_cond_signal(&w.work);
	pthread_mutex_unlock(&w.lock);
}

/* Called with the lock held. */
static void
wake_waiter(void)
{
	if (w.awaited)
		(void)!write(w.wake_write_fd, "", 1);
	w.awaited = false;
}

static void
note_opened(int error)
{
	pthread_mutex_lock(&w.lock);
	if (w.open_error == PENDING)
		w.open_error = error;
	wake_waiter();
	pthread_mutex_unlock(&w.lock);
}

/* Lines are queued in the meantime. */
static int
open_patiently(void)
{
	while (log_sink_open(w.sink) < 0) {
		if (errno != ENXIO)
			return errno;
		poll(NULL, 0, FIFO_INTERVAL_MS);
	}
	return 0;
}

__attribute__((format(printf, 3, 4))) static bool
write_text(enum log_level level, time_t when, const char *format, ...)
{
	struct log_line line = {.level = level, .when = when};
	va_list args;

	va_start(args, format);
	vsnprintf(line.text, sizeof(line.text), format, args);
	va_end(args);
	line.len = strlen(line.text);
	return log_sink_write(w.sink, &line);
}

static void
reopen(void)
{
	const int error = open_patiently();

	if (error != 0)
		write_text(LOG_LEVEL_ERROR, time(NULL), "cannot reopen the log file %s: %s",
			   w.sink->path, strerror(error));
}

/* Lines that cannot be written, because the disk is full, are counted as dropped. */
static void
write_line(const struct log_line *line)
{
	const time_t when = line->len > 0 ? line->when : time(NULL);

	w.lost += line->dropped;
	if (w.lost > 0 && write_text(LOG_LEVEL_WARNING, when, "%u log line%s dropped", w.lost,
				     w.lost == 1 ? " was" : "s were"))
		w.lost = 0;
	if (line->len > 0 && (w.lost > 0 || !log_sink_write(w.sink, line)))
		w.lost++;
}

/* Wait for work.  Returns whether there is a line; *again: reopen the sink first. */
static bool
take(struct log_line *line, bool *again)
{
	bool any;

	pthread_mutex_lock(&w.lock);
	while (!(any = log_queue_take(&w.queue, line)) && !w.reopen) {
		w.idle = true;
		wake_waiter();
		pthread_cond_wait(&w.work, &w.lock);
	}
	*again = w.reopen;
	w.reopen = false;
	pthread_mutex_unlock(&w.lock);
	return any;
}

static void *
run(void *arg)
{
	static struct log_line line;
	bool again;

	(void)arg;
	note_opened(open_patiently());
	for (;;) {
		const bool any = take(&line, &again);

		if (again)
			reopen();
		if (any)
			write_line(&line);
	}
	return NULL;
}

static int
start_thread(void)
{
	sigset_t all, before;
	pthread_t thread;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, NULL, run, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error == 0)
		pthread_detach(thread);
	return error;
}

static bool
is_opened(void)
{
	return w.open_error != PENDING;
}

static bool
is_idle(void)
{
	return w.idle;
}

/* Wait for the condition, at most timeout_ms.  Returns whether it is fulfilled. */
static bool
await(bool (*wanted)(void), int timeout_ms)
{
	const int64_t end_us = clock_now().mono_us + (int64_t)timeout_ms * US_PER_MS;

	for (;;) {
		struct pollfd wake = {.fd = w.wake_read_fd, .events = POLLIN};
		const int64_t left_us = end_us - clock_now().mono_us;
		char octets[16];
		bool is;

		pthread_mutex_lock(&w.lock);
		is = wanted();
		w.awaited = !is;
		pthread_mutex_unlock(&w.lock);
		if (is || left_us <= 0)
			return is;
		poll(&wake, 1, (int)((left_us + 999) / 1000));
		while (read(w.wake_read_fd, octets, sizeof(octets)) > 0)
			;
	}
}

int
log_writer_start(struct log_sink *sink, int timeout_ms, bool *opened)
{
	int fds[2], error;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	w.wake_read_fd = fds[0];
	w.wake_write_fd = fds[1];
	w.sink = sink;
	error = start_thread();
	if (error == 0) {
		*opened = await(is_opened, timeout_ms);
		pthread_mutex_lock(&w.lock);
		error = *opened ? w.open_error : 0;
		pthread_mutex_unlock(&w.lock);
	}
	errno = error;
	return error == 0 ? 0 : -1;
}

void
log_writer_reopen(void)
{
	pthread_mutex_lock(&w.lock);
	w.reopen = true;
	w.idle = false;
	pthread_cond_signal(&w.work);
	pthread_mutex_unlock(&w.lock);
}

bool
log_writer_flush(int timeout_ms)
{
	return await(is_idle, timeout_ms);
}
