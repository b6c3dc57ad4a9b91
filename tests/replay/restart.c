/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon ends and starts again, with nothing but the text of its state. */
#include <stdlib.h>

#include "core/state.h"
#include "sim.h"

static char *
write_state(size_t *len)
{
	struct state state = {.saved_wall_ms = sim_moment().wall_ms};
	char *text;

	state.manager_count = inventory_summary(sim.inv).all;
	state.managers = calloc(state.manager_count + 1, sizeof(*state.managers));
	state.links = calloc(LINKS_MAX, sizeof(*state.links));
	if (state.managers == NULL || state.links == NULL)
		sim_die("out of memory");
	inventory_export(sim.inv, state.managers, state.manager_count, sim_moment());
	while (discover_link_record(sim.d, (int)state.link_count, &state.links[state.link_count]) ==
	       0)
		state.link_count++;
	text = state_encode(&state, len);
	state_clear(&state);
	if (text == NULL)
		sim_die("out of memory");
	return text;
}

static void
set_links(void)
{
	for (unsigned int i = 0; i < sim.link_count; i++)
		if (sim.links[i].state != LINK_GONE)
			discover_set_link(sim.d, sim.links[i].name, sim.links[i].ifindex,
					  sim.links[i].addr, sim.links[i].state);
}

static void
read_state(const char *text, size_t len)
{
	const struct state_limits limits = {.managers = 10000};
	struct state_error error;
	struct state state;
	unsigned int ifindex[LINKS_MAX];
	int link[LINKS_MAX];

	if (state_decode(&state, text, len, &limits, &error) < 0)
		sim_die("the state cannot be read: %s\n%s", error.text, text);
	for (size_t i = 0; i < state.link_count; i++)
		link[i] = discover_restore_link(sim.d, &state.links[i], &ifindex[i]);
	for (size_t i = 0; i < state.manager_count; i++) {
		const int n = state.managers[i].m.link;

		if (!inventory_restore(sim.inv, &state.managers[i], n < 0 ? n : link[n],
				       n < 0 ? 0 : ifindex[n], sim_moment()))
			sim_die("out of memory");
	}
	state_clear(&state);
}

void
sim_restart(int64_t after_us)
{
	size_t len;
	char *text = write_state(&len);

	discover_free(sim.d);
	inventory_free(sim.inv);
	sim.answer_count = 0;
	sim.now_us += after_us;
	sim_start();
	if (discover_set_access(sim.d, &sim.access) < 0)
		sim_die("out of memory");
	set_links();
	read_state(text, len);
	free(text);
	sim.tick_us = sim.now_us;
}
