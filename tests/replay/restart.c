/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon ends and starts again, with nothing but the text of its state. */
#include <stdlib.h>

#include "core/keep.h"
#include "sim.h"

void
sim_export(struct state *state)
{
	*state = (struct state){
	    .saved_wall_ms = sim_moment().wall_ms,
	    .manager_count = inventory_summary(sim.inv).all,
	};
	state->managers = calloc(state->manager_count + 1, sizeof(*state->managers));
	state->links = calloc(LINKS_MAX, sizeof(*state->links));
	if (state->managers == NULL || state->links == NULL)
		sim_die("out of memory");
	keep_export(sim.d, sim.inv, state, sim_moment());
}

void
sim_live_again(const struct state *state, int64_t after_us)
{
	discover_free(sim.d);
	inventory_free(sim.inv);
	sim.answer_count = 0;
	sim.now_us += after_us;
	sim_start();
	if (discover_set_access(sim.d, &sim.access) < 0)
		sim_die("out of memory");
	sim_report_links();
	if (keep_restore(sim.d, sim.inv, state, sim_moment()) < 0)
		sim_die("out of memory");
	sim.tick_us = sim.now_us;
}

void
sim_restart(int64_t after_us)
{
	const struct state_limits limits = {.managers = 10000};
	struct state_error error;
	struct state state;
	size_t len;
	char *text;

	sim_export(&state);
	text = state_encode(&state, &len);
	state_clear(&state);
	if (text == NULL)
		sim_die("out of memory");
	if (state_decode(&state, text, len, &limits, &error) < 0)
		sim_die("the state cannot be read: %s\n%s", error.text, text);
	free(text);
	sim_live_again(&state, after_us);
	state_clear(&state);
}
