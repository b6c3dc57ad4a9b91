/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/senders.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "net/mcast.h"

static int
open_one(struct sender_socket *sender, uint16_t port, unsigned int hops)
{
	sender->fd = mcast_open_sender(port, hops);
	if (sender->fd < 0)
		return -1;
	sender->port = mcast_port(sender->fd);
	return 0;
}

int
senders_open(struct sender_socket *senders, enum source_port which, uint16_t port,
	     unsigned int hops)
{
	bool fixed = false;

	for (int i = 0; i < SENDER_COUNT; i++)
		senders[i] = (struct sender_socket){.fd = -1};
	if (which != SOURCE_PORT_EPHEMERAL) {
		fixed = open_one(&senders[SENDER_FIXED], port, hops) == 0;
		if (!fixed)
			log_warning("cannot send from port %u: %s; using another one", port,
				    strerror(errno));
	}
	if (fixed && which == SOURCE_PORT_FIXED)
		return 0;
	if (open_one(&senders[SENDER_EPHEMERAL], 0, hops) == 0)
		return 0;
	if (fixed) {
		log_warning("cannot send from a second port: %s", strerror(errno));
		return 0;
	}
	log_error("cannot open a socket to send from: %s", strerror(errno));
	return -1;
}

void
senders_close(struct sender_socket *senders)
{
	for (int i = 0; i < SENDER_COUNT; i++)
		if (senders[i].fd >= 0)
			close(senders[i].fd);
}

const struct sender_socket *
senders_pick(const struct sender_socket *senders, enum sender which)
{
	if (senders[which].fd >= 0)
		return &senders[which];
	return &senders[which == SENDER_FIXED ? SENDER_EPHEMERAL : SENDER_FIXED];
}
