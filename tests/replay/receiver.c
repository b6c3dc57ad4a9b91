/* SPDX-License-Identifier: BSD-2-Clause */
#include "receiver.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define FACTS_MAX 8192
#define TRACE_LINES 40
#define TRACE_LEN 160

static struct {
	unsigned int seed;
	struct fact facts[FACTS_MAX]; /* as they happened */
	size_t count, life_start;     /* of this life are those from life_start on */
	struct fact *last_notified[MANAGERS + LINKS];
	char trace[TRACE_LINES][TRACE_LEN];
	unsigned int trace_count;
} receiver;

static struct receiver_sums sums;

void
receiver_start(unsigned int seed)
{
	memset(&receiver, 0, sizeof(receiver));
	receiver.seed = seed;
}

void
receiver_note(const char *format, ...)
{
	char *line = receiver.trace[receiver.trace_count++ % TRACE_LINES];
	const int used = snprintf(line, TRACE_LEN, "%9.3f ", (double)sim.now_us / 1e6);
	va_list ap;

	va_start(ap, format);
	vsnprintf(line + used, (size_t)(TRACE_LEN - used), format, ap);
	va_end(ap);
}

static void
note_event(const char *what, const struct fact *fact)
{
	const struct event *e = &fact->event;

	receiver_note("%s: id %u, subject %u %s: %s port %u, %s", what, e->id, fact->subject,
		      event_type_name(e->type), e->hostname, e->port, e->reason);
}

void
receiver_require(bool holds, const char *what)
{
	if (holds)
		return;
	printf("seed %u, step %d: %s\n", receiver.seed, sim.line, what);
	for (unsigned int i = TRACE_LINES; i > 0; i--)
		if (i <= receiver.trace_count)
			puts(receiver.trace[(receiver.trace_count - i) % TRACE_LINES]);
	exit(1);
}

static struct fact *
find(uint32_t id)
{
	for (size_t i = receiver.count; i > 0; i--)
		if (receiver.facts[i - 1].event.id == id)
			return &receiver.facts[i - 1];
	return NULL;
}

const struct fact *
receiver_find(uint32_t id)
{
	return find(id);
}

size_t
receiver_given(void)
{
	return receiver.count;
}

void
receiver_note_given(const struct event *event, bool taken)
{
	struct fact *fact = &receiver.facts[receiver.count];
	const struct fact *same = find(event->id);

	receiver_require(receiver.count < FACTS_MAX, "this test has no room for more events");
	*fact = (struct fact){
	    .event = *event,
	    .subject = event->addr != 0 ? event->addr - FIRST_ADDR
					: MANAGERS + (unsigned int)(event->reason[3] - '0'),
	    .cut = !taken,
	};
	note_event(taken ? "event" : "no room", fact);
	receiver_require(same == NULL || same->traceless, "an id is given again");
	receiver.count++;
	sums.events++;
}

static bool
says_new(const struct event *last, const struct event *event)
{
	const bool up = last != NULL && last->type != EVENT_DISAPPEARED;

	switch (event->type) {
	case EVENT_APPEARED:
		return !up;
	case EVENT_DISAPPEARED:
		return up || last == NULL;
	case EVENT_CHANGED:
		return up && strcmp(last->hostname, event->previous_hostname) == 0 &&
		       last->port == event->previous_port &&
		       (strcmp(last->hostname, event->hostname) != 0 || last->port != event->port);
	case EVENT_CONFLICT:
	case EVENT_CONFLICT_ENDED:
		return up;
	default:
		return last != NULL ? last->type != event->type : event->type == EVENT_IMPAIRED;
	}
}

/* Whether it need not follow from the event notified last. */
static bool
after_cut(const struct fact *fact, const struct fact *last)
{
	for (const struct fact *from = last != NULL ? last : receiver.facts; from < fact; from++)
		if (from->subject == fact->subject && from->cut)
			return true;
	return false;
}

/* Whether the receiver was notified that the manager is up before this event of it. */
static bool
is_known(const struct fact *fact)
{
	for (const struct fact *f = fact; f-- > receiver.facts;)
		if (f->subject == fact->subject && f->event.type <= EVENT_DISAPPEARED &&
		    f->notified)
			return f->cut || f->event.type == EVENT_APPEARED;
	return false;
}

/* Whether an event of a conflict follows from the notifications before it: it begins and ends
 * in turn, and also ends when the manager disappears. */
static bool
conflict_follows(const struct fact *fact)
{
	const bool begins = fact->event.type == EVENT_CONFLICT;

	if (!begins && fact->event.type != EVENT_CONFLICT_ENDED)
		return true;
	for (const struct fact *f = fact; f-- > receiver.facts;) {
		if (f->subject != fact->subject)
			continue;
		if (f->cut)
			return true;
		if (f->notified && f->event.type == EVENT_CONFLICT)
			return !begins;
		if (f->notified &&
		    (f->event.type == EVENT_CONFLICT_ENDED || f->event.type == EVENT_DISAPPEARED))
			return begins;
	}
	return begins;
}

void
receiver_tell(const struct event *event, bool refused)
{
	struct fact *fact = find(event->id);
	struct event given = {0};
	struct fact *last;
	bool cut;

	receiver_require(fact != NULL, "notified of an event that never happened");
	note_event(refused ? "refused" : "notified", fact);
	given = fact->event;
	given.time.mono_us = event->time.mono_us; /* not kept over a restart */
	/* Copies, padding and all.  NOLINTNEXTLINE(*-memory-comparison,cert-*) */
	receiver_require(memcmp(&given, event, sizeof(given)) == 0,
			 "an id stands for something else");
	if (fact->notified) { /* without an answer, or before a crash */
		sums.again++;
		return;
	}
	last = receiver.last_notified[fact->subject];
	cut = after_cut(fact, last);
	receiver_require(last == NULL || last < fact, "notified out of order");
	receiver_require(cut || says_new(last != NULL ? &last->event : NULL, event),
			 "notified twice, or does not follow from the last one");
	receiver_require((event->type != EVENT_CHANGED && event->type != EVENT_CONFLICT) ||
			     is_known(fact),
			 "notified of a manager before it was up");
	receiver_require(cut || conflict_follows(fact),
			 "notified of a conflict, or of its end, twice");
	fact->notified = true;
	fact->cut |= refused;
	receiver.last_notified[fact->subject] = fact;
	sums.notified += !refused;
	sums.cuts += cut;
}

void
receiver_crash(uint32_t saved_id, bool traceless)
{
	for (size_t i = receiver.life_start; i < receiver.count; i++) {
		struct fact *fact = &receiver.facts[i];

		fact->cut |= fact->notified && fact->event.id > saved_id;
		fact->traceless = traceless;
	}
	receiver.life_start = receiver.count;
}

static const struct manager *
find_row(unsigned int i)
{
	const struct manager *m = inventory_at_or_after(sim.inv, FIRST_ADDR + i);

	return m != NULL && m->addr == FIRST_ADDR + i ? m : NULL;
}

void
receiver_note_rows(void)
{
	for (size_t i = 0; i < receiver.count; i++)
		if (receiver.facts[i].subject < MANAGERS &&
		    find_row(receiver.facts[i].subject) == NULL)
			receiver.facts[i].cut = true;
}

/* any: there is something to notify of; bad: the last event was disappeared or impaired. */
static void
check_notified(unsigned int subject, bool any, bool bad)
{
	const struct fact *last = receiver.last_notified[subject];
	bool is_bad;

	if (last != NULL && last->cut)
		return;
	is_bad = last != NULL &&
		 (last->event.type == EVENT_DISAPPEARED || last->event.type == EVENT_IMPAIRED);
	if (any == (last != NULL) && bad == is_bad)
		return;
	receiver_note("subject %u", subject);
	receiver_require(false, "the last notification is not what the core takes for notified");
}

static void
check_links(void)
{
	struct link_record impaired[LINKS_MAX];
	const size_t count = discover_export(sim.d, impaired);
	bool is_impaired[LINKS] = {false};

	for (size_t i = 0; i < count; i++)
		is_impaired[impaired[i].name[3] - '0'] = true;
	for (unsigned int i = 0; i < LINKS; i++) {
		const unsigned int subject = MANAGERS + i;

		check_notified(subject, is_impaired[i] || receiver.last_notified[subject] != NULL,
			       is_impaired[i]);
	}
}

void
receiver_check(void)
{
	for (unsigned int i = 0; i < MANAGERS; i++) {
		const struct manager *m = find_row(i);

		if (m != NULL)
			check_notified(i, m->announced != ANNOUNCED_NOTHING,
				       m->announced == ANNOUNCED_DOWN);
	}
	check_links();
}

/* Since the manager appeared, unless there was a cut since. */
static bool
conflict_notified(unsigned int subject)
{
	static const char late[] = "reported late";

	for (const struct fact *f = receiver.facts + receiver.count; f-- > receiver.facts;) {
		if (f->subject != subject)
			continue;
		if (f->notified && (f->cut || f->event.type == EVENT_CONFLICT))
			return true;
		if (f->notified && f->event.type == EVENT_CONFLICT_ENDED)
			return false;
		if (f->event.type == EVENT_APPEARED &&
		    strncmp(f->event.reason, late, strlen(late)) != 0)
			return false;
	}
	return false;
}

/* The number of the link where that peer is. */
static int
link_of(uint32_t peer)
{
	return sim.links[sim_link(sim.peers[peer].link)].number;
}

void
receiver_check_truth(void)
{
	for (unsigned int i = 0; i < MANAGERS; i++) {
		const struct peer *first = &sim.peers[i], *second = &sim.peers[i + MANAGERS];
		const struct peer *alive = first->silent ? second : first;
		const struct fact *last = receiver.last_notified[i];
		const struct manager *m = find_row(i);

		receiver_note("subject %u", i);
		receiver_require(m == NULL || m->status != MANAGER_UP ||
				     m->link == link_of(m->source - FIRST_ADDR),
				 "a row is not on the link where its manager is");
		receiver_require(m == NULL
				     ? alive->silent
				     : m->status == (alive->silent ? MANAGER_DOWN : MANAGER_UP),
				 "a manager is not seen as it is");
		if (alive->silent || last == NULL || last->cut)
			continue;
		if (!first->silent && !second->silent &&
		    (strcmp(first->hostname, second->hostname) != 0 || first->port != second->port))
			receiver_require(conflict_notified(i), "not notified of a conflict");
		else
			receiver_require(strcmp(last->event.hostname, alive->hostname) == 0 &&
					     last->event.port == alive->port,
					 "notified of a wrong hostname or port");
	}
}

struct receiver_sums
receiver_sums(void)
{
	return sums;
}
