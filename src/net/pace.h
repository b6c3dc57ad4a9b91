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

/* The time for which to leave a socket unread whose buffer has so many octets
 * (mcast_receive_buffer()) and from which `count` datagrams, at least one, were read now,
 * since_us after the last reading.  0 if answers come one at a time, and if at this rate a
 * quarter of the buffer would be full within five milliseconds. */
int64_t pace_rest_us(size_t buffer, int64_t since_us, unsigned int count);

#endif /* PACE_H */
