/* SPDX-License-Identifier: BSD-2-Clause */
/* thresholds.h - the ranges given with -w and -c, by the names of metrics.
 *
 * Pure.
 */
#ifndef THRESHOLDS_H
#define THRESHOLDS_H

#include <stdbool.h>
#include <stddef.h>

#include "check/range.h"

#define THRESHOLDS_MAX 64

struct threshold {
	char metric[32];    /* empty: the first metric of the mode */
	char text[32];      /* the range as it was given */
	struct range range; /* what text means */
	bool critical;      /* otherwise a warning */
};

struct thresholds {
	struct threshold items[THRESHOLDS_MAX];
	size_t count;
};

/* Add [METRIC=]RANGE[,[METRIC=]RANGE]...  Returns NULL, or what is wrong. */
const char *thresholds_add(struct thresholds *limits, bool critical, const char *text);

/* The last one that was added for the metric, or NULL.  `first`: also those without a name. */
const struct threshold *thresholds_find(const struct thresholds *limits, const char *metric,
					bool first, bool critical);

#endif /* THRESHOLDS_H */
