/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct shared {
	pthread_mutex_t lock;
	void *guarded;
	struct shared_hooks hooks;
	int wake_fds[2]; /* a pipe: an octet wakes its owner */
};

struct shared *
shared_new(void *guarded, const struct shared_hooks *hooks)
{
	struct shared *s = calloc(1, sizeof(*s));
	int error;

	if (s == NULL)
		return NULL;
	if (pipe2(s->wake_fds, O_CLOEXEC | O_NONBLOCK) < 0) {
		error = errno;
		free(s);
		errno = error;
		return NULL;
	}
	pthread_mutex_init(&s->lock, NULL);
	s->guarded = guarded;
	s->hooks = *hooks;
	return s;
}

void
shared_free(struct shared *s)
{
	if (s == NULL)
		return;
	pthread_mutex_destroy(&s->lock);
	close(s->wake_fds[0]);
	close(s->wake_fds[1]);
	free(s);
}

void *
shared_lock(struct shared *s)
{
	pthread_mutex_lock(&s->lock);
	return s->guarded;
}

void
shared_unlock(struct shared *s)
{
	const unsigned int todo = s->hooks.take != NULL ? s->hooks.take(s->guarded) : 0;

	pthread_mutex_unlock(&s->lock);
	if (todo != 0)
		s->hooks.act(s->hooks.ctx, todo);
}

int
shared_wake_fd(const struct shared *s)
{
	return s->wake_fds[0];
}

void
shared_wake(struct shared *s)
{
	(void)!write(s->wake_fds[1], "", 1); /* a full pipe wakes just as well */
}

void
shared_drain_wake(struct shared *s)
{
	char bytes[64];

	while (read(s->wake_fds[0], bytes, sizeof(bytes)) > 0)
		;
}
