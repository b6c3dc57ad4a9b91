/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/keep.h"

/* Renumber the links, leaving out those of which only the name is known. */
static void
export_links(const struct discover *discover, struct state *state)
{
	bool wanted[LINKS_MAX] = {false};
	int place[LINKS_MAX];
	struct link_record record;

	for (size_t i = 0; i < state->manager_count; i++)
		if (state->managers[i].m.link >= 0)
			wanted[state->managers[i].m.link] = true;
	state->link_count = 0;
	for (int i = 0; discover_link_record(discover, i, &record) == 0; i++) {
		if (!wanted[i] && !record.impaired)
			continue;
		place[i] = (int)state->link_count;
		state->links[state->link_count++] = record;
	}
	for (size_t i = 0; i < state->manager_count; i++)
		if (state->managers[i].m.link >= 0)
			state->managers[i].m.link = place[state->managers[i].m.link];
}

void
keep_export(const struct discover *discover, const struct inventory *inv, struct state *state,
	    struct moment now)
{
	state->manager_count = inventory_export(inv, state->managers, state->manager_count, now);
	export_links(discover, state);
}

int
keep_restore(struct discover *discover, struct inventory *inv, const struct state *state,
	     struct moment now)
{
	struct {
		int link;
		unsigned int ifindex;
	} here[LINKS_MAX] = {{0}};

	for (size_t i = 0; i < state->link_count; i++)
		here[i].link = discover_restore_link(discover, &state->links[i], &here[i].ifindex);
	for (size_t i = 0; i < state->manager_count; i++) {
		const struct manager_record *record = &state->managers[i];
		const int link = record->m.link;

		if (!inventory_restore(inv, record, link >= 0 ? here[link].link : LINK_NONE,
				       link >= 0 ? here[link].ifindex : 0, now))
			return -1;
	}
	return 0;
}
