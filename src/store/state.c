/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/state.h"

#include <stdint.h>
#include <stdlib.h>

#include "store/state_lines.h"

void
state_clear(struct state *state)
{
	free(state->links);
	free(state->managers);
	free(state->events);
	*state = (struct state){0};
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
state_clamp_times(struct state *state, int64_t now_wall_ms)
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

static void
put_line(struct state_out *out, enum line line, const struct state *state, const void *record)
{
	const struct state_names names = {.list = state->links, .count = state->link_count};

	state_put_line(out, state_lines[line].name, state_lines[line].fields,
		       state_lines[line].field_count, &names, record);
}

char *
state_encode(const struct state *state, size_t *len)
{
	struct state_out out = {0};

	state_put_text(&out, STATE_FIRST_LINE);
	put_line(&out, LINE_SAVED, state, state);
	put_line(&out, LINE_IDS, state, state);
	if (state->interval.set)
		put_line(&out, LINE_INTERVAL, state, state);
	if (state->notifications.set)
		put_line(&out, LINE_NOTIFICATIONS, state, state);
	for (size_t i = 0; i < state->link_count; i++)
		put_line(&out, LINE_LINK, state, &state->links[i]);
	for (size_t i = 0; i < state->manager_count; i++)
		put_line(&out, LINE_MANAGER, state, &state->managers[i]);
	for (size_t i = 0; i < state->event_count; i++)
		put_line(&out, LINE_EVENT, state, &state->events[i]);
	state_put_text(&out, STATE_LAST_LINE);
	*len = out.len;
	return out.text;
}

size_t
state_max_len(const struct state_limits *limits)
{
	const uint64_t lines =
	    LINE_KINDS + 2 + LINKS_MAX + (uint64_t)limits->managers + (uint64_t)limits->events;
	const uint64_t len = STATE_LINE_MAX * lines;

	return len < SIZE_MAX ? (size_t)len : SIZE_MAX;
}
