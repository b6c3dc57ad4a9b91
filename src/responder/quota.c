/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/quota.h"

#include <assert.h>

#define REQUEST_US (INT64_C(1000000) / QUOTA_REQUESTS_A_SECOND)
#define ANSWER_US (INT64_C(1000000) / QUOTA_ANSWERS_A_SECOND)

/* Each limit is a token bucket, kept as the time when it will be full again.
 * What is taken out puts that off: this is until when. */
static int64_t
later(int64_t busy_until_us, int64_t cost_us, int64_t now_us)
{
	return (busy_until_us > now_us ? busy_until_us : now_us) + cost_us;
}

/* The source's place, or one that is free: a source whose bucket is full has
 * no claim to its place.  NULL if there is none. */
static struct quota_source *
find(struct quota *quota, uint32_t addr, int64_t now_us)
{
	struct quota_source *idle = &quota->sources[0];

	for (size_t i = 0; i < QUOTA_SOURCES; i++) {
		struct quota_source *source = &quota->sources[i];

		if (source->addr == addr)
			return source;
		if (source->busy_until_us < idle->busy_until_us)
			idle = source;
	}
	if (idle->busy_until_us > now_us)
		return NULL;
	*idle = (struct quota_source){.addr = addr};
	return idle;
}

int
quota_take(struct quota *quota, uint32_t addr, int wanted, size_t count, int64_t now_us)
{
	struct quota_source *source = find(quota, addr, now_us);
	int64_t source_us, all_us;
	int granted = 1;

	assert(wanted == 1 || wanted == 2);
	if (source == NULL)
		return -1;
	if (wanted == 2 && source->last != QUOTA_NEW)
		granted = source->last == QUOTA_PASSED_OVER ? 2 : 0;
	source_us = later(source->busy_until_us, REQUEST_US, now_us);
	all_us = later(quota->busy_until_us, (int64_t)count * granted * ANSWER_US, now_us);
	if (source_us - now_us > QUOTA_REQUESTS_AT_ONCE * REQUEST_US ||
	    all_us - now_us > (int64_t)quota->answers_at_once * ANSWER_US)
		return -1;
	source->busy_until_us = source_us;
	quota->busy_until_us = all_us;
	source->last = granted == 0 ? QUOTA_PASSED_OVER : QUOTA_ANSWERED;
	return granted;
}
