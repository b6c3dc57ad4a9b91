/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/discover.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/rows.h"
#include "core/sight.h"

#define EXTRA_REQUESTS 2 /* repeats if the kernel dropped something after each request */

struct discover {
	struct discover_settings settings;
	struct inventory *inv;
	event_fn *on_event;
	void *ctx;
	struct access_list access;
	struct links links;
	bool renamed; /* a link, since discover_take_renamed() */

	bool in_round;
	bool additional;        /* the round; silence is not counted in it */
	bool round_wanted;      /* discover_round_now() */
	struct moment started;  /* the round */
	int64_t regular_us;     /* start of the last regular round */
	unsigned int probes;    /* requests in the round, by the settings at its start */
	int64_t request_us;     /* time for the answers to each */
	unsigned int steps;     /* requests of the round so far, sent or not needed */
	unsigned int extras;    /* repeats in the round so far, because of kernel drops */
	unsigned int parity;    /* alternates the first sender with SOURCE_PORT_AUTO */
	int64_t step_due_us;    /* next request or judgement */
	int64_t regular_due_us; /* next regular round */

	enum sender sender;      /* of the current request, which is sent on several links */
	int next_to_send;        /* the link to consider next for it */
	uint64_t request_number; /* of it */
	uint64_t sent_number;    /* of the last request that was sent on any link */
	int64_t requested_us;    /* when it was sent */
	unsigned int unseen;     /* rounds in a row in which no link could be judged */
	struct discover_stats stats;
};

struct discover *
discover_new(const struct discover_settings *settings, struct inventory *inv, struct moment now,
	     event_fn *on_event, void *ctx)
{
	struct discover *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->inv = inv;
	d->on_event = on_event;
	d->ctx = ctx;
	d->regular_us = now.mono_us - settings->interval_us;
	discover_configure(d, settings);
	return d;
}

void
discover_free(struct discover *d)
{
	if (d == NULL)
		return;
	access_clear(&d->access);
	free(d);
}

void
discover_configure(struct discover *d, const struct discover_settings *settings)
{
	assert(settings->probes > 0 && settings->misses > 0);
	assert(settings->interval_us >= 2 * settings->window_us);
	d->settings = *settings;
	d->regular_due_us = d->regular_us + settings->interval_us;
}

int
discover_set_access(struct discover *d, const struct access_list *access)
{
	return access_copy(&d->access, access);
}

const struct access_list *
discover_access(const struct discover *d)
{
	return &d->access;
}

const struct discover_settings *
discover_settings(const struct discover *d)
{
	return &d->settings;
}

/* Free the places of links that are gone, on which no row depends, and which are neither
 * impaired nor announced as impaired.  Returns whether there was one. */
static bool
forget_gone(struct discover *d)
{
	bool gone[LINKS_MAX] = {false};
	bool any = false;

	for (int i = 0; i < d->links.count; i++) {
		const struct link *link = &d->links.list[i];

		gone[i] = link->name[0] != '\0' && link->state == LINK_GONE && !link->impaired &&
			  link->notified.announced == ANNOUNCED_NOTHING &&
			  inventory_rows_on_link(d->inv, i) == 0;
		any |= gone[i];
	}
	if (!any)
		return false;
	inventory_forget_links(d->inv, gone, d->links.count);
	for (int i = 0; i < d->links.count; i++)
		if (gone[i])
			link_forget(&d->links.list[i]);
	return true;
}

static void
note_renamed(struct discover *d)
{
	for (int i = 0; i < d->links.count; i++) {
		if (!d->links.list[i].renamed)
			continue;
		d->links.list[i].renamed = false;
		d->renamed = true;
		rows_note_renamed(inventory_rows(d->inv), i);
	}
}

void
discover_set_links(struct discover *d, struct link_report reports[], int count)
{
	if (links_update(&d->links, reports, count) > 0 && forget_gone(d))
		links_update(&d->links, reports, count);
	note_renamed(d);
}

bool
discover_take_renamed(struct discover *d)
{
	const bool renamed = d->renamed;

	d->renamed = false;
	return renamed;
}

void
discover_disturb_link(struct discover *d, unsigned int ifindex)
{
	struct link *link = links_by_index(&d->links, ifindex);

	if (link != NULL)
		link_blind(link, "it disappeared for a moment");
}

void
discover_note_drops(struct discover *d, int link, uint64_t count)
{
	if (count == 0)
		return;
	d->stats.kernel_drops += count;
	if (link != LINK_NONE)
		d->links.list[link].kernel_drops += count;
	for (int i = 0; i < d->links.count; i++)
		if (link == LINK_NONE || link == i)
			d->links.list[i].dirty = true;
}

/* The age of a request when an answer arrived that was judged later.  The time that the
 * answer waited is wrong if the wall clock was set meanwhile. */
static int64_t
age_on_arrival(int64_t age_us, int64_t waited_us)
{
	return waited_us >= 0 && waited_us <= age_us ? age_us - waited_us : age_us;
}

static enum verdict
hear(struct discover *d, struct link *link, const struct arrival *arrival, struct moment now,
     const struct wire_response *resp)
{
	/* An answer may arrive on a link on which no requests are sent (another route, ARP
	 * flux).  If the link went out of use in this round after a request, the answer is only
	 * late, and belongs to the link. */
	const bool asked_here =
	    link != NULL && link->request_number > 0 && (link_in_use(link) || link->asked);
	const int64_t requested_us = asked_here ? link->requested_us : d->requested_us;
	const struct reception reception = {
	    .now = now,
	    .source = arrival->source,
	    .ifindex = arrival->ifindex,
	    .link = asked_here ? (int)(link - d->links.list) : LINK_NONE,
	    .request_number = asked_here ? link->request_number : d->sent_number,
	    .since_request_us = age_on_arrival(now.mono_us - requested_us, arrival->waited_us),
	};
	const enum verdict verdict = inventory_hear(d->inv, resp, &reception);

	if (link != NULL && verdict == VERDICT_ACCEPTED)
		link->responses++;
	return verdict;
}

/* Check and record a well-formed response. */
static enum verdict
admit(struct discover *d, struct link *link, const struct arrival *arrival, struct moment now,
      const struct wire_response *resp, const char **why)
{
	/* The kernel accepts this source address in broadcasts. */
	if (arrival->source == 0) {
		*why = "the source address is 0.0.0.0";
		return VERDICT_MALFORMED;
	}
	if (!access_permits(&d->access, resp->addr, arrival->source, why))
		return VERDICT_DENIED;
	return hear(d, link, arrival, now, resp);
}

enum verdict
discover_receive(struct discover *d, const uint8_t *buf, size_t len, const struct arrival *arrival,
		 struct moment now, struct wire_response *resp, const char **reason)
{
	struct link *link = links_by_index(&d->links, arrival->ifindex);
	const char *why = NULL;
	enum verdict verdict = wire_decode(buf, len, arrival->on_loopback, resp, &why);
	const bool cut = verdict == VERDICT_ACCEPTED && why != NULL;

	if (verdict == VERDICT_FOREIGN_REQUEST && link != NULL && arrival->source_is_local &&
	    link_is_own_request(link, arrival->source_port))
		verdict = VERDICT_OWN_REQUEST;
	else if (verdict == VERDICT_ACCEPTED)
		verdict = admit(d, link, arrival, now, resp, &why);
	if (reason != NULL)
		*reason = why;
	d->stats.verdicts[verdict]++;
	d->stats.cut += cut && (verdict == VERDICT_ACCEPTED || verdict == VERDICT_UNCONFIRMED);
	return verdict;
}

static enum sender
choose_sender(struct discover *d)
{
	switch (d->settings.request.source_port) {
	case SOURCE_PORT_FIXED:
		return SENDER_FIXED;
	case SOURCE_PORT_EPHEMERAL:
		return SENDER_EPHEMERAL;
	case SOURCE_PORT_AUTO:
		break;
	}
	return (d->parity + d->steps + d->extras) % 2 == 0 ? SENDER_FIXED : SENDER_EPHEMERAL;
}

/* Schedule a request on each usable link, or on those of which wanted[] is true. */
static void
ask(struct discover *d, const bool wanted[])
{
	d->sender = choose_sender(d);
	d->request_number++;
	d->next_to_send = 0;
	for (int i = 0; i < d->links.count; i++) {
		struct link *link = &d->links.list[i];

		if (link->state != LINK_USABLE || (wanted != NULL && !wanted[i]))
			continue;
		link_end_request(link);
		link->dirty = false;
		link->to_send = true;
	}
}

static void
find_pending(const struct discover *d, bool pending[])
{
	for (int i = 0; i < d->links.count; i++)
		pending[i] = d->settings.always_probe;
	inventory_pending(d->inv, d->started.mono_us, pending, d->links.count);
	inventory_unconfirmed(d->inv, pending, d->links.count);
}

/* At least one from each port, because a manager may hear only one of them. */
static unsigned int
requests_in_round(const struct discover_settings *settings)
{
	if (settings->request.source_port == SOURCE_PORT_AUTO && settings->probes < SENDER_COUNT)
		return SENDER_COUNT;
	return settings->probes;
}

static void
start_round(struct discover *d, struct moment now, bool regular)
{
	d->in_round = true;
	d->additional = !regular;
	d->round_wanted = false;
	d->started = now;
	d->probes = requests_in_round(&d->settings);
	d->request_us = d->settings.window_us / d->probes;
	d->steps = 0;
	d->extras = 0;
	for (int i = 0; i < d->links.count; i++)
		link_start_round(&d->links.list[i], now.mono_us);
	if (regular) {
		/* At multiples of the interval, so that rounds do not drift; counted from
		 * now if the process was stopped for longer than an interval. */
		d->regular_due_us += d->settings.interval_us;
		if (d->regular_due_us <= now.mono_us)
			d->regular_due_us = now.mono_us + d->settings.interval_us;
		d->regular_us = d->regular_due_us - d->settings.interval_us;
	}
}

/* Whether the silence of managers without a known link counts.  They may be on any link
 * with managers or, if there is none, on any link in use. */
static enum link_judgement
judge_elsewhere(struct discover *d, const struct link_verdict verdicts[])
{
	enum link_judgement worst = LINK_JUDGED;
	bool depended = false, judged = false;

	for (int i = 0; i < d->links.count; i++) {
		if (!link_in_use(&d->links.list[i]))
			continue;
		judged |= verdicts[i].unheard == LINK_JUDGED;
		if (inventory_rows_on_link(d->inv, i) == 0)
			continue;
		depended = true;
		if (verdicts[i].unheard > worst)
			worst = verdicts[i].unheard;
	}
	d->unseen = depended || judged ? 0 : d->unseen + 1;
	if (d->unseen == 0)
		return worst;
	return d->unseen >= d->settings.misses ? LINK_UNTRUSTED : LINK_EXCUSED;
}

/* The judgement of the link as a whole: that of its unheard managers, if it has any. */
static enum link_judgement
judgement_of_all(const struct discover *d, int link, const struct link_verdict *verdict)
{
	return verdict->unheard != verdict->heard &&
		       inventory_any_unheard(d->inv, link, verdict->deaf_us)
		   ? verdict->unheard
		   : verdict->heard;
}

static void
close_round(struct discover *d, struct moment now)
{
	bool silent[LINKS_MAX] = {false};
	struct link_verdict verdicts[LINKS_MAX];

	d->in_round = false;
	d->parity++;
	d->stats.rounds++;
	d->stats.last_round = d->started;
	d->stats.last_duration_us = now.mono_us - d->started.mono_us;
	d->stats.last_answers = inventory_heard_since(d->inv, d->started.mono_us);
	if (d->additional)
		return;
	/* Not candidates: they do not matter for the judgement. */
	inventory_pending(d->inv, d->started.mono_us, silent, d->links.count);
	for (int i = 0; i < d->links.count; i++) {
		struct link *link = &d->links.list[i];
		bool excused;

		verdicts[i] = link_judge(link, silent[i], d->settings.misses, &excused);
		d->stats.excused_rounds += excused;
		sight_note(link, judgement_of_all(d, i, &verdicts[i]),
			   inventory_rows_on_link(d->inv, i) > 0, now, d->on_event, d->ctx);
	}
	inventory_close_round(d->inv, now, d->started.mono_us, verdicts, d->links.count,
			      judge_elsewhere(d, verdicts));
	forget_gone(d);
}

/* Repeat the request on links on which a manager is silent and the kernel dropped
 * datagrams, unless this would delay the next round.  Returns whether there is such a
 * link. */
static bool
ask_again(struct discover *d, struct moment now, const bool pending[])
{
	bool wanted[LINKS_MAX] = {false};
	bool any = false;

	for (int i = 0; i < d->links.count; i++) {
		struct link *link = &d->links.list[i];

		link_end_request(link);
		wanted[i] = pending[i] && link->asked && !link->blind && !link_is_clean(link);
		any = any || wanted[i];
	}
	if (!any || d->extras == EXTRA_REQUESTS || now.mono_us + d->request_us > d->regular_due_us)
		return false;
	ask(d, wanted);
	d->extras++;
	return true;
}

static void
step(struct discover *d, struct moment now)
{
	bool pending[LINKS_MAX] = {false};

	if (d->steps > 0)
		find_pending(d, pending);
	if (d->steps < d->probes) {
		ask(d, d->steps > 0 ? pending : NULL);
		d->steps++;
		/* From now, not from the time when the request was due, so that there is the
		 * full time for answers even if it is late. */
		d->step_due_us = now.mono_us + d->request_us;
	} else if (ask_again(d, now, pending)) {
		d->step_due_us = now.mono_us + d->request_us;
	} else {
		close_round(d, now);
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
	for (; d->next_to_send < d->links.count; d->next_to_send++) {
		struct link *link = &d->links.list[d->next_to_send];

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
	struct link *link = &d->links.list[req->link];

	link->send_failed = !ok;
	if (!ok) {
		d->stats.send_errors++;
		link_blind(link, "requests cannot be sent");
		return;
	}
	d->stats.requests_sent++;
	d->requested_us = now.mono_us;
	d->sent_number = d->request_number;
	/* Full time for answers, even if sending took long. */
	if (d->in_round && d->step_due_us < now.mono_us + d->request_us)
		d->step_due_us = now.mono_us + d->request_us;
	link_note_sent(link, req->sender, source_port, d->request_number, now.mono_us);
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

const struct link *
discover_link_at_or_after(const struct discover *d, unsigned int from, uint32_t *up)
{
	const struct link *link = links_at_or_after(&d->links, from);

	if (link != NULL)
		*up = inventory_up_on_link(d->inv, (int)(link - d->links.list));
	return link;
}

uint32_t
discover_impaired_links(const struct discover *d)
{
	uint32_t impaired = 0;

	for (int i = 0; i < d->links.count; i++)
		impaired += d->links.list[i].impaired;
	return impaired;
}

bool
discover_is_owed(const struct discover *d)
{
	return sight_is_owed(&d->links);
}

void
discover_reconcile(struct discover *d, struct moment now)
{
	sight_reconcile(&d->links, now, d->on_event, d->ctx);
}

void
discover_link_name(const struct discover *d, int link, char out[LINK_NAME_LEN])
{
	static const char none[LINK_NAME_LEN];

	memcpy(out, link != LINK_NONE ? d->links.list[link].name : none, LINK_NAME_LEN);
}

size_t
discover_export(const struct discover *d, struct link_record out[])
{
	return sight_export(&d->links, out);
}

int
discover_restore_link(struct discover *d, const char *name, unsigned int *ifindex)
{
	const struct link *link = name[0] != '\0' ? links_place(&d->links, name) : NULL;

	*ifindex = link != NULL && link->state != LINK_GONE ? link->ifindex : 0;
	return link != NULL ? (int)(link - d->links.list) : LINK_NONE;
}

void
discover_restore(struct discover *d, const struct link_record records[], size_t count)
{
	sight_restore(&d->links, records, count, d->settings.misses);
}
