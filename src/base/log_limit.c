/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log_limit.h"

bool
log_limit_take(struct log_limit *l, const struct log_limit_rule *rule, int64_t now_us)
{
	if (l->since_us == 0)
		*l = (struct log_limit){.since_us = now_us, .period_us = rule->period_us};
	if (l->lines == rule->lines) {
		l->more++;
		return false;
	}
	l->lines++;
	return true;
}

unsigned int
log_limit_sum(struct log_limit *l, const struct log_limit_rule *rule, int64_t now_us)
{
	const unsigned int more = l->more;

	if (l->since_us == 0 || now_us - l->since_us < l->period_us)
		return 0;
	if (more == 0) {
		l->since_us = 0;
		return 0;
	}
	l->since_us = now_us;
	l->period_us =
	    2 * l->period_us < rule->period_max_us ? 2 * l->period_us : rule->period_max_us;
	l->lines = 1;
	l->more = 0;
	return more;
}
