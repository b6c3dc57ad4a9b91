/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/responder.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/text.h"
#include "net/ifaces.h"
#include "net/listeners.h"
#include "net/mcast.h"
#include "responder/outbox.h"

#define REFRESH_PERIOD_US (2 * US_PER_S)

struct responder {
	struct responder_settings settings;
	struct loop *loop;
	struct answers *answers;
	struct outbox *outbox;
	struct listeners listeners;
	int watch; /* reports changes of interfaces; -1: none */
	struct loop_timer *refresh;
	struct mcast_batch batch;
};

static bool
admits(void *ctx, const struct iface *iface, bool *by_name)
{
	const struct responder *responder = ctx;

	*by_name = responder->settings.ifname_count > 0;
	for (size_t i = 0; i < responder->settings.ifname_count; i++) {
		if (strcmp(responder->settings.ifnames[i], iface->name) == 0)
			return true;
	}
	return !*by_name;
}

static int
refresh(struct responder *responder)
{
	struct ifaces ifaces = {0};
	bool complete = responder->watch >= 0;

	if (ifaces_read(&ifaces) < 0) {
		log_warning("cannot read the interfaces: %s", strerror(errno));
		loop_set_timer(responder->refresh, clock_now().mono_us + REFRESH_PERIOD_US);
		return -1;
	}
	listeners_update(&responder->listeners, &ifaces, admits, responder);
	listeners_sweep(&responder->listeners);
	ifaces_clear(&ifaces);

	/* A listener that could not be opened is tried again, because no message reports
	 * that this has become possible, for example because the port was released. */
	for (size_t i = 0; i < responder->listeners.count; i++)
		complete = complete && responder->listeners.list[i].join_error == 0;
	loop_set_timer(responder->refresh,
		       complete ? LOOP_NEVER : clock_now().mono_us + REFRESH_PERIOD_US);
	return 0;
}

static void
refresh_due(void *ctx)
{
	refresh(ctx);
}

/* A short disturbance of an interface does not matter to the responder. */
static void
disturbed(void *ctx, unsigned int ifindex)
{
	(void)ctx;
	(void)ifindex;
}

static void
interfaces_changed(void *ctx, int fd)
{
	if (ifaces_watch_drain(fd, disturbed, ctx))
		refresh(ctx);
}

static void
show_request(const struct listener *l, const struct mcast_datagram *datagram, struct moment now)
{
	char time[TEXT_TIME_LEN], source[TEXT_ADDRESS_LEN];

	printf("%s %" PRId64 ".%06d %s %s %u\n", text_time(now.wall_ms, time),
	       now.mono_us / US_PER_S, (int)(now.mono_us % US_PER_S), l->shown,
	       text_address(datagram->source, source), datagram->source_port);
}

/* Only requests are answered, and a datagram shorter than an answer is not a request.
 * Answers and MAC collision traffic, looped back by the kernel or from other responders,
 * arrive here as well, and are ignored. */
static void
listener_readable(void *ctx, int fd)
{
	struct responder *responder = ctx;
	const struct listener *l = listeners_by_fd(&responder->listeners, fd);
	struct moment now = clock_now();
	struct wire_response ignored;

	if (l == NULL || mcast_receive(fd, &responder->batch) <= 0)
		return;
	for (unsigned int i = 0; i < responder->batch.count; i++) {
		const struct mcast_datagram *datagram = &responder->batch.datagram[i];
		struct answers_request request = {.source = datagram->source,
						  .source_port = datagram->source_port,
						  .ifindex = l->ifindex,
						  .on_loopback = l->loopback};

		if (wire_decode(datagram->data, datagram->len, false, &ignored, NULL) !=
		    VERDICT_FOREIGN_REQUEST)
			continue;
		if (responder->settings.show_requests)
			show_request(l, datagram, now);
		answers_request(responder->answers, &request, now.mono_us);
	}
	outbox_wake(responder->outbox);
}

static const char *
reason_of(const struct responder *responder, const char *ifname)
{
	for (size_t i = 0; i < responder->listeners.count; i++) {
		const struct listener *l = &responder->listeners.list[i];

		if (strcmp(l->name, ifname) != 0)
			continue;
		if (outbox_can_use(l))
			return NULL;
		if (l->port_taken)
			return "another process has bound the port and does not share it";
		if (l->state == LINK_DOWN)
			return "the interface is down";
		if (l->detail != NULL)
			return l->detail;
		return l->join_error != 0 ? strerror(l->join_error) : link_state_text(l->state);
	}
	return "no such interface";
}

static int
check_interfaces(const struct responder *responder)
{
	bool any = false;

	for (size_t i = 0; i < responder->settings.ifname_count; i++) {
		const char *reason = reason_of(responder, responder->settings.ifnames[i]);

		if (reason != NULL) {
			log_error("cannot listen on %s: %s", responder->settings.ifnames[i],
				  reason);
			return -1;
		}
	}
	for (size_t i = 0; i < responder->listeners.count; i++)
		any = any || outbox_can_use(&responder->listeners.list[i]);
	if (!any)
		log_error("no interface to listen on: none is up, capable of multicast and has an "
			  "IPv4 address (name one with -i; -i lo is possible)");
	return any ? 0 : -1;
}

struct responder *
responder_new(struct loop *loop, const struct fleet *fleet, struct answers *answers,
	      const struct responder_settings *settings)
{
	struct responder *responder = calloc(1, sizeof(*responder));

	if (responder == NULL) {
		log_error("%s", strerror(errno));
		return NULL;
	}
	responder->settings = *settings;
	responder->loop = loop;
	responder->answers = answers;
	responder->listeners.loop = loop;
	responder->listeners.group = settings->group;
	responder->listeners.port = settings->port;
	responder->listeners.carrier_optional = true;
	responder->listeners.on_readable = listener_readable;
	responder->listeners.ctx = responder;
	responder->watch = ifaces_watch_open();
	responder->refresh = loop_add_timer(loop, refresh_due, responder);
	responder->outbox = outbox_new(loop, &responder->listeners, fleet, answers, settings->hops);
	if (responder->refresh == NULL || responder->outbox == NULL ||
	    (responder->watch >= 0 &&
	     loop_add_fd(loop, responder->watch, interfaces_changed, responder) < 0)) {
		log_error("cannot open sockets: %s", strerror(errno));
		goto fail;
	}
	if (refresh(responder) < 0 || check_interfaces(responder) < 0)
		goto fail;
	if (settings->mac_traffic)
		outbox_start_mac_traffic(responder->outbox);
	return responder;
fail:
	responder_free(responder);
	return NULL;
}

void
responder_free(struct responder *responder)
{
	if (responder == NULL)
		return;
	outbox_free(responder->outbox);
	listeners_close(&responder->listeners);
	if (responder->refresh != NULL)
		loop_set_timer(responder->refresh, LOOP_NEVER);
	if (responder->watch >= 0) {
		loop_remove_fd(responder->loop, responder->watch);
		close(responder->watch);
	}
	free(responder);
}

void
responder_print_interfaces(const struct responder *responder, FILE *out)
{
	const char *separator = "";

	for (size_t i = 0; i < responder->listeners.count; i++) {
		if (!outbox_can_use(&responder->listeners.list[i]))
			continue;
		fprintf(out, "%s%s", separator, responder->listeners.list[i].shown);
		separator = ",";
	}
}
