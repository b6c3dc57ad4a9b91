/* SPDX-License-Identifier: BSD-2-Clause */
/* range.h - the threshold ranges of the Monitoring Plugins Development Guidelines.
 *
 * Pure, and independent of the locale.
 */
#ifndef RANGE_H
#define RANGE_H

#include <stdbool.h>

struct range {
	double low, high; /* inclusive, perhaps infinite */
	bool inside;      /* alert inside the range, not outside */
};

/* Parse [@][LOW:][HIGH]: LOW is 0 if omitted and unlimited if "~", HIGH is unlimited if
 * omitted after a colon.  Returns 0, or -1 with *out unchanged. */
int range_parse(const char *text, struct range *out);

/* Whether there is an alert for the value. */
bool range_alerts(const struct range *range, double value);

#endif /* RANGE_H */
