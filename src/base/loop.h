/* SPDX-License-Identifier: BSD-2-Clause */
/* loop.h - waits with poll(2) for descriptors, timers and signals.
 *
 * Each loop belongs to one thread.  Callbacks may add and remove entries, including
 * their own.  The signal handler only writes an octet to a pipe; the callback is
 * called by the loop.
 */
#ifndef LOOP_H
#define LOOP_H

#include <stdint.h>

struct loop;

#define LOOP_NEVER INT64_MAX

/* Returns NULL with errno on failure.  loop_free(NULL) is allowed. */
struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* Call fn(ctx, fd) whenever fd is readable or has an error.  There may be one entry for
 * each fd.  The caller closes fd, after loop_remove_fd().  Returns 0, or -1 with errno. */
int loop_add_fd(struct loop *loop, int fd, void (*fn)(void *ctx, int fd), void *ctx);
void loop_remove_fd(struct loop *loop, int fd);

/* Do not wait for fd until then (monotonic clock, microseconds): what arrives meanwhile is
 * handled in one call of fn, and wakes the process once. */
void loop_rest_fd(struct loop *loop, int fd, int64_t until_us);

/* A timer calls fn(ctx) once, when the monotonic clock reaches its deadline
 * (microseconds); LOOP_NEVER disarms it.  It is owned by the loop.  Returns NULL with
 * errno on failure. */
struct loop_timer *loop_add_timer(struct loop *loop, void (*fn)(void *ctx), void *ctx);
void loop_set_timer(struct loop_timer *timer, int64_t deadline_us);

/* Call fn(ctx, signo) in the loop when the signal is delivered.  Only one loop of
 * a process may handle signals.  Returns 0, or -1 with errno. */
int loop_add_signal(struct loop *loop, int signo, void (*fn)(void *ctx, int signo), void *ctx);

/* Run until loop_stop() is called.  While poll(2) fails because there is no memory,
 * timers and signals are handled ten times a second, and a warning is logged at most
 * once a minute.  Returns 0, or -1 with errno if poll(2) fails for another reason. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

enum loop_waited {
	LOOP_READABLE,
	LOOP_TIMEOUT,
	LOOP_STOPPED, /* by loop_stop() */
};

/* Before loop_run(): wait until fd is readable, for timeout_ms at most.  Of the loop, only
 * signals are handled meanwhile. */
enum loop_waited loop_wait(struct loop *loop, int fd, int timeout_ms);

#endif /* LOOP_H */
