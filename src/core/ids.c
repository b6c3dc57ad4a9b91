/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ids.h"

/* The number of events that may happen between two saves. */
#define RESERVED 10000

/* With a burst of 10000 events after each of two leaps from the same id, the chance
 * that they overlap is 1 in 3000.  At least 64 leaps until ids start at 1 again. */
#define LEAP_MAX (UINT32_C(1) << 26)

static uint32_t
advance(uint32_t id, uint32_t by)
{
	return id < UINT32_MAX - by ? id + by : UINT32_MAX;
}

uint32_t
ids_reserve(uint32_t last_id)
{
	return advance(last_id, RESERVED);
}

uint32_t
ids_leap(uint32_t last_id, struct random *random)
{
	const uint32_t farther = (uint32_t)random_below(random, LEAP_MAX - RESERVED);

	return advance(last_id, RESERVED + 1 + farther);
}
