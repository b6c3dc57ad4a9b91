/* SPDX-License-Identifier: BSD-2-Clause */
/* shared.h - data shared by threads: a lock, the data that it guards, and a pipe to wake
 * the thread that owns it.
 *
 * Nothing that could block is called while the lock is held.  If a change requires
 * something to be done, shared_unlock() does it after releasing the lock.
 */
#ifndef SHARED_H
#define SHARED_H

struct shared;

struct shared_hooks { /* both may be NULL */
	/* Called with the lock: return what has to be done (0: nothing), and clear it. */
	unsigned int (*take)(void *guarded);

	/* Called without the lock, by the thread that has released it: do it. */
	void (*act)(void *ctx, unsigned int todo);
	void *ctx;
};

/* guarded is borrowed, *hooks is copied.  Returns NULL with errno on failure.  It must not
 * be freed while another thread may use it; shared_free(NULL) is allowed. */
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
