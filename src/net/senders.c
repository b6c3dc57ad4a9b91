/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/senders.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "net/mcast.h"
#include "net/portuse.h"

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

/* Open a socket, or keep it if it has this port (0: any).  Returns 0, or -1 with errno. */
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

/* Open the well-known port.  Returns 0, or -1 with errno. */
static int
open_fixed(struct senders *senders)
{
	struct sender_socket *fixed = &senders->socket[SENDER_FIXED];
	const bool stays = fixed->fd >= 0 && fixed->port == senders->port;

	senders->shared = portuse_by_others(senders->port, stays ? fixed->fd : -1);
	if (!(senders->yields && senders->shared)) {
		if (open_one(senders, fixed, senders->port, senders->hops) < 0)
			return -1;
		/* Another program may have bound it in between. */
		senders->shared = portuse_by_others(senders->port, fixed->fd);
	}
	if (!(senders->yields && senders->shared))
		return 0;
	close_one(senders, fixed);
	errno = EADDRINUSE;
	return -1;
}

static bool
only_fixed(const struct senders *senders)
{
	return senders->which == SOURCE_PORT_FIXED && senders->no_fallback;
}

static void
log_fixed(const struct senders *senders, int error, bool was_shared)
{
	const bool news = error != senders->fixed_error;

	if (news && error != 0 && senders->shared && senders->yields && !only_fixed(senders))
		log_warning("port %u is not used, because another program on this host is bound to "
			    "it: managers that answer only to that port are not heard",
			    senders->port);
	else if (news && error != 0)
		log_line(only_fixed(senders) ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING,
			 "cannot send from port %u: %s%s", senders->port, strerror(error),
			 only_fixed(senders) ? "" : "; using another one");
	else if (news && error == 0 && senders->socket[SENDER_FIXED].fd >= 0)
		log_notice("requests are sent from port %u again", senders->port);
	if (!senders->yields && error == 0 && senders->shared && !was_shared)
		log_notice(
		    "port %u is shared with another program on this host: only one of the two "
		    "receives a unicast answer to it",
		    senders->port);
	else if (!senders->yields && was_shared && !senders->shared && error == 0)
		log_info("port %u is no longer shared with another program", senders->port);
}

static void
update_fixed(struct senders *senders)
{
	const bool was_shared = senders->shared && senders->fixed_error == 0;
	int error = 0;

	if (senders->which == SOURCE_PORT_EPHEMERAL) {
		close_one(senders, &senders->socket[SENDER_FIXED]);
		senders->shared = false;
	} else if (open_fixed(senders) < 0) {
		error = errno;
	}
	log_fixed(senders, error, was_shared);
	senders->fixed_error = error;
}

static void
update_ephemeral(struct senders *senders)
{
	struct sender_socket *ephemeral = &senders->socket[SENDER_EPHEMERAL];
	const bool have_fixed = senders->socket[SENDER_FIXED].fd >= 0;
	int error = 0;

	if (only_fixed(senders) || (senders->which == SOURCE_PORT_FIXED && have_fixed))
		close_one(senders, ephemeral);
	else if (open_one(senders, ephemeral, 0, senders->hops) < 0)
		error = errno;
	if (error != 0 && error != senders->ephemeral_error && have_fixed)
		log_warning("cannot send from a second port: %s", strerror(error));
	else if (error != 0 && error != senders->ephemeral_error)
		log_error("cannot open a socket to send from: %s", strerror(error));
	senders->ephemeral_error = error;
}

int
senders_update(struct senders *senders, enum source_port which, uint16_t port, unsigned int hops)
{
	if (which != senders->which || port != senders->port)
		senders->fixed_error = 0;
	senders->which = which;
	senders->port = port;
	senders->hops = hops;
	return senders_retry(senders);
}

int
senders_retry(struct senders *senders)
{
	update_fixed(senders);
	update_ephemeral(senders);
	if (senders->socket[SENDER_FIXED].fd >= 0 || senders->socket[SENDER_EPHEMERAL].fd >= 0)
		return 0;
	errno = senders->fixed_error != 0 ? senders->fixed_error : senders->ephemeral_error;
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
