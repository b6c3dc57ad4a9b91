/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/senders.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "net/mcast.h"

void
senders_init(struct senders *senders, struct loop *loop, void (*on_readable)(void *ctx, int fd),
	     void *ctx)
{
	*senders = (struct senders){.loop = loop, .on_readable = on_readable, .ctx = ctx};
	for (int i = 0; i < SENDER_COUNT; i++)
		senders->socket[i].fd = -1;
}

static void
close_one(struct senders *senders, struct sender_socket *sender)
{
	if (sender->fd < 0)
		return;
	loop_remove_fd(senders->loop, sender->fd);
	close(sender->fd);
	*sender = (struct sender_socket){.fd = -1};
}

/* port 0: any.  0, or -1 with errno. */
static int
open_one(struct senders *senders, struct sender_socket *sender, uint16_t port, unsigned int hops)
{
	int fd;

	if (sender->fd >= 0 && (port == 0 || sender->port == port))
		return mcast_set_hops(sender->fd, hops);
	close_one(senders, sender);
	fd = mcast_open_sender(port, hops);
	if (fd < 0)
		return -1;
	if (loop_add_fd(senders->loop, fd, senders->on_readable, senders->ctx) < 0) {
		const int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	*sender = (struct sender_socket){.fd = fd, .port = mcast_port(fd)};
	return 0;
}

int
senders_update(struct senders *senders, enum source_port which, uint16_t port, unsigned int hops)
{
	struct sender_socket *fixed = &senders->socket[SENDER_FIXED];
	struct sender_socket *ephemeral = &senders->socket[SENDER_EPHEMERAL];

	const bool only_fixed = which == SOURCE_PORT_FIXED && senders->no_fallback;

	if (which == SOURCE_PORT_EPHEMERAL)
		close_one(senders, fixed);
	else if (open_one(senders, fixed, port, hops) < 0)
		log_line(only_fixed ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING,
			 "cannot send from port %u: %s%s", port, strerror(errno),
			 only_fixed ? "" : "; using another one");

	if (only_fixed || (which == SOURCE_PORT_FIXED && fixed->fd >= 0))
		close_one(senders, ephemeral);
	else if (open_one(senders, ephemeral, 0, hops) < 0 && fixed->fd >= 0)
		log_warning("cannot send from a second port: %s", strerror(errno));

	if (fixed->fd >= 0 || ephemeral->fd >= 0)
		return 0;
	if (!only_fixed)
		log_error("cannot open a socket to send from: %s", strerror(errno));
	return -1;
}

void
senders_close(struct senders *senders)
{
	for (int i = 0; i < SENDER_COUNT; i++)
		close_one(senders, &senders->socket[i]);
}

const struct sender_socket *
senders_pick(const struct senders *senders, enum sender which)
{
	const enum sender other = which == SENDER_FIXED ? SENDER_EPHEMERAL : SENDER_FIXED;

	return &senders->socket[senders->socket[which].fd >= 0 ? which : other];
}
