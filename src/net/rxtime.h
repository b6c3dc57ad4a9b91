/* SPDX-License-Identifier: BSD-2-Clause */
/* rxtime.h - how long a datagram that is read now has waited in the socket's buffer.
 *
 * By SO_TIMESTAMP, the wall clock's time when the datagram arrived.
 */
#ifndef RXTIME_H
#define RXTIME_H

#include <stdint.h>
#include <sys/socket.h>

/* Let the kernel note the times of arrival.  If it cannot, none will be known. */
void rxtime_enable(int fd);

/* The time from the arrival of msg, which was received with room for control data
 * (pktinfo_expect()), until now_us, the time of the wall clock; microseconds, 0 if it is not
 * known.  Wrong, and perhaps negative, if the wall clock was set meanwhile. */
int64_t rxtime_waited_us(struct msghdr *msg, int64_t now_us);

#endif /* RXTIME_H */
