/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/record.h"

#include <stdlib.h>

void
state_clear(struct state *state)
{
	free(state->links);
	free(state->managers);
	free(state->events);
	*state = (struct state){0};
}
