/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon ends and starts again, with nothing but the text of its state. */
#include <stdlib.h>

#include "sim.h"
#include "store/state.h"

void
sim_export(struct state *state)
{
	*state = (struct state){0};
	if (monitor_export(sim.monitor, state, sim_moment()))
		return;
	state->links = calloc(LINKS_MAX, sizeof(*state->links));
	state->managers = calloc(state->manager_count, sizeof(*state->managers));
	state->events = calloc(state->event_count, sizeof(*state->events));
	if (state->links == NULL || state->managers == NULL || state->events == NULL ||
	    !monitor_export(sim.monitor, state, sim_moment()))
		sim_die("out of memory");
}

void
sim_live_again(const struct state *state, int64_t after_us)
{
	sim_end();
	sim.answer_count = 0;
	sim.now_us += after_us;
	sim_start();
	sim_report_links();
	if (monitor_restore(sim.monitor, state, sim_moment()) < 0)
		sim_die("out of memory");
	sim.tick_us = sim.now_us;
}

void
sim_restart(int64_t after_us)
{
	const struct state_limits limits = {.managers = 10000, .events = 10000};
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
