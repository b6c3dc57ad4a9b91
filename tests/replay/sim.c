/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "core/wire.h"

#define EPOCH_MS 1700000000000
#define EPHEMERAL_PORT 40000

struct sim sim;

void
sim_die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fprintf(stderr, "%s:%d: ", sim.file, sim.line);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(99);
}

uint32_t
sim_parse_address(const char *text)
{
	uint32_t addr;

	if (parse_address(text, &addr) < 0)
		sim_die("'%s' is not an address", text);
	return addr;
}

struct moment
sim_moment(void)
{
	return (struct moment){.mono_us = sim.now_us, .wall_ms = EPOCH_MS + sim.now_us / 1000};
}

static void
note_event(void *ctx, const struct event *event, bool taken)
{
	char addr[TEXT_ADDRESS_LEN];
	const size_t used = strlen(sim.events);

	(void)ctx;
	snprintf(sim.events + used, sizeof(sim.events) - used, "%s%s%s %s", used > 0 ? ", " : "",
		 taken ? "" : "unqueued ", event_type_name(event->type),
		 event->addr != 0 ? text_address(event->addr, addr) : event->reason);
}

void
sim_start(void)
{
	sim.settings.access = &sim.access;
	sim.monitor = monitor_new(&sim.settings, ++sim.seed, sim_moment(),
				  sim.on_event != NULL ? sim.on_event : note_event, NULL);
	if (sim.monitor == NULL)
		sim_die("out of memory");
	sim.inv = monitor_inventory(sim.monitor);
	sim.d = monitor_discover(sim.monitor);
}

void
sim_end(void)
{
	monitor_free(sim.monitor);
}

void
sim_configure(void)
{
	struct monitor_outcome outcome;

	if (monitor_configure(sim.monitor, &sim.settings, sim_moment(), &outcome) < 0)
		sim_die("out of memory");
}

enum change_refusal
sim_change(struct change change)
{
	enum change_refusal refusal = monitor_check(sim.monitor, &change);

	if (refusal == CHANGE_GRANTED)
		refusal = monitor_apply(sim.monitor, &change, sim_moment());
	if (refusal == CHANGE_GRANTED)
		monitor_commit(sim.monitor, &change, sim_moment());
	return refusal;
}

struct change
sim_expectation(uint32_t addr, bool expected)
{
	const struct manager *m = inventory_at_or_after(sim.inv, addr);
	const bool exists = m != NULL && m->addr == addr;

	return (struct change){
	    .what = CHANGE_ROW,
	    .address = addr,
	    .action = expected && !exists ? CHANGE_ROW_CREATE : CHANGE_ROW_KEEP,
	    .set_expected = true,
	    .expected = expected,
	};
}

unsigned int
sim_link(const char *name)
{
	for (unsigned int i = 0; i < sim.link_count; i++)
		if (strcmp(sim.links[i].name, name) == 0)
			return i;
	if (sim.link_count == MAX_LINKS)
		sim_die("too many links");
	snprintf(sim.links[sim.link_count].name, LINK_NAME_LEN, "%s", name);
	sim.links[sim.link_count].state = LINK_GONE;
	sim.links[sim.link_count].number = LINK_NONE;
	sim.links[sim.link_count].ifindex = sim.link_count + 2;
	sim.links[sim.link_count].addr = 0xc612ff01 + sim.link_count; /* 198.18.255.1 */
	return sim.link_count++;
}

void
sim_report_links(void)
{
	struct link_report reports[MAX_LINKS];
	int *numbers[MAX_LINKS], count = 0;

	for (unsigned int i = 0; i < sim.link_count; i++) {
		sim.links[i].number = LINK_NONE;
		if (sim.links[i].state == LINK_GONE)
			continue;
		reports[count] = (struct link_report){.ifindex = sim.links[i].ifindex,
						      .addr = sim.links[i].addr,
						      .state = sim.links[i].state,
						      .deaf = sim.links[i].deaf};
		memcpy(reports[count].name, sim.links[i].name, LINK_NAME_LEN);
		numbers[count++] = &sim.links[i].number;
	}
	discover_set_links(sim.d, reports, count);
	for (int i = 0; i < count; i++)
		*numbers[i] = reports[i].link;
}

void
sim_rename(const char *name, const char *other)
{
	for (unsigned int i = 0; i < sim.peer_count; i++) {
		if (strcmp(sim.peers[i].link, name) == 0)
			snprintf(sim.peers[i].link, LINK_NAME_LEN, "%s", other);
		if (strcmp(sim.peers[i].arrives, name) == 0)
			snprintf(sim.peers[i].arrives, LINK_NAME_LEN, "%s", other);
	}
	snprintf(sim.links[sim_link(name)].name, LINK_NAME_LEN, "%s", other);
}

static void
deliver(const struct peer *peer, unsigned int ifindex)
{
	const struct arrival arrival = {
	    .ifindex = ifindex,
	    .source = peer->source,
	    .source_port = WIRE_PORT,
	};
	struct wire_response resp = {.version = "1.2", .addr = peer->addr, .port = peer->port};
	uint8_t buf[WIRE_MSG_LEN];

	snprintf(resp.hostname, sizeof(resp.hostname), "%s", peer->hostname);
	wire_encode_response(buf, &resp);
	discover_receive(sim.d, buf, sizeof(buf), &arrival, sim_moment(), &resp, NULL);
}

static void
answer_request(const struct discover_request *req, const char *link, int64_t sent_us)
{
	for (unsigned int i = 0; i < sim.peer_count; i++) {
		struct peer *peer = &sim.peers[i];

		if (peer->silent || strcmp(peer->link, link) != 0 ||
		    (peer->hears >= 0 && (int)req->sender != peer->hears))
			continue;
		if (peer->lose > 0) {
			peer->lose--;
			continue;
		}
		for (unsigned int n = 0; n < peer->copies; n++) {
			if (sim.answer_count == MAX_ANSWERS)
				sim_die("too many answers under way");
			sim.answers[sim.answer_count++] = (struct answer){
			    .due_us = sent_us + peer->delay_us,
			    .peer = *peer,
			    .ifindex = peer->arrives[0] != '\0'
					   ? sim.links[sim_link(peer->arrives)].ifindex
					   : req->ifindex,
			};
		}
	}
}

void
sim_tick(void)
{
	struct discover_request req;

	sim.tick_us = discover_tick(sim.d, sim_moment());
	if (sim.tick_us <= sim.now_us)
		sim_die("the next tick is not in the future");
	while (discover_next_request(sim.d, &req)) {
		for (unsigned int i = 0; i < sim.link_count; i++) {
			const bool ok = !sim.links[i].send_fails;
			struct moment sent = sim_moment();

			if (sim.links[i].ifindex != req.ifindex)
				continue;
			sent.mono_us += sim.links[i].send_takes_us;
			discover_sent(sim.d, &req, ok,
				      req.sender == SENDER_FIXED ? WIRE_PORT : EPHEMERAL_PORT,
				      sent);
			if (ok)
				answer_request(&req, sim.links[i].name, sent.mono_us);
		}
	}
}

/* The next answer under way, or NULL. */
static struct answer *
next_answer(void)
{
	struct answer *next = NULL;

	for (unsigned int i = 0; i < sim.answer_count; i++)
		if (next == NULL || sim.answers[i].due_us < next->due_us)
			next = &sim.answers[i];
	return next;
}

/* Let everything happen that is due before `until`: a command comes before what
 * is due at the same instant, and an answer before a tick, as sockets are
 * drained first. */
void
sim_advance(int64_t until_us)
{
	for (;;) {
		struct answer *answer = next_answer();

		if (answer != NULL && answer->due_us < until_us && answer->due_us <= sim.tick_us) {
			const struct answer copy = *answer;

			sim.now_us = copy.due_us;
			*answer = sim.answers[--sim.answer_count];
			deliver(&copy.peer, copy.ifindex);
		} else if (sim.tick_us < until_us) {
			sim.now_us = sim.tick_us;
			sim_tick();
		} else {
			break;
		}
	}
	sim.now_us = until_us;
}

void
sim_receive_request(const char *link, uint32_t source, uint16_t port, bool local)
{
	const struct arrival arrival = {
	    .ifindex = sim.links[sim_link(link)].ifindex,
	    .source = source,
	    .source_port = port,
	    .source_is_local = local,
	};
	struct wire_response resp;
	uint8_t buf[WIRE_MSG_LEN];

	wire_encode_request(buf);
	discover_receive(sim.d, buf, sizeof(buf), &arrival, sim_moment(), &resp, NULL);
}

/* Answers from `count` addresses that nobody has. */
void
sim_flood(const char *link, unsigned int count)
{
	struct peer peer = {.hostname = "forged", .port = WIRE_XMPP_PORT};

	for (unsigned int i = 0; i < count; i++) {
		peer.addr = peer.source = 0xc6130000 + i; /* 198.19.0.0 */
		deliver(&peer, sim.links[sim_link(link)].ifindex);
	}
}

void
sim_answer_unasked(const struct peer *peer)
{
	deliver(peer, sim.links[sim_link(peer->link)].ifindex);
}
