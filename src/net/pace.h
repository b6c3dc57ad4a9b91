/* SPDX-License-Identifier: BSD-2-Clause */
/* pace.h - how long a socket may be left unread while many managers answer.
 *
 * A process that is woken for each answer spends most of its time on being woken.
 */
#ifndef PACE_H
#define PACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

/* The longest rest. */
#define PACE_REST_US (25 * US_PER_MS)

/* Zeroed at first. */
struct pace {
	int64_t read_us;  /* the last reading */
	int64_t since_us; /* counted since then: */
	uint64_t count;   /* datagrams */
};

/* Note that `count` datagrams, at least one, were read now from a socket whose buffer has so
 * many octets (mcast_receive_buffer()).  Returns the time for which to leave it unread: at the
 * present rate at most a quarter of the buffer fills.  0 if answers come one at a time, if they
 * have not been counted for long enough, or if a quarter fills within a millisecond. */
int64_t pace_rest_us(struct pace *pace, size_t buffer, unsigned int count, int64_t now_us);

#endif /* PACE_H */
