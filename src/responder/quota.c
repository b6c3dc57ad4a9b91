/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/quota.h"

#include "base/clock.h"

#define REQUEST_US (US_PER_S / QUOTA_REQUESTS_A_SECOND)
#define ANSWER_US (US_PER_S / QUOTA_ANSWERS_A_SECOND)

/* Each limit is a token bucket, stored as the time when it will be full again.  Returns that
 * time after an amount of cost_us was taken. */
static int64_t
later(int64_t busy_until_us, int64_t cost_us, int64_t now_us)
{
	return (busy_until_us > now_us ? busy_until_us : now_us) + cost_us;
}

bool
quota_take(struct quota *quota, uint32_t source, size_t count, int64_t now_us)
{
	int64_t *busy_until_us = &quota->source_busy_until_us[source % QUOTA_SOURCES];
	const int64_t source_us = later(*busy_until_us, REQUEST_US, now_us);
	const int64_t all_us = later(quota->busy_until_us, (int64_t)count * ANSWER_US, now_us);

	if (source_us - now_us > QUOTA_REQUESTS_AT_ONCE * REQUEST_US ||
	    all_us - now_us > (int64_t)quota->answers_at_once * ANSWER_US)
		return false;
	*busy_until_us = source_us;
	quota->busy_until_us = all_us;
	return true;
}
