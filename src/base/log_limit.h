/* SPDX-License-Identifier: BSD-2-Clause */
/* log_limit.h - so many lines of a kind within a period; the rest is summed up.
 *
 * Pure: time is an argument, in monotonic microseconds, and nothing is logged
 * here.  What others can make happen as often as they like must not fill the log.
 */
#ifndef LOG_LIMIT_H
#define LOG_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct log_limit_rule {
	unsigned int lines;    /* of a period, that which sums up the one before included */
	int64_t period_us;     /* the first one, */
	int64_t period_max_us; /* which is doubled up to this for as long as it goes on */
};

/* Nothing has happened yet: zeroed. */
struct log_limit {
	int64_t since_us;  /* when the period began; 0: there is none */
	int64_t period_us; /* its length */
	unsigned int lines;
	unsigned int more; /* without a line */
};

/* It has happened once more.  Returns whether that may have a line of its own;
 * otherwise it is counted.  A period goes on until log_limit_sum() ends it. */
bool log_limit_take(struct log_limit *limit, const struct log_limit_rule *rule, int64_t now_us);

/* Returns how often it has happened without a line, if the period is over, and 0
 * if it is not, or that was never.  To be called now and then, and whoever gets another
 * number logs it. */
unsigned int log_limit_sum(struct log_limit *limit, const struct log_limit_rule *rule,
			   int64_t now_us);

#endif /* LOG_LIMIT_H */
