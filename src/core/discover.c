/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/discover.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define EXTRA_REQUESTS 2 /* asked again when every request met kernel drops */

struct link {
	char name[DISCOVER_NAME_LEN];
	unsigned int ifindex;
	uint32_t addr;
	enum link_state state;

	/* This round: */
	bool asked; /* a request has left */
	bool blind; /* unusable at some moment */
	bool dirty; /* the kernel dropped something since the last request */
	bool clean; /* a request went by without drops */

	bool to_send;
	uint64_t wave; /* of the last request; 0: none yet */
	int64_t requested_us;

	/* Copies of our own requests that the kernel has yet to loop back. */
	struct {
		uint16_t port;
		unsigned int count;
	} loops[SENDER_COUNT];

	unsigned int excused; /* rounds in a row */
	unsigned int unseen;  /* blind or excused rounds in a row */
};

struct discover {
	struct discover_settings settings;
	struct inventory *inv;
	struct link links[DISCOVER_MAX_LINKS];
	int link_count;

	bool in_round;
	bool out_of_turn;       /* the round is: nobody misses it */
	bool round_wanted;      /* discover_round_now() */
	struct moment started;  /* the round */
	unsigned int steps;     /* of the round's requests, sent or not needed */
	unsigned int extras;    /* of the round */
	unsigned int parity;    /* which sender is next with SOURCE_PORT_AUTO */
	int64_t step_due_us;    /* next request or judgement */
	int64_t regular_due_us; /* next regular round */

	enum sender sender; /* of the requests being handed out */
	int next_to_send;   /* link to look at next */
	uint64_t wave;
	int64_t requested_us; /* last request on any link */
	unsigned int unused;  /* rounds in a row without a link in use */
	struct discover_stats stats;
};

struct discover *
discover_new(const struct discover_settings *settings, struct inventory *inv, struct moment now)
{
	struct discover *d = calloc(1, sizeof(*d));

	assert(settings->probes > 0 && settings->misses > 0);
	assert(settings->interval_us >= 2 * settings->window_us);
	if (d == NULL)
		return NULL;
	d->settings = *settings;
	d->inv = inv;
	d->regular_due_us = now.mono_us;
	return d;
}

void
discover_free(struct discover *d)
{
	free(d);
}

static struct link *
find_link(struct discover *d, unsigned int ifindex)
{
	for (int i = 0; i < d->link_count; i++)
		if (d->links[i].ifindex == ifindex && d->links[i].state != LINK_GONE)
			return &d->links[i];
	return NULL;
}

/* The link of that name, or a place for it.  Interfaces of containers come and
 * go under ever new names: the place of one that is gone is used again. */
static struct link *
link_by_name(struct discover *d, const char *name)
{
	struct link *place = NULL;

	for (int i = 0; i < d->link_count; i++) {
		if (strncmp(d->links[i].name, name, DISCOVER_NAME_LEN) == 0)
			return &d->links[i];
		if (d->links[i].state == LINK_GONE)
			place = &d->links[i];
	}
	if (d->link_count < DISCOVER_MAX_LINKS)
		place = &d->links[d->link_count++];
	else if (place != NULL)
		inventory_forget_link(d->inv, (int)(place - d->links));
	else
		return NULL;
	*place = (struct link){.blind = true};
	strncpy(place->name, name, sizeof(place->name) - 1);
	return place;
}

int
discover_set_link(struct discover *d, const char *name, unsigned int ifindex, uint32_t addr,
		  enum link_state state)
{
	struct link *link = link_by_name(d, name);

	if (link == NULL)
		return -1;
	if (state != LINK_USABLE || link->ifindex != ifindex || link->addr != addr)
		link->blind = true;
	link->ifindex = ifindex;
	link->addr = addr;
	link->state = state;
	return (int)(link - d->links);
}

void
discover_disturb_link(struct discover *d, unsigned int ifindex)
{
	struct link *link = find_link(d, ifindex);

	if (link != NULL)
		link->blind = true;
}

void
discover_note_drops(struct discover *d, int link, uint64_t count)
{
	if (count == 0)
		return;
	d->stats.kernel_drops += count;
	for (int i = 0; i < d->link_count; i++)
		if (link == LINK_NONE || link == i)
			d->links[i].dirty = true;
}

/* The kernel loops each of our requests back once: what comes beyond that, from
 * the same port, is another discoverer's that shares it on this host. */
static bool
is_own_request(struct link *link, const struct arrival *arrival)
{
	if (link == NULL || !arrival->source_is_local)
		return false;
	for (int i = 0; i < SENDER_COUNT; i++) {
		if (link->loops[i].port == arrival->source_port && link->loops[i].count > 0) {
			link->loops[i].count--;
			return true;
		}
	}
	return false;
}

static enum verdict
hear(struct discover *d, const struct link *link, const struct arrival *arrival, struct moment now,
     const struct wire_response *resp)
{
	const int64_t requested_us = link != NULL ? link->requested_us : d->requested_us;
	const struct hearing hearing = {
	    .now = now,
	    .source = arrival->source,
	    .ifindex = arrival->ifindex,
	    .link = link != NULL ? (int)(link - d->links) : LINK_NONE,
	    .wave = link != NULL ? link->wave : d->wave,
	    .since_request_us = now.mono_us - requested_us,
	};

	return inventory_hear(d->inv, resp, &hearing);
}

enum verdict
discover_receive(struct discover *d, const uint8_t *buf, size_t len, const struct arrival *arrival,
		 struct moment now, struct wire_response *resp, const char **reason)
{
	struct link *link = find_link(d, arrival->ifindex);
	enum verdict verdict = wire_decode(buf, len, arrival->on_loopback, resp, reason);

	if (verdict == VERDICT_FOREIGN_REQUEST && is_own_request(link, arrival))
		verdict = VERDICT_OWN_REQUEST;
	else if (verdict == VERDICT_ACCEPTED)
		verdict = hear(d, link, arrival, now, resp);
	d->stats.verdicts[verdict]++;
	return verdict;
}

static enum sender
choose_sender(struct discover *d)
{
	switch (d->settings.source_port) {
	case SOURCE_PORT_FIXED:
		return SENDER_FIXED;
	case SOURCE_PORT_EPHEMERAL:
		return SENDER_EPHEMERAL;
	case SOURCE_PORT_AUTO:
		break;
	}
	return (d->parity + d->steps + d->extras) % 2 == 0 ? SENDER_FIXED : SENDER_EPHEMERAL;
}

/* The time since a link's last request is over: did it pass without drops? */
static void
settle_last_request(struct link *link)
{
	if (link->asked && !link->dirty)
		link->clean = true;
}

/* Have a request sent on each link that `wanted` says (NULL: on every one). */
static void
ask(struct discover *d, const bool wanted[])
{
	d->sender = choose_sender(d);
	d->wave++;
	d->next_to_send = 0;
	for (int i = 0; i < d->link_count; i++) {
		struct link *link = &d->links[i];

		if (link->state != LINK_USABLE || (wanted != NULL && !wanted[i]))
			continue;
		settle_last_request(link);
		link->dirty = false;
		link->to_send = true;
	}
}

static void
find_pending(const struct discover *d, bool pending[])
{
	for (int i = 0; i < d->link_count; i++)
		pending[i] = d->settings.always_probe;
	inventory_pending(d->inv, d->started.mono_us, pending, d->link_count);
}

static void
start_round(struct discover *d, struct moment now, bool regular)
{
	d->in_round = true;
	d->out_of_turn = !regular;
	d->round_wanted = false;
	d->started = now;
	d->steps = 0;
	d->extras = 0;
	for (int i = 0; i < d->link_count; i++) {
		struct link *link = &d->links[i];

		link->asked = false;
		link->blind = link->state != LINK_USABLE;
		link->dirty = false;
		link->clean = false;
		for (int s = 0; s < SENDER_COUNT; s++)
			link->loops[s].count = 0;
	}
	if (regular) {
		/* On a grid, so that the cadence does not drift; after having been
		 * stopped for long, from now on. */
		d->regular_due_us += d->settings.interval_us;
		if (d->regular_due_us <= now.mono_us)
			d->regular_due_us = now.mono_us + d->settings.interval_us;
	}
}

static enum link_judgement
judge_link(struct discover *d, struct link *link, bool pending)
{
	const bool blind = link->blind || !link->asked;
	const bool excused = !blind && pending && !link->clean;

	if (!blind && !excused)
		link->excused = 0;
	/* A flood must not switch the detection off. */
	const bool overdue = excused && link->excused >= d->settings.misses;

	if (excused && !overdue) {
		link->excused++;
		d->stats.excused_rounds++;
	}
	if (!blind && (!excused || overdue)) {
		link->unseen = 0;
		return LINK_JUDGED;
	}
	if (link->unseen < d->settings.misses)
		link->unseen++;
	return link->unseen >= d->settings.misses ? LINK_UNTRUSTED : LINK_EXCUSED;
}

/* Whether somebody who was never heard may be expected there: an interface that
 * is switched off or has no address is not in use. */
static bool
in_use(const struct link *link)
{
	return link->state == LINK_USABLE || link->state == LINK_NO_CARRIER ||
	       link->state == LINK_NOT_JOINED;
}

static void
close_round(struct discover *d, struct moment now, const bool pending[])
{
	enum link_judgement judgement[DISCOVER_MAX_LINKS];
	enum link_judgement elsewhere = LINK_JUDGED;
	bool any = false;

	d->in_round = false;
	d->parity++;
	d->stats.rounds++;
	d->stats.last_round = d->started;
	d->stats.last_duration_us = now.mono_us - d->started.mono_us;
	d->stats.last_answers = inventory_heard_since(d->inv, d->started.mono_us);
	if (d->out_of_turn)
		return;
	for (int i = 0; i < d->link_count; i++) {
		judgement[i] = judge_link(d, &d->links[i], pending[i]);
		if (!in_use(&d->links[i]))
			continue;
		any = true;
		if (judgement[i] > elsewhere)
			elsewhere = judgement[i];
	}
	d->unused = any ? 0 : d->unused + 1;
	if (d->unused > 0)
		elsewhere = d->unused >= d->settings.misses ? LINK_UNTRUSTED : LINK_EXCUSED;
	inventory_close_round(d->inv, now, d->started.mono_us, judgement, d->link_count, elsewhere);
}

/* Ask again where somebody is silent and no request was free of drops.
 * Returns whether there is such a link. */
static bool
ask_again(struct discover *d, const bool pending[])
{
	bool wanted[DISCOVER_MAX_LINKS];
	bool any = false;

	for (int i = 0; i < d->link_count; i++) {
		struct link *link = &d->links[i];

		settle_last_request(link);
		wanted[i] = pending[i] && link->asked && !link->blind && !link->clean;
		any = any || wanted[i];
	}
	if (!any || d->extras == EXTRA_REQUESTS)
		return false;
	ask(d, wanted);
	d->extras++;
	return true;
}

static void
step(struct discover *d, struct moment now)
{
	const int64_t step_us = d->settings.window_us / d->settings.probes;
	bool pending[DISCOVER_MAX_LINKS] = {false};

	if (d->steps > 0)
		find_pending(d, pending);
	if (d->steps < d->settings.probes) {
		ask(d, d->steps > 0 ? pending : NULL);
		d->steps++;
		/* Counted from now: each request gets its time to be answered,
		 * however late we are. */
		d->step_due_us = now.mono_us + step_us;
	} else if (ask_again(d, pending)) {
		d->step_due_us = now.mono_us + step_us;
	} else {
		close_round(d, now, pending);
	}
}

int64_t
discover_tick(struct discover *d, struct moment now)
{
	if (d->in_round && now.mono_us >= d->step_due_us)
		step(d, now);
	if (!d->in_round && (d->round_wanted || now.mono_us >= d->regular_due_us)) {
		start_round(d, now, now.mono_us >= d->regular_due_us);
		step(d, now);
	}
	return d->in_round ? d->step_due_us : d->regular_due_us;
}

bool
discover_next_request(struct discover *d, struct discover_request *req)
{
	for (; d->next_to_send < d->link_count; d->next_to_send++) {
		struct link *link = &d->links[d->next_to_send];

		if (!link->to_send)
			continue;
		link->to_send = false;
		req->link = d->next_to_send++;
		req->ifindex = link->ifindex;
		req->sender = d->sender;
		return true;
	}
	return false;
}

void
discover_sent(struct discover *d, const struct discover_request *req, bool ok, uint16_t source_port,
	      struct moment now)
{
	struct link *link = &d->links[req->link];

	if (!ok) {
		d->stats.send_errors++;
		link->blind = true;
		return;
	}
	d->stats.requests_sent++;
	d->requested_us = now.mono_us;
	link->asked = true;
	link->wave = d->wave;
	link->requested_us = now.mono_us;
	link->loops[req->sender].port = source_port;
	link->loops[req->sender].count++;
}

void
discover_round_now(struct discover *d)
{
	d->round_wanted = true;
}

const struct discover_stats *
discover_stats(const struct discover *d)
{
	return &d->stats;
}
