/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/buffers.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/mcast.h"

#define ADVICE_LEN 128

#ifdef __linux__
#define GRANTED_MAX ((size_t)2 * MCAST_RECEIVE_BUFFER) /* it grants twice of what is asked for */
#else
#define GRANTED_MAX 0
#endif

/* Drops that go on do so until the operator changes something. */
static const struct log_limit_rule rule = {1, US_PER_MIN, 60 * US_PER_MIN};

void
buffers_note_size(struct buffers *buffers, size_t octets)
{
	if (octets > 0 && octets < GRANTED_MAX && (buffers->least == 0 || octets < buffers->least))
		buffers->least = octets;
}

void
buffers_note_drops(struct buffers *buffers, uint64_t count)
{
	buffers->dropped += count;
}

static size_t
room(const struct buffers *buffers)
{
	return buffers->least / MCAST_CHARGE;
}

/* Once, and again when there are more managers than room or when a smaller buffer, of an
 * interface that came later, has less. */
static void
report_size(struct buffers *buffers, size_t known, size_t max)
{
	const bool advise = known > room(buffers);

	if (buffers->least == 0 || room(buffers) >= max)
		return;
	if (buffers->logged == buffers->least && (buffers->advised || !advise))
		return;
	buffers->logged = buffers->least;
	buffers->advised = advise;
	if (advise)
		log_notice(
		    "receive buffers of %zu octets have room for %zu answers at once, but "
		    "%zu managers are known: set net.core.rmem_max to %d before the next start",
		    buffers->least, room(buffers), known, MCAST_RECEIVE_BUFFER);
	else
		log_info("receive buffers of %zu octets have room for %zu answers at once",
			 buffers->least, room(buffers));
}

static void
report_drops(struct buffers *buffers, int64_t now_us)
{
	char advice[ADVICE_LEN] = "";

	if (buffers->dropped == 0 || (log_limit_sum(&buffers->limit, &rule, now_us) == 0 &&
				      !log_limit_take(&buffers->limit, &rule, now_us)))
		return;
	if (buffers->least > 0)
		snprintf(advice, sizeof(advice),
			 "; for larger buffers set net.core.rmem_max to %d before the next start",
			 MCAST_RECEIVE_BUFFER);
	log_warning("the kernel dropped datagrams (%" PRIu64
		    "): no buffer space, or bad checksums%s",
		    buffers->dropped, advice);
	buffers->dropped = 0;
}

void
buffers_report(struct buffers *buffers, size_t known, size_t max, int64_t now_us)
{
	report_size(buffers, known, max);
	report_drops(buffers, now_us);
}
