/* SPDX-License-Identifier: BSD-2-Clause */
/* buffers.h - what an operator should know of the receive buffers: how many answers they have
 * room for, what the kernel dropped, and what to set.
 *
 * Only counts, and logs.  Linux limits the size by net.core.rmem_max unless the process had
 * CAP_NET_ADMIN when the socket was opened (mcast.h).  Nothing is said on other systems, which
 * charge differently and do not report drops.
 */
#ifndef BUFFERS_H
#define BUFFERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/log_limit.h"

/* Zeroed at first. */
struct buffers {
	size_t least;     /* octets of the smallest one so far; 0: none is smaller than asked for */
	size_t logged;    /* that value, when it was last logged */
	bool advised;     /* with what to set, because of the number of managers */
	uint64_t dropped; /* datagrams, not logged yet */
	struct log_limit limit;
};

/* Note the size of a socket's buffer, by mcast_receive_buffer(). */
void buffers_note_size(struct buffers *buffers, size_t octets);

/* Note that the kernel dropped so many datagrams. */
void buffers_note_drops(struct buffers *buffers, uint64_t count);

/* Log what is new.  known and max: the number of managers in the table, and its limit.  A
 * buffer with room for that limit is large enough.  To be called for each request. */
void buffers_report(struct buffers *buffers, size_t known, size_t max, int64_t now_us);

#endif /* BUFFERS_H */
