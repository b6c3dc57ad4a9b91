/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon ends and starts again, with nothing but what was saved. */
#include <stdlib.h>

#include "sim.h"

void
sim_export(enum monitor_scope scope, struct changes *changes)
{
	struct state *state = &changes->state;

	*changes = (struct changes){0};
	monitor_export(sim.monitor, scope, changes, sim_moment());
	state->links = calloc(LINKS_MAX, sizeof(*state->links));
	state->managers = calloc(state->manager_count, sizeof(*state->managers));
	state->events = calloc(state->event_count, sizeof(*state->events));
	if (state->links == NULL || state->managers == NULL || state->events == NULL ||
	    !monitor_export(sim.monitor, scope, changes, sim_moment()))
		sim_die("out of memory");
}

int64_t
sim_runtime_us(void)
{
	return sim.now_us - sim.began_us;
}

void
sim_live_again(const struct kept *kept, int64_t after_us)
{
	struct state state;

	kept_read(kept, &state);
	sim_end();
	sim.answer_count = 0;
	sim.now_us += after_us;
	sim.began_us = sim.now_us - kept->runtime_us;
	sim_start();
	sim_report_links();
	if (monitor_restore(sim.monitor, &state, sim_moment()) < 0)
		sim_die("out of memory");
	sim.tick_us = sim.now_us;
	state_clear(&state);
}

void
sim_restart(int64_t after_us)
{
	struct changes changes;

	sim_export(MONITOR_MANAGERS, &changes);
	changes.state.clean = true;
	kept_apply(&sim.kept, &changes, false, sim_runtime_us());
	state_clear(&changes.state);
	sim_live_again(&sim.kept, after_us);
}
