/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/row.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/record.h"

/* A second source that answers for the address of a row, differently. */
struct challenger {
	struct wire_response says;
	struct reception reception; /* its last answer */
	unsigned int silent_rounds; /* in a row; agreement is silence */
	bool agrees;                /* it has answered since then, and did not contradict */
};

void
row_clear(struct row *row)
{
	free(row->challenger);
	row->challenger = NULL;
}

int
row_link_left(int link, const bool gone[], int link_count)
{
	return link >= 0 && link < link_count && gone[link] ? LINK_NONE : link;
}

void
row_forget_links(struct row *row, const bool gone[], int link_count)
{
	struct challenger *c = row->challenger;

	row->m.link = row_link_left(row->m.link, gone, link_count);
	row->noted_link = row_link_left(row->noted_link, gone, link_count);
	if (c != NULL)
		c->reception.link = row_link_left(c->reception.link, gone, link_count);
}

/* What the receiver should have been notified of. */
static struct notified
should_know(const struct row *row)
{
	return (struct notified){
	    .announced = row->m.announced,
	    .description = row->described,
	    .conflict = row->conflict,
	};
}

static enum notified_part
lack(const struct row *row)
{
	const struct notified is = should_know(row);

	return notified_lack(&row->notified, &is);
}

/* Whether the events taken so far already say that the manager is up (or down).  If not,
 * that event comes first, once there is room, with the current description. */
static bool
is_known(const struct row *row)
{
	return lack(row) != NOTIFIED_STATE;
}

bool
row_is_owed(const struct row *row)
{
	return lack(row) != NOTIFIED_NOTHING;
}

static enum event_type
type_of(const struct row *row, enum notified_part part)
{
	switch (part) {
	case NOTIFIED_CONFLICT:
		return row->conflict ? EVENT_CONFLICT : EVENT_CONFLICT_ENDED;
	case NOTIFIED_DESCRIPTION:
		return EVENT_CHANGED;
	default:
		return row->m.announced == ANNOUNCED_DOWN ? EVENT_DISAPPEARED : EVENT_APPEARED;
	}
}

static void
announce(struct row *row, enum notified_part part, struct moment now, const char *reason,
	 const struct row_rules *rules)
{
	const struct manager *m = &row->m;
	const struct wire_response *known = &row->notified.description;
	const struct challenger *other = part == NOTIFIED_CONFLICT ? row->challenger : NULL;
	struct notified is;
	struct event event = {
	    .type = type_of(row, part),
	    .time = now,
	    .addr = m->addr,
	    .status = m->status,
	    .port = m->port,
	    .previous_port = known->port,
	    .source = m->source,
	    .other_source = other != NULL ? other->reception.source : 0,
	    .other_port = other != NULL ? other->says.port : 0,
	    .ifindex = m->ifindex,
	};

	manager_name(m, event.name);
	memcpy(event.hostname, m->hostname, sizeof(event.hostname));
	memcpy(event.version, m->version, sizeof(event.version));
	memcpy(event.previous_hostname, known->hostname, sizeof(event.previous_hostname));
	memcpy(event.previous_version, known->version, sizeof(event.previous_version));
	if (other != NULL)
		memcpy(event.other_hostname, other->says.hostname, sizeof(event.other_hostname));
	snprintf(event.reason, sizeof(event.reason), "%s", reason);

	memcpy(row->described.hostname, m->hostname, sizeof(row->described.hostname));
	memcpy(row->described.version, m->version, sizeof(row->described.version));
	row->described.port = m->port;
	is = should_know(row);
	row->changed = true;
	row->noted_link = m->link;
	if (rules->on_event == NULL || rules->on_event(rules->ctx, &event))
		notified_note(&row->notified, &is, part);
}

static void
describe_appearance(const struct manager *before, struct moment now, char reason[EVENT_REASON_LEN])
{
	const int64_t silence_us = now.mono_us - before->last_seen.mono_us;

	if (before->announced == ANNOUNCED_NOTHING)
		snprintf(reason, EVENT_REASON_LEN, "answered for the first time");
	else if (manager_heard(before))
		snprintf(reason, EVENT_REASON_LEN, "answers again after %" PRId64 " s of silence",
			 silence_us / US_PER_S);
	else
		snprintf(reason, EVENT_REASON_LEN,
			 "answers for the first time after it was reported down");
}

/* The last state is always announced, but at a limited rate: a change that comes too soon
 * after the previous one waits for a later answer or the end of a round. */
static void
announce_change(struct row *row, struct moment now, const struct row_rules *rules)
{
	const struct manager *m = &row->m;
	const char *reason;

	if (m->announced != ANNOUNCED_UP || m->status != MANAGER_UP || row->challenger != NULL ||
	    !is_known(row))
		return;
	if (row->changed_us != 0 && now.mono_us - row->changed_us < rules->change_holdoff_us)
		return;
	if (strcmp(m->hostname, row->described.hostname) != 0)
		reason = "its hostname changed";
	else if (strcmp(m->version, row->described.version) != 0)
		reason = "its version changed";
	else if (m->port != row->described.port)
		reason = "its port changed";
	else
		return;
	row->changed_us = now.mono_us;
	announce(row, NOTIFIED_DESCRIPTION, now, reason, rules);
}

static bool
contradicts(const struct manager *m, const struct wire_response *resp)
{
	return strcmp(m->hostname, resp->hostname) != 0 || m->port != resp->port;
}

/* Whether answers of this source replace the values of the row. */
static bool
may_speak_for(const struct row *row, uint32_t source, const struct row_rules *rules)
{
	const struct manager *m = &row->m;

	return !manager_heard(m) || source == m->source || m->status == MANAGER_DOWN ||
	       row->source_silent_rounds >= rules->misses;
}

/* If there is no memory, the answer is ignored. */
static void
note_challenge(struct row *row, const struct wire_response *resp, const struct reception *reception)
{
	if (row->challenger == NULL)
		row->challenger = calloc(1, sizeof(*row->challenger));
	if (row->challenger == NULL)
		return;
	row->challenger->says = *resp;
	row->challenger->reception = *reception;
	row->challenger->silent_rounds = 0;
	row->challenger->agrees = false;
	manager_note_heard(&row->m, reception->now);
}

static void
end_challenge(struct row *row)
{
	row_clear(row);
	row->conflict = false;
}

/* There was no contradiction for as long as a manager that is down is silent; `why` is the
 * beginning of the reason.  The event describes both as they were. */
static void
end_conflict(struct row *row, struct moment now, const char *why, const struct row_rules *rules)
{
	char reason[EVENT_REASON_LEN];

	if (!row->conflict)
		return;
	row->conflict = false;
	if (!row->notified.conflict || !is_known(row))
		return;
	snprintf(reason, sizeof(reason), "%s in %u rounds in a row", why, rules->misses);
	announce(row, NOTIFIED_CONFLICT, now, reason, rules);
}

/* The sources agree before there was an event.  After the event a conflict ends only
 * after silent rounds; otherwise a source that agrees and contradicts in turn would cause
 * events without end. */
static void
note_agreement(struct row *row)
{
	if (!row->conflict)
		end_challenge(row);
}

static void
note_source(struct row *row, const struct wire_response *resp, const struct reception *reception)
{
	if (reception->source != row->m.source)
		end_challenge(row);
	manager_note_answer(&row->m, resp, reception);
	row->source_heard_us = reception->now.mono_us;
	row->source_silent_rounds = 0;
	if (row->challenger != NULL && !contradicts(&row->m, &row->challenger->says))
		note_agreement(row);
}

/* Another source says that the manager is there.  Only its own source sets the version,
 * the interface and so on. */
static void
note_other(struct row *row, const struct reception *reception)
{
	manager_note_heard(&row->m, reception->now);
	if (row->challenger != NULL && row->challenger->reception.source == reception->source) {
		row->challenger->agrees = true;
		note_agreement(row);
	}
}

void
row_hear(struct row *row, const struct wire_response *resp, const struct reception *reception,
	 const struct row_rules *rules)
{
	struct manager *m = &row->m;
	const struct manager before = *m;
	char reason[EVENT_REASON_LEN];

	if (may_speak_for(row, reception->source, rules))
		note_source(row, resp, reception);
	else if (contradicts(m, resp))
		note_challenge(row, resp, reception);
	else
		note_other(row, reception);
	m->status = MANAGER_UP;
	if (before.announced != ANNOUNCED_UP) {
		m->transitions += before.announced == ANNOUNCED_DOWN;
		m->announced = ANNOUNCED_UP;
		describe_appearance(&before, reception->now, reason);
		announce(row, NOTIFIED_STATE, reception->now, reason, rules);
	} else {
		announce_change(row, reception->now, rules);
	}
	/* The row's own source answers after a challenger did: both are alive. */
	if (row->challenger != NULL && !row->conflict && reception->source == m->source) {
		row->conflict = true;
		if (is_known(row))
			announce(
			    row, NOTIFIED_CONFLICT, reception->now,
			    "two sources answer for this address with different hostnames or ports",
			    rules);
	}
}

/* Whether this round is the last one that a manager has to miss to be down. */
static bool
goes_down(const struct manager *m, int64_t since, unsigned int misses)
{
	return !manager_heard_since(m, since) && m->missed + 1 >= misses;
}

/* Why the challenger no longer contradicts. */
static const char *
describe_silence(const struct row *row, unsigned int misses)
{
	if (row->challenger->agrees)
		return "no contradiction from the second source";
	if (row->source_silent_rounds >= misses)
		return "no answer from either source";
	return "no answer from the second source";
}

/* Count the rounds in which the row's sources were silent, and see whether that
 * ends a conflict. */
static void
judge_sources(struct row *row, struct moment now, int64_t since, const struct row_rules *rules)
{
	const unsigned int misses = rules->misses;
	struct challenger *c = row->challenger;

	if (row->source_heard_us >= since)
		row->source_silent_rounds = 0;
	else if (row->source_silent_rounds < misses)
		row->source_silent_rounds++;
	if (c == NULL)
		return;
	if (c->reception.now.mono_us >= since)
		c->silent_rounds = 0;
	else
		c->silent_rounds++;
	if (c->silent_rounds >= misses) {
		/* A third source may keep the manager up.  If not, it is reported as down. */
		if (!goes_down(&row->m, since, misses))
			end_conflict(row, now, describe_silence(row, misses), rules);
		end_challenge(row);
	} else if (row->source_silent_rounds >= misses) {
		const struct challenger winner = *c;
		const uint32_t missed = row->m.missed;

		end_conflict(row, now, "no answer from the first source", rules);
		note_source(row, &winner.says, &winner.reception);
		row->m.missed = missed; /* it answered then, not now */
		row->source_silent_rounds = winner.silent_rounds;
	}
}

/* Not with each answer: with two interfaces in one network, each request is answered on
 * both. */
static void
note_link(struct row *row)
{
	row->changed |= row->m.link != row->noted_link;
	row->noted_link = row->m.link;
}

/* The row was not heard.  Returns the state that follows from it. */
static enum manager_status
judge_silence(struct manager *m, enum link_judgement judgement, unsigned int misses)
{
	const bool missed = judgement == LINK_JUDGED;

	m->missed += missed && m->missed < UINT32_MAX;
	if (m->status == MANAGER_DOWN || (missed && m->missed >= misses))
		return MANAGER_DOWN;
	if (judgement == LINK_UNTRUSTED)
		return MANAGER_UNKNOWN;
	return missed && manager_heard(m) ? MANAGER_MISSING : m->status;
}

void
row_judge(struct row *row, enum link_judgement judgement, struct moment now, int64_t since,
	  const struct row_rules *rules)
{
	struct manager *m = &row->m;
	char reason[EVENT_REASON_LEN];

	note_link(row);
	if (judgement == LINK_JUDGED)
		judge_sources(row, now, since, rules);
	if (manager_heard_since(m, since)) {
		announce_change(row, now, rules);
		return;
	}
	m->status = judge_silence(m, judgement, rules->misses);
	if (m->status != MANAGER_DOWN || m->announced == ANNOUNCED_DOWN)
		return;
	m->transitions += m->announced == ANNOUNCED_UP;
	m->announced = ANNOUNCED_DOWN;
	snprintf(reason, sizeof(reason), "no answer in %u rounds in a row", m->missed);
	announce(row, NOTIFIED_STATE, now, reason, rules);
}

void
row_reconcile(struct row *row, struct moment now, const struct row_rules *rules)
{
	static const char late[] = "reported late, because the queue of notifications was full";

	announce(row, lack(row), now, late, rules);
}

struct manager_conflict
row_conflict(const struct row *row)
{
	const struct challenger *c = row->conflict ? row->challenger : NULL;
	struct manager_conflict conflict = {0};

	if (c == NULL)
		return conflict;
	conflict.source = c->reception.source;
	conflict.port = c->says.port;
	memcpy(conflict.hostname, c->says.hostname, sizeof(conflict.hostname));
	return conflict;
}

void
row_export(const struct row *row, struct manager_record *out, struct moment now)
{
	const bool heard = manager_heard(&row->m);

	*out = (struct manager_record){
	    .m = row->m,
	    .notified = row->notified,
	    .changed_us = row->changed_us == 0 ? 0 : row->changed_us - now.mono_us - 1,
	    .challenged = row->challenger != NULL,
	};
	out->m.link = row->noted_link;
	out->m.waiting_us = heard ? 0 : row->m.waiting_us - now.mono_us - 1;
	out->m.first_seen.mono_us = heard ? row->m.first_seen.mono_us - now.mono_us - 1 : 0;
	out->m.last_seen.mono_us = heard ? row->m.last_seen.mono_us - now.mono_us - 1 : 0;
	if (row->challenger != NULL) {
		out->challenger = row->challenger->reception.source;
		out->challenger_says = row->challenger->says;
	}
}

bool
row_restore(struct row *row, const struct manager_record *record, int link, unsigned int ifindex,
	    struct moment now)
{
	const struct manager before = row->m;
	struct manager *m = &row->m;
	struct challenger *challenger = NULL;

	if (record->challenged) {
		challenger = calloc(1, sizeof(*challenger));
		if (challenger == NULL)
			return false;
		challenger->says = record->challenger_says;
		challenger->reception = (struct reception){
		    .now.mono_us = now.mono_us + record->m.last_seen.mono_us,
		    .source = record->challenger,
		    .ifindex = ifindex,
		    .link = link,
		};
	}
	row_clear(row);
	row->challenger = challenger;
	*m = record->m;
	m->announced = record->notified.announced;
	m->status = m->announced == ANNOUNCED_DOWN ? MANAGER_DOWN : MANAGER_UNKNOWN;
	m->missed = m->status == MANAGER_DOWN ? m->missed : 0;
	m->expected_by_file = before.expected_by_file;
	memcpy(m->given_name, before.given_name, sizeof(m->given_name));
	m->waiting_us = m->waiting_us == 0 ? before.waiting_us : m->waiting_us + now.mono_us;
	m->first_seen.mono_us += now.mono_us;
	m->last_seen.mono_us += now.mono_us;
	m->link = link;
	m->ifindex = ifindex;
	m->request_number = 0;
	row->noted_link = link;
	row->notified = record->notified;
	row->described = record->notified.description;
	row->conflict = record->notified.conflict && challenger != NULL;
	row->changed_us = record->changed_us == 0 ? 0 : record->changed_us + now.mono_us;
	row->source_heard_us = m->last_seen.mono_us;
	return true;
}
