/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/prober.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/monitor.h"
#include "net/buffers.h"
#include "net/ifaces.h"
#include "net/listeners.h"
#include "net/mcast.h"
#include "net/pace.h"
#include "net/senders.h"

/* Limit of batches read from one socket before the others are served. */
#define TURN_BATCHES 64

/* Limit of batches read from one socket before a round is judged: more than the
 * largest buffer can hold (see mcast.c), so that only in a flood some are not read. */
#define DRAIN_BATCHES 1024

/* The kernel sends the IGMP report two or three ticks of its clock, 8 to 30 ms, after
 * a join, and a switch with IGMP snooping forwards answers to the group only then. */
#define JOIN_WAIT_US (100 * US_PER_MS)

struct request {
	struct discover_request what;
	struct moment sent;
	uint16_t source_port;
	bool ok;
};

struct prober {
	struct loop *loop;
	struct shared *shared;
	struct prober_settings settings;
	struct prober_client client;
	struct loop_timer *timer;
	struct senders senders;
	struct listeners listeners;
	struct ifaces ifaces;
	struct buffers buffers;
	struct pace pace;
	int watch_fd;      /* -1: none */
	int64_t joined_us; /* when a group was last joined, 0: not yet */
	bool waited;       /* the last on_timer() waited for joins */
	bool scan_failing;
	bool receive_failing;
	uint8_t request[WIRE_MSG_LEN];

	/* One batch and its results; not on the stack, because they are large. */
	struct mcast_batch batch;
	struct arrival arrivals[MCAST_BATCH];
	enum verdict verdicts[MCAST_BATCH];
	struct wire_response responses[MCAST_BATCH];
	const char *reasons[MCAST_BATCH];
	struct request requests[LINKS_MAX];
	struct link_report reports[LINKS_MAX];
};

static struct discover *
lock(struct prober *p)
{
	return monitor_discover(shared_lock(p->shared));
}

static void
unlock(struct prober *p)
{
	shared_unlock(p->shared);
}

static void
notify_client(struct prober *p)
{
	if (p->client.changed != NULL)
		p->client.changed(p->client.ctx);
}

static struct arrival
arrival_of(const struct prober *p, const struct mcast_datagram *datagram, const struct listener *l)
{
	const unsigned int ifindex =
	    datagram->ifindex == 0 && l != NULL ? l->ifindex : datagram->ifindex;
	const struct iface *iface = ifaces_by_index(&p->ifaces, ifindex);
	struct arrival arrival = {
	    .ifindex = ifindex,
	    .on_loopback = iface != NULL && iface->loopback,
	    .source = datagram->source,
	    .source_port = datagram->source_port,
	    .source_is_local = ifaces_has_address(&p->ifaces, datagram->source),
	    .to_group = l != NULL, /* only listeners receive what is sent to the group */
	    .waited_us = datagram->waited_us,
	};

	/* If only the loopback interface is up, requests have the source 0.0.0.0. */
	if (arrival.on_loopback)
		arrival.source_is_local = true;
	return arrival;
}

static void
judge_batch(struct prober *p, const struct listener *l)
{
	unsigned int count = p->batch.count;
	struct moment now = clock_now();
	struct discover *d;

	for (unsigned int i = 0; i < count; i++)
		p->arrivals[i] = arrival_of(p, &p->batch.datagram[i], l);
	d = lock(p);
	for (unsigned int i = 0; i < count; i++)
		p->verdicts[i] =
		    discover_receive(d, p->batch.datagram[i].data, p->batch.datagram[i].len,
				     &p->arrivals[i], now, &p->responses[i], &p->reasons[i]);
	unlock(p);
	if (p->client.received == NULL)
		return;
	for (unsigned int i = 0; i < count; i++)
		p->client.received(p->client.ctx, p->verdicts[i], &p->arrivals[i], &p->responses[i],
				   p->reasons[i]);
}

static void
note_drops(struct prober *p, int fd, uint32_t *last, int link)
{
	uint32_t drops = mcast_drops(fd), news = drops - *last; /* the counter wraps */

	if (news == 0)
		return;
	*last = drops;
	buffers_note_drops(&p->buffers, news);
	discover_note_drops(lock(p), link, news);
	unlock(p);
}

/* Read a socket until it is empty or the limit is reached.  Returns the number of datagrams,
 * or UINT_MAX if there may be more. */
static unsigned int
drain(struct prober *p, int fd, unsigned int limit)
{
	struct listener *l = listeners_by_fd(&p->listeners, fd);
	unsigned int total = 0;
	bool empty = false;

	/* A batch that is not full does not mean that nothing is left: an error of an earlier
	 * send ends it, too. */
	for (unsigned int i = 0; i < limit && !empty; i++) {
		int count = mcast_receive(fd, &p->batch);

		if (count < 0 && !p->receive_failing)
			log_warning("cannot receive: %s", strerror(errno));
		p->receive_failing = count < 0;
		empty = count <= 0;
		total += p->batch.count;
		if (!empty)
			judge_batch(p, l);
	}
	if (l != NULL)
		note_drops(p, fd, &l->drops, l->link);
	for (int s = 0; s < SENDER_COUNT; s++)
		if (p->senders.socket[s].fd == fd)
			note_drops(p, fd, &p->senders.socket[s].drops, LINK_NONE);
	return empty ? total : UINT_MAX;
}

static void
on_readable(void *ctx, int fd)
{
	struct prober *p = ctx;
	const unsigned int count = drain(p, fd, TURN_BATCHES);
	const int64_t now_us = clock_now().mono_us;
	int64_t rest_us = 0;

	if (count > 0)
		rest_us = pace_rest_us(&p->pace, mcast_receive_buffer(fd), count, now_us);
	loop_rest_fd(p->loop, fd, now_us + rest_us);
	notify_client(p);
}

static void
drain_all(struct prober *p)
{
	for (int s = 0; s < SENDER_COUNT; s++)
		if (p->senders.socket[s].fd >= 0)
			drain(p, p->senders.socket[s].fd, DRAIN_BATCHES);
	for (size_t i = 0; i < p->listeners.count; i++)
		if (p->listeners.list[i].fd >= 0)
			drain(p, p->listeners.list[i].fd, DRAIN_BATCHES);
}

/* Of all sockets, some of which are new. */
static void
note_buffers(struct prober *p)
{
	for (int s = 0; s < SENDER_COUNT; s++)
		buffers_note_size(&p->buffers, mcast_receive_buffer(p->senders.socket[s].fd));
	for (size_t i = 0; i < p->listeners.count; i++)
		buffers_note_size(&p->buffers, mcast_receive_buffer(p->listeners.list[i].fd));
}

static void
report_buffers(struct prober *p, int64_t now_us)
{
	const struct monitor *m = shared_lock(p->shared);
	const size_t known = inventory_summary(monitor_inventory(m)).all;
	const size_t max = monitor_settings(m).inventory.max_managers;

	unlock(p);
	buffers_report(&p->buffers, known, max, now_us);
}

static void
rescan(struct prober *p)
{
	int error = ifaces_read(&p->ifaces) < 0 ? errno : 0;

	if (error != 0 && !p->scan_failing)
		log_warning("cannot read the list of interfaces: %s", strerror(error));
	p->scan_failing = error != 0;
	if (error != 0)
		return;
	listeners_update(&p->listeners, &p->ifaces, p->client.admits, p->client.ctx);
	listeners_sweep(&p->listeners);
	for (size_t i = 0; i < p->listeners.count; i++) {
		const struct listener *l = &p->listeners.list[i];

		p->reports[i] = (struct link_report){
		    .ifindex = l->ifindex,
		    .addr = l->addr,
		    .state = l->state,
		    .detail = l->detail,
		    .deaf = l->state == LINK_USABLE && l->port_taken,
		};
		strlcpy(p->reports[i].name, l->name, sizeof(p->reports[i].name));
	}
	discover_set_links(lock(p), p->reports, (int)p->listeners.count);
	unlock(p);
	for (size_t i = 0; i < p->listeners.count; i++)
		p->listeners.list[i].link = p->reports[i].link;
	if (p->listeners.opened) {
		p->joined_us = clock_now().mono_us;
		note_buffers(p);
	}
	p->listeners.opened = false;
}

static void
disturbed(void *ctx, unsigned int ifindex)
{
	struct prober *p = ctx;
	struct discover *d = lock(p);

	if (ifindex != 0)
		discover_disturb_link(d, ifindex);
	else
		for (size_t i = 0; i < p->listeners.count; i++)
			discover_disturb_link(d, p->listeners.list[i].ifindex);
	unlock(p);
}

static void
on_interface_change(void *ctx, int fd)
{
	struct prober *p = ctx;

	if (!ifaces_watch_drain(fd, disturbed, p))
		return;
	rescan(p);
	notify_client(p);
}

static void
log_sending(struct listener *l, int error)
{
	if (error != 0 && !l->send_failing)
		log_warning("%s: cannot send requests: %s", l->shown, strerror(error));
	else if (error == 0 && l->send_failing)
		log_notice("%s: requests can be sent again", l->shown);
	l->send_failing = error != 0;
}

static void
send_request(struct prober *p, struct request *req)
{
	struct listener *l = listeners_by_index(&p->listeners, req->what.ifindex);
	const struct sender_socket *sender = senders_pick(&p->senders, req->what.sender);

	/* Before sending, because the answer may arrive before mcast_send() returns. */
	req->sent = clock_now();
	req->source_port = sender->port;
	req->ok = mcast_send(sender->fd, req->what.ifindex, p->settings.request.group,
			     p->settings.request.port, p->request, sizeof(p->request)) == 0;
	if (l == NULL)
		return;
	log_sending(l, req->ok ? 0 : errno);
	if (req->ok)
		log_debug("request sent from port %u on %s", req->source_port, l->name);
}

static void
send_requests(struct prober *p)
{
	struct discover *d = lock(p);
	unsigned int count = 0;

	while (count < LINKS_MAX && discover_next_request(d, &p->requests[count].what))
		count++;
	unlock(p);
	for (unsigned int i = 0; i < count; i++)
		send_request(p, &p->requests[i]);
	d = lock(p);
	for (unsigned int i = 0; i < count; i++)
		discover_sent(d, &p->requests[i].what, p->requests[i].ok,
			      p->requests[i].source_port, p->requests[i].sent);
	unlock(p);
}

/* Whether to delay what is due until switches know of a group that was just joined; once
 * only, because interfaces may be added continually. */
static bool
awaits_joins(struct prober *p)
{
	const int64_t ready_us = p->joined_us + JOIN_WAIT_US;

	p->waited = !p->waited && p->joined_us != 0 && clock_now().mono_us < ready_us;
	if (p->waited)
		loop_set_timer(p->timer, ready_us);
	return p->waited;
}

static void
on_timer(void *ctx)
{
	struct prober *p = ctx;
	struct moment now;
	int64_t due_us;

	/* Before silence is counted, read everything that is known: changes of the
	 * interfaces, then the datagrams. */
	if (p->watch_fd >= 0)
		ifaces_watch_drain(p->watch_fd, disturbed, p);
	rescan(p);
	if (awaits_joins(p))
		return;
	drain_all(p);
	/* Without any sender each request will fail, and be counted. */
	(void)senders_retry(&p->senders);
	now = clock_now();
	due_us = discover_tick(lock(p), now);
	unlock(p);
	send_requests(p);
	loop_set_timer(p->timer, due_us);
	report_buffers(p, now.mono_us);
	notify_client(p);
}

static void
open_watch(struct prober *p)
{
	p->watch_fd = ifaces_watch_open();
	if (p->watch_fd >= 0 && loop_add_fd(p->loop, p->watch_fd, on_interface_change, p) == 0)
		return;
	/* No warning at each start on systems without this feature. */
	log_line(errno == ENOSYS ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
		 "cannot watch the interfaces: %s; changes are noticed at each request",
		 strerror(errno));
	if (p->watch_fd >= 0)
		close(p->watch_fd);
	p->watch_fd = -1;
}

struct prober *
prober_new(struct loop *loop, struct shared *shared, const struct prober_settings *settings,
	   const struct prober_client *client)
{
	struct prober *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		log_error("cannot start discovery: %s", strerror(errno));
		return NULL;
	}
	p->loop = loop;
	p->shared = shared;
	p->settings = *settings;
	p->client = *client;
	p->watch_fd = -1;
	senders_init(&p->senders, loop, on_readable, p);
	p->listeners.loop = loop;
	p->listeners.group = settings->request.group;
	p->listeners.port = settings->request.port;
	p->listeners.list_unused = settings->list_unused;
	p->listeners.on_readable = on_readable;
	p->listeners.ctx = p;
	wire_encode_request(p->request);
	p->senders.no_fallback = settings->no_fallback;
	p->senders.yields = settings->yields_port;
	p->timer = loop_add_timer(loop, on_timer, p);
	if (p->timer == NULL) {
		log_error("cannot start discovery: %s", strerror(errno));
		goto fail;
	}
	if (senders_update(&p->senders, settings->request.source_port, settings->request.port,
			   settings->request.hops) < 0)
		goto fail;
	/* Before the interfaces are read, so that no change is missed in between. */
	open_watch(p);
	rescan(p);
	loop_set_timer(p->timer, clock_now().mono_us);
	return p;
fail:
	prober_free(p);
	return NULL;
}

void
prober_free(struct prober *p)
{
	if (p == NULL)
		return;
	if (p->timer != NULL)
		loop_set_timer(p->timer, LOOP_NEVER);
	listeners_close(&p->listeners);
	senders_close(&p->senders);
	if (p->watch_fd >= 0) {
		loop_remove_fd(p->loop, p->watch_fd);
		close(p->watch_fd);
	}
	ifaces_clear(&p->ifaces);
	free(p);
}

void
prober_configure(struct prober *p, const struct prober_settings *settings)
{
	if (settings->request.group != p->settings.request.group ||
	    settings->request.port != p->settings.request.port) {
		listeners_readdress(&p->listeners, settings->request.group, settings->request.port);
		disturbed(p, 0); /* nothing is received for a moment */
	}
	p->settings = *settings;
	/* Without any sender each request will fail, and be counted. */
	senders_update(&p->senders, settings->request.source_port, settings->request.port,
		       settings->request.hops);
	rescan(p);
	prober_wake(p);
}

void
prober_wake(struct prober *p)
{
	loop_set_timer(p->timer, clock_now().mono_us);
}

void
prober_round_now(struct prober *p)
{
	discover_round_now(lock(p));
	unlock(p);
	prober_wake(p);
}

unsigned int
prober_usable(const struct prober *p)
{
	unsigned int count = 0;

	for (size_t i = 0; i < p->listeners.count; i++)
		if (p->listeners.list[i].state == LINK_USABLE &&
		    p->listeners.list[i].link != LINK_NONE)
			count++;
	return count;
}
