/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/pace.h"

#include "net/mcast.h"

/* Two readings within this time are part of a stream of answers. */
#define STREAM_US (4 * PACE_REST_US)

/* Answers that come at once come faster than the first of them let expect: a small buffer
 * overflows while it is left unread for a few milliseconds, and reading it as fast as they come
 * loses few or none.  The usual buffer of an ordinary user permits 8 ms at 10000 answers a
 * second. */
#define REST_MIN_US (5 * US_PER_MS)

int64_t
pace_rest_us(size_t buffer, int64_t since_us, unsigned int count)
{
	const int64_t room = (int64_t)(buffer / MCAST_CHARGE / 4);
	int64_t rest_us;

	if (since_us >= STREAM_US)
		return 0;
	rest_us = room * since_us / count;
	if (rest_us < REST_MIN_US)
		return 0;
	return rest_us < PACE_REST_US ? rest_us : PACE_REST_US;
}
