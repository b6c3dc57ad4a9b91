/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/rules.h"

#include <stdbool.h>
#include <stddef.h>

#include "core/wire.h"

static bool
is_described(const struct wire_response *response)
{
	return response->hostname[0] != '\0' || response->version[0] != '\0' || response->port != 0;
}

static const char *
rules_challenger(const struct manager_record *record)
{
	const bool there = record->challenger != 0;

	if (there != (record->challenger_says.port != 0) || (there && !manager_heard(&record->m)))
		return "expected challenger with last_seen and challenger_port";
	if (!there && is_described(&record->challenger_says))
		return "expected challenger, as there is challenger_hostname or the like";
	if (record->notified.conflict && !there)
		return "expected challenger, as there is a conflict";
	return NULL;
}

static const char *
rules_announced(const struct manager_record *record)
{
	const struct notified *notified = &record->notified;

	/* An expected manager may be announced as down before it is ever heard. */
	if (notified->announced != ANNOUNCED_UP)
		return NULL;
	if (!manager_heard(&record->m))
		return "expected last_seen, as it is announced as up";
	if (notified->description.port == 0)
		return "expected announced_port, as it is announced as up";
	return NULL;
}

const char *
rules_manager(const struct manager_record *record)
{
	const struct manager *m = &record->m;
	const bool heard = manager_heard(m);
	const char *expected;

	if (!wire_valid_address(m->addr, true))
		return "expected an address that a manager can have";
	if (heard != (m->port != 0) || heard != (m->source != 0) ||
	    heard != (m->first_seen.wall_ms != 0))
		return "expected all of first_seen, last_seen, source and port, or none";
	if (!heard && (m->hostname[0] != '\0' || m->version[0] != '\0'))
		return "expected last_seen, as there is hostname or version";
	expected = rules_announced(record);
	return expected != NULL ? expected : rules_challenger(record);
}

const char *
rules_event(const struct event_record *record)
{
	const struct event *event = &record->event;

	if (!event_kind(event->type)->of_manager)
		return event->addr == 0 ? NULL : "expected no address with this type";
	return wire_valid_address(event->addr, true)
		   ? NULL
		   : "expected an address that a manager can have";
}

static bool
clamp(int64_t *wall_ms, int64_t now_wall_ms)
{
	if (*wall_ms <= now_wall_ms)
		return false;
	*wall_ms = now_wall_ms;
	return true;
}

size_t
rules_clamp_times(struct state *state, int64_t now_wall_ms)
{
	size_t count = 0;

	for (size_t i = 0; i < state->manager_count; i++) {
		struct manager *m = &state->managers[i].m;
		const bool first = clamp(&m->first_seen.wall_ms, now_wall_ms);
		const bool last = clamp(&m->last_seen.wall_ms, now_wall_ms);

		count += first || last;
	}
	return count;
}
