/* SPDX-License-Identifier: BSD-2-Clause */
/* datagramlog.h - what came in, and from whom.
 *
 * With -D there is a line for each datagram.  Without it those that no manager of
 * ours should send are named once in a while: the first one of a kind at once, then
 * how many more there were, and who sent the last one.
 */
#ifndef DATAGRAMLOG_H
#define DATAGRAMLOG_H

#include <stdint.h>

#include "base/log_limit.h"
#include "core/discover.h"

struct datagram {
	struct arrival arrival;
	uint32_t announced; /* the address in a well-formed answer; 0: it is none */
	const char *reason; /* as wire_decode() gives it */
};

/* Empty at first: zeroed. */
struct datagramlog {
	struct {
		struct log_limit limit;
		struct datagram last;
	} kinds[VERDICT_COUNT];
};

/* A datagram, with the arguments of the prober's received(). */
void datagramlog_put(struct datagramlog *log, enum verdict verdict, const struct arrival *arrival,
		     const struct wire_response *resp, const char *reason, int64_t now_us);

/* Log how many were only counted, where their time is over.  To be called now and
 * then. */
void datagramlog_sum_up(struct datagramlog *log, int64_t now_us);

#endif /* DATAGRAMLOG_H */
