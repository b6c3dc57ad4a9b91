/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/sight.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static struct notified
present_state(const struct link *link)
{
	return (struct notified){.announced = link->impaired ? ANNOUNCED_DOWN : ANNOUNCED_NOTHING};
}

static bool
is_owed(const struct link *link)
{
	const struct notified is = present_state(link);

	return notified_lack(&link->notified, &is) != NOTIFIED_NOTHING;
}

static void
announce(struct link *link, struct moment now, event_fn *on_event, void *ctx)
{
	char name[LINK_SHOWN_LEN] = ""; /* zeros to its end, which are copied, too */
	struct notified is;
	struct event event = {
	    .type = link->impaired ? EVENT_IMPAIRED : EVENT_RESTORED,
	    .time = now,
	    .status = link->impaired ? MANAGER_UNKNOWN : MANAGER_UP,
	    .ifindex = link->ifindex,
	};

	text_printable(link->name, strlen(link->name), name, sizeof(name));
	memcpy(event.name, name, sizeof(name));
	snprintf(event.reason, sizeof(event.reason), "%s: %s", name, link->sight);
	is = present_state(link);
	if (on_event == NULL || on_event(ctx, &event))
		notified_note(&link->notified, &is, NOTIFIED_STATE);
}

/* Returns the reason why the link is not impaired, or NULL if it may be. */
static const char *
why_not_impaired(const struct link *link, enum link_judgement judgement, bool depended)
{
	if (judgement == LINK_JUDGED)
		return "managers can be judged again";
	if (link->state == LINK_EXCLUDED || link->state == LINK_UNSUITABLE)
		return "no longer used";
	if (depended)
		return NULL;
	return link->state == LINK_GONE ? "no longer there" : "no manager is known there any more";
}

void
sight_note(struct link *link, enum link_judgement judgement, bool depended, struct moment now,
	   event_fn *on_event, void *ctx)
{
	const char *why_not = why_not_impaired(link, judgement, depended);
	const bool impaired = why_not == NULL && (link->impaired || judgement == LINK_UNTRUSTED);

	if (!depended)
		link->unseen = 0;
	if (impaired == link->impaired)
		return;
	link->impaired = impaired;
	link->sight = impaired ? link->why : why_not;
	announce(link, now, on_event, ctx);
}

bool
sight_is_owed(const struct links *links)
{
	for (int i = 0; i < links->count; i++)
		if (is_owed(&links->list[i]))
			return true;
	return false;
}

void
sight_reconcile(struct links *links, struct moment now, event_fn *on_event, void *ctx)
{
	for (int i = 0; i < links->count; i++)
		if (is_owed(&links->list[i]))
			announce(&links->list[i], now, on_event, ctx);
}

size_t
sight_export(const struct links *links, struct link_record out[])
{
	size_t count = 0;

	for (int i = 0; i < links->count; i++)
		if (links->list[i].notified.announced == ANNOUNCED_DOWN)
			memcpy(out[count++].name, links->list[i].name, LINK_NAME_LEN);
	return count;
}

void
sight_restore(struct links *links, const struct link_record records[], size_t count,
	      unsigned int misses)
{
	for (size_t i = 0; i < count; i++) {
		struct link *link = links_place(links, records[i].name);

		if (link == NULL)
			return;
		link->impaired = true;
		link->notified.announced = ANNOUNCED_DOWN;
		link->unseen = misses;
	}
}
