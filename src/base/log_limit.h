/* SPDX-License-Identifier: BSD-2-Clause */
/* log_limit.h - limits the number of log lines of one kind in a period, and counts
 * the rest.
 *
 * Pure: time is an argument, in monotonic microseconds, and nothing is logged here.
 * Events that others can cause at any rate must not fill the log.
 */
#ifndef LOG_LIMIT_H
#define LOG_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct log_limit_rule {
	unsigned int lines;    /* in a period, including the sum of the previous one */
	int64_t period_us;     /* the first period; doubled, */
	int64_t period_max_us; /* up to this, while lines are suppressed */
};

/* Zeroed at first. */
struct log_limit {
	int64_t since_us;  /* start of the period; 0: none */
	int64_t period_us; /* its length */
	unsigned int lines;
	unsigned int more; /* suppressed lines */
};

/* Returns whether another line may be logged now; if not, it is counted.  A period
 * lasts until log_limit_sum() ends it. */
bool log_limit_take(struct log_limit *limit, const struct log_limit_rule *rule, int64_t now_us);

/* End the period if it is over.  Returns the number of lines that were suppressed
 * in it, which the caller logs if it is not 0; 0 if the period is not over.  To be
 * called regularly. */
unsigned int log_limit_sum(struct log_limit *limit, const struct log_limit_rule *rule,
			   int64_t now_us);

#endif /* LOG_LIMIT_H */
