/* SPDX-License-Identifier: BSD-2-Clause */
/* datagramlog.h - logs datagrams and their sources.
 *
 * With -D each datagram is logged.  Otherwise only refused datagrams are: the first
 * one of each kind at once, further ones as a sum with the source of the last one.
 */
#ifndef DATAGRAMLOG_H
#define DATAGRAMLOG_H

#include <stdint.h>

#include "base/log_limit.h"
#include "core/discover.h"

struct datagram {
	struct arrival arrival;
	uint32_t announced; /* the address in a well-formed answer; 0: no such answer */
	const char *reason; /* from discover_receive() */
};

/* Zeroed at first. */
struct datagramlog {
	struct {
		struct log_limit limit;
		struct datagram last;
	} kinds[VERDICT_COUNT];
};

/* Log a datagram, or count it; the arguments are those of the prober's received(). */
void datagramlog_put(struct datagramlog *log, enum verdict verdict, const struct arrival *arrival,
		     const struct wire_response *resp, const char *reason, int64_t now_us);

/* Log the sums whose period is over.  To be called regularly. */
void datagramlog_sum_up(struct datagramlog *log, int64_t now_us);

#endif /* DATAGRAMLOG_H */
