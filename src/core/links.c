/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/links.h"

#include <string.h>

#define DEAF_TEXT "answers to the group cannot be heard"

const char *
link_state_text(enum link_state state)
{
	switch (state) {
	case LINK_USABLE:
		return "used for discovery";
	case LINK_DOWN:
		return "down";
	case LINK_NO_CARRIER:
		return "no carrier";
	case LINK_NO_ADDRESS:
		return "no IPv4 address";
	case LINK_NOT_JOINED:
		return "the multicast group could not be joined";
	case LINK_UNSUITABLE:
		return "loopback, point-to-point or without multicast, and not configured by name";
	case LINK_EXCLUDED:
		return "excluded by the configuration";
	case LINK_GONE:
		return "no such interface any more";
	}
	return "invalid";
}

const char *
link_trouble(const struct link *link)
{
	if (link->state == LINK_USABLE && link->send_failed)
		return "requests cannot be sent";
	if (link->detail != NULL)
		return link->detail;
	return link->state != LINK_USABLE ? link_state_text(link->state) : "";
}

static bool
has_name(const struct link *link, const char *name)
{
	return strncmp(link->name, name, LINK_NAME_LEN) == 0;
}

static struct link *
by_name(struct links *links, const char *name)
{
	for (int i = 0; i < links->count; i++)
		if (has_name(&links->list[i], name))
			return &links->list[i];
	return NULL;
}

struct link *
links_place(struct links *links, const char *name)
{
	struct link *place = by_name(links, name);

	if (place != NULL)
		return place;
	/* Reuse places: interfaces of containers come and go, each with a new name. */
	place = by_name(links, "");
	if (place == NULL && links->count < LINKS_MAX)
		place = &links->list[links->count++];
	if (place == NULL)
		return NULL;
	*place = (struct link){.state = LINK_GONE, .blind = true, .why = "it is new"};
	strncpy(place->name, name, sizeof(place->name) - 1);
	return place;
}

void
link_forget(struct link *link)
{
	*link = (struct link){.state = LINK_GONE};
}

/* Also finds links that are gone, because an interface may return with another name. */
static struct link *
by_last_index(struct links *links, unsigned int ifindex)
{
	for (int i = 0; i < links->count; i++)
		if (links->list[i].ifindex == ifindex && links->list[i].name[0] != '\0')
			return &links->list[i];
	return NULL;
}

/* Record that a known interface was renamed.  If another link has the new name, it gets the
 * old one in exchange, so that no two links have the same name: it was renamed, too, as
 * another report will show, or is gone. */
static void
adopt_name(struct links *links, const struct link_report *report)
{
	struct link *link = links_by_index(links, report->ifindex);
	struct link *other;

	if (link != NULL && has_name(link, report->name))
		return;
	other = by_name(links, report->name);
	if (link == NULL && other == NULL)
		link = by_last_index(links, report->ifindex);
	if (link == NULL)
		return;
	if (other != NULL)
		memcpy(other->name, link->name, sizeof(other->name));
	memcpy(link->name, report->name, sizeof(link->name));
}

static void
note_deafness(struct link *link, bool deaf)
{
	if (deaf == link->deaf)
		return;
	link->deaf = deaf;
	link->deaf_us = 0;
	link->deaf_rounds = 0;
	/* The link was deaf for a part of the current round. */
	link_blind(link, DEAF_TEXT);
}

int
links_update(struct links *links, struct link_report reports[], int count)
{
	bool there[LINKS_MAX] = {false};
	int refused = 0;

	for (int i = 0; i < count; i++)
		adopt_name(links, &reports[i]);
	for (int i = 0; i < count; i++) {
		struct link *link = links_by_index(links, reports[i].ifindex);

		if (link == NULL)
			link = links_place(links, reports[i].name);
		reports[i].link = link != NULL ? (int)(link - links->list) : LINK_NONE;
		if (link == NULL) {
			refused++;
			continue;
		}
		link_set(link, reports[i].ifindex, reports[i].addr, reports[i].state);
		link_explain(link, reports[i].detail);
		note_deafness(link, reports[i].deaf);
		there[reports[i].link] = true;
	}
	for (int i = 0; i < links->count; i++) {
		struct link *link = &links->list[i];

		if (!there[i] && link->state != LINK_GONE)
			link_set(link, link->ifindex, link->addr, LINK_GONE);
	}
	return refused;
}

struct link *
links_by_index(struct links *links, unsigned int ifindex)
{
	for (int i = 0; i < links->count; i++)
		if (links->list[i].ifindex == ifindex && links->list[i].state != LINK_GONE)
			return &links->list[i];
	return NULL;
}

const struct link *
links_at_or_after(const struct links *links, unsigned int from)
{
	const struct link *first = NULL;

	for (int i = 0; i < links->count; i++) {
		const struct link *link = &links->list[i];

		if (link->state != LINK_GONE && link->ifindex >= from &&
		    (first == NULL || link->ifindex < first->ifindex))
			first = link;
	}
	return first;
}

void
link_set(struct link *link, unsigned int ifindex, uint32_t addr, enum link_state state)
{
	if (state != LINK_USABLE)
		link_blind(link, link_state_text(state));
	else if (link->ifindex != ifindex)
		link_blind(link, "it was created again");
	else if (link->addr != addr)
		link_blind(link, "its address was changed");
	/* Rounds in which the configuration excluded the link are not an outage. */
	if ((link->state == LINK_EXCLUDED || link->state == LINK_UNSUITABLE) &&
	    state != link->state)
		link->unseen = 0;
	link->ifindex = ifindex;
	link->addr = addr;
	link->state = state;
	link->detail = NULL;
}

void
link_explain(struct link *link, const char *detail)
{
	link->detail = detail;
	if (detail != NULL && link->state != LINK_USABLE)
		link_blind(link, detail);
}

void
link_blind(struct link *link, const char *why)
{
	link->blind = true;
	link->why = why;
}

void
link_start_round(struct link *link, int64_t now_us)
{
	link->asked = false;
	link->blind = false;
	link->dirty = false;
	for (int i = 0; i < SENDER_COUNT; i++) {
		link->from[i].asked = link->from[i].clean = false;
		link->loops[i].count = 0;
	}
	if (link->state != LINK_USABLE)
		link_blind(link, link_trouble(link));
	if (link->deaf && link->deaf_us == 0)
		link->deaf_us = now_us;
}

void
link_end_request(struct link *link)
{
	if (link->asked && !link->dirty)
		link->from[link->sender].clean = true;
}

bool
link_is_clean(const struct link *link)
{
	for (int i = 0; i < SENDER_COUNT; i++)
		if (link->from[i].asked && !link->from[i].clean)
			return false;
	return link->asked;
}

void
link_note_sent(struct link *link, enum sender sender, uint16_t port, uint64_t request_number,
	       int64_t now_us)
{
	link->requests++;
	link->asked = link->from[sender].asked = true;
	link->sender = sender;
	link->request_number = request_number;
	link->requested_us = now_us;
	link->loops[sender].port = port;
	link->loops[sender].count++;
}

bool
link_is_own_request(struct link *link, uint16_t source_port)
{
	for (int i = 0; i < SENDER_COUNT; i++) {
		if (link->loops[i].port == source_port && link->loops[i].count > 0) {
			link->loops[i].count--;
			return true;
		}
	}
	return false;
}

bool
link_in_use(const struct link *link)
{
	return link->state == LINK_USABLE || link->state == LINK_NO_CARRIER ||
	       link->state == LINK_NOT_JOINED;
}

static enum link_judgement
judge(struct link *link, bool pending, unsigned int misses, bool *excused)
{
	const bool blind = link->blind || !link->asked;
	const bool met_drops = !blind && pending && !link_is_clean(link);
	/* A flood must not disable detection, even if it pauses for a round now and then. */
	const bool overdue = met_drops && link->excused >= misses;

	*excused = met_drops && !overdue;
	if (*excused) {
		link->excused++;
		link->why = "the kernel dropped datagrams: no buffer space, or bad checksums";
	} else if (!blind && !met_drops && link->excused > 0) {
		link->excused--;
	}
	if (!blind && !*excused) {
		link->unseen = 0;
		return LINK_JUDGED;
	}
	if (link->unseen < misses)
		link->unseen++;
	return link->unseen >= misses ? LINK_UNTRUSTED : LINK_EXCUSED;
}

struct link_verdict
link_judge(struct link *link, bool pending, unsigned int misses, bool *excused)
{
	struct link_verdict verdict = {.deaf_us = link->deaf_us};

	verdict.heard = verdict.unheard = judge(link, pending, misses, excused);
	if (link->deaf_us == 0)
		return verdict;
	if (link->deaf_rounds < misses)
		link->deaf_rounds++;
	if (link->deaf_rounds >= misses)
		verdict.unheard = LINK_UNTRUSTED;
	else if (verdict.heard == LINK_JUDGED)
		verdict.unheard = LINK_EXCUSED;
	if (verdict.heard == LINK_JUDGED)
		link->why = link->detail != NULL ? link->detail : DEAF_TEXT;
	return verdict;
}

enum link_judgement
link_verdict_on(const struct link_verdict *verdict, int64_t heard_us)
{
	return verdict->deaf_us != 0 && heard_us < verdict->deaf_us ? verdict->unheard
								    : verdict->heard;
}
