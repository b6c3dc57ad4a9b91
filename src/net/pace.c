/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/pace.h"

#include <stdbool.h>

#include "net/mcast.h"

/* Two readings within this time are part of a stream of answers. */
#define STREAM_US (4 * PACE_REST_US)

/* A rate that was counted for a shorter time may be that of a lull, or of the first answers of
 * many that come at once: a small buffer would overflow in the rest. */
#define COUNT_US (5 * US_PER_MS)

/* A shorter rest is not worth it: poll(2) counts in milliseconds. */
#define REST_MIN_US US_PER_MS

static void
begin_counting(struct pace *pace, int64_t now_us)
{
	pace->since_us = now_us;
	pace->count = 0;
}

static int64_t
time_to_fill_us(const struct pace *pace, size_t buffer, int64_t now_us)
{
	const uint64_t room = buffer / MCAST_CHARGE / 4;

	return (int64_t)(room * (uint64_t)(now_us - pace->since_us) / pace->count);
}

int64_t
pace_rest_us(struct pace *pace, size_t buffer, unsigned int count, int64_t now_us)
{
	const bool in_stream = now_us - pace->read_us < STREAM_US;
	int64_t rest_us;

	pace->read_us = now_us;
	if (!in_stream)
		begin_counting(pace, now_us);
	pace->count += count;
	if (now_us - pace->since_us < COUNT_US)
		return 0;
	rest_us = time_to_fill_us(pace, buffer, now_us);
	begin_counting(pace, now_us);
	if (rest_us < REST_MIN_US)
		return 0;
	return rest_us < PACE_REST_US ? rest_us : PACE_REST_US;
}
