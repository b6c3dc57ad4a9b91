/* SPDX-License-Identifier: BSD-2-Clause */
/* shared.h - what two threads share: a lock, what it guards, and a pipe to wake
 * the thread that owns it.
 *
 * Held for microseconds, or milliseconds where there are thousands of things to look
 * at: nothing that could block is called under the lock.  What was changed under it
 * may ask for something to be done, and shared_unlock() does that afterwards.
 */
#ifndef SHARED_H
#define SHARED_H

struct shared;

struct shared_hooks { /* both NULL: nothing is ever to be done */
	/* With the lock held: what there is to do, 0 being nothing, and forget it. */
	unsigned int (*take)(void *guarded);

	/* Without the lock, in the thread that has released it: do it. */
	void (*act)(void *ctx, unsigned int todo);
	void *ctx;
};

/* guarded is borrowed, *hooks is copied.  NULL with errno.  shared_free(NULL) is
 * fine; whoever else may still use it must not let it be freed. */
struct shared *shared_new(void *guarded, const struct shared_hooks *hooks);
void shared_free(struct shared *shared);

/* Take the lock.  Returns what it guards. */
void *shared_lock(struct shared *shared);
void shared_unlock(struct shared *shared);

/* Readable once shared_wake() was called, from any thread, until
 * shared_drain_wake(). */
int shared_wake_fd(const struct shared *shared);
void shared_wake(struct shared *shared);
void shared_drain_wake(struct shared *shared);

#endif /* SHARED_H */
