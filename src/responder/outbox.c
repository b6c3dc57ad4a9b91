/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/text.h"
#include "core/wire.h"
#include "net/mcast.h"

#define TURN_ANSWERS 256     /* limit of answers sent before the sockets are polled again */
#define NO_ROOM_US US_PER_MS /* pause while the queue of the socket or an interface is full */
#define MAC_PERIOD_US US_PER_S

/* In the range that the vendor's guides reserve for automatic assignment by managers,
 * 00:14:4F:F8:00:00 to 00:14:4F:FB:FF:FF. */
#define MAC_ADDRESS UINT64_C(0x00144ff80000)

struct outbox {
	struct listeners *listeners;
	const struct fleet *fleet;
	struct answers *answers;
	int fd;
	int send_error; /* the last errno that was logged */
	struct loop_timer *due, *mac;
};

/* Without carrier, sending does no harm; without an address, the source would be 0.0.0.0. */
bool
outbox_can_use(const struct listener *l)
{
	return l->fd >= 0 && l->addr != 0 &&
	       (l->state == LINK_USABLE || l->state == LINK_NO_CARRIER);
}

/* Returns the outcome (enum answer_outcome), or -1 if there is no buffer space now. */
static int
send_answer(struct outbox *outbox, const struct answer *answer)
{
	const struct fleet_manager *manager = fleet_get(outbox->fleet, answer->place);
	const struct listener *l = listeners_by_index(outbox->listeners, answer->ifindex);
	uint8_t buf[WIRE_MSG_LEN];

	if (!manager->on || l == NULL || !outbox_can_use(l))
		return ANSWER_CANCELLED;
	wire_encode_response(buf, &manager->response);
	if (mcast_send(outbox->fd, answer->ifindex, answer->destination, answer->port, buf,
		       sizeof(buf)) == 0)
		return ANSWER_SENT;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
		return -1;
	if (errno != outbox->send_error) {
		char to[TEXT_ADDRESS_LEN];

		outbox->send_error = errno;
		log_warning("%s: cannot send to %s: %s", l->name,
			    text_address(answer->destination, to), strerror(errno));
	}
	return ANSWER_FAILED;
}

/* Send the answers that are due, and set the timer for the others. */
static void
send_due(void *ctx)
{
	struct outbox *outbox = ctx;
	int64_t now_us = clock_now().mono_us;

	for (unsigned int n = 0;; n++) {
		const struct answer *answer = answers_next(outbox->answers);
		int outcome;

		if (answer == NULL)
			return;
		if (answer->due_us > now_us || n == TURN_ANSWERS) {
			loop_set_timer(outbox->due, answer->due_us);
			return;
		}
		outcome = send_answer(outbox, answer);
		if (outcome < 0) {
			loop_set_timer(outbox->due, now_us + NO_ROOM_US);
			return;
		}
		answers_finish(outbox->answers, (enum answer_outcome)outcome);
	}
}

static void
send_mac_traffic(void *ctx)
{
	struct outbox *outbox = ctx;
	uint8_t buf[WIRE_MSG_LEN];

	for (size_t i = 0; i < outbox->listeners->count; i++) {
		const struct listener *l = &outbox->listeners->list[i];

		for (int answer = 0; answer <= 1 && outbox_can_use(l); answer++) {
			wire_encode_mac(buf, answer != 0, MAC_ADDRESS, l->addr);
			/* Errors do not matter, because this is repeated. */
			(void)mcast_send(outbox->fd, l->ifindex, outbox->listeners->group,
					 outbox->listeners->port, buf, sizeof(buf));
		}
	}
	loop_set_timer(outbox->mac, clock_now().mono_us + MAC_PERIOD_US);
}

struct outbox *
outbox_new(struct loop *loop, struct listeners *listeners, const struct fleet *fleet,
	   struct answers *answers, unsigned int hops)
{
	struct outbox *outbox = calloc(1, sizeof(*outbox));

	if (outbox == NULL)
		return NULL;
	outbox->listeners = listeners;
	outbox->fleet = fleet;
	outbox->answers = answers;
	/* On a port chosen by the kernel: of the sockets bound to 64535 only the last one
	 * receives unicast answers, which a discoverer on this host may wait for.  This
	 * socket is never read.  Without SO_BROADCAST it cannot send broadcasts. */
	outbox->fd = mcast_open_sender(0, hops);
	if (outbox->fd < 0)
		goto fail;
	outbox->due = loop_add_timer(loop, send_due, outbox);
	outbox->mac = loop_add_timer(loop, send_mac_traffic, outbox);
	if (outbox->due == NULL || outbox->mac == NULL)
		goto fail;
	return outbox;
fail:
	outbox_free(outbox);
	return NULL;
}

void
outbox_free(struct outbox *outbox)
{
	int error = errno;

	if (outbox == NULL)
		return;
	if (outbox->due != NULL)
		loop_set_timer(outbox->due, LOOP_NEVER);
	if (outbox->mac != NULL)
		loop_set_timer(outbox->mac, LOOP_NEVER);
	if (outbox->fd >= 0)
		close(outbox->fd);
	free(outbox);
	errno = error;
}

void
outbox_wake(struct outbox *outbox)
{
	loop_set_timer(outbox->due, clock_now().mono_us);
}

void
outbox_start_mac_traffic(struct outbox *outbox)
{
	loop_set_timer(outbox->mac, clock_now().mono_us);
}
