/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "check/range.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* strtod(3) also accepts blanks, exponents, hexadecimal numbers, "inf" and "nan". */
static int
parse_bound(const char *text, size_t len, double *out)
{
	char number[32];
	char *end;
	double value;

	if (len == 0 || len >= sizeof(number) || strspn(text, "-0123456789.") < len)
		return -1;
	memcpy(number, text, len);
	number[len] = '\0';
	value = strtod(number, &end);
	if (*end != '\0')
		return -1;
	*out = value;
	return 0;
}

int
range_parse(const char *text, struct range *out)
{
	struct range range = {.low = 0, .high = INFINITY, .inside = *text == '@'};
	const char *bounds = text + (range.inside ? 1 : 0);
	const char *colon = strchr(bounds, ':');
	const char *high = colon != NULL ? colon + 1 : bounds;

	if (colon == bounds + 1 && *bounds == '~')
		range.low = -INFINITY;
	else if (colon != NULL && colon != bounds &&
		 parse_bound(bounds, (size_t)(colon - bounds), &range.low) < 0)
		return -1;
	if ((colon == NULL || *high != '\0') && parse_bound(high, strlen(high), &range.high) < 0)
		return -1;
	if (colon == bounds && *high == '\0')
		return -1;
	if (range.low > range.high)
		return -1;
	*out = range;
	return 0;
}

bool
range_alerts(const struct range *range, double value)
{
	return (value >= range->low && value <= range->high) == range->inside;
}
