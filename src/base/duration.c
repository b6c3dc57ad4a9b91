/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/duration.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static const struct unit {
	const char *name;
	int64_t us;
	bool written; /* used for output; 7d is easier to read than 1w */
} units[] = {
    {"w", 7 * US_PER_DAY, false}, {"d", US_PER_DAY, true}, {"h", US_PER_H, true},
    {"m", US_PER_MIN, true},      {"s", US_PER_S, true},   {"", US_PER_S, false},
    {"ms", US_PER_MS, true},
};
#define UNIT_COUNT (sizeof(units) / sizeof(units[0]))

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const struct unit *
find_unit(const char *name)
{
	for (size_t i = 0; i < UNIT_COUNT; i++)
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	return NULL;
}

int
duration_parse(const char *text, int64_t *out_us)
{
	int64_t whole = 0, numerator = 0, denominator = 1;

	if (!is_digit(*text))
		return -1;
	for (; is_digit(*text); text++)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, *text - '0', &whole))
			return -1;
	if (*text == '.') {
		if (!is_digit(*++text))
			return -1;
		for (; is_digit(*text); text++) {
			/* Six digits of a week do not overflow; for the other units further digits
			 * are below the clock's resolution. */
			if (denominator == 1000000)
				continue;
			numerator = numerator * 10 + (*text - '0');
			denominator *= 10;
		}
	}

	const struct unit *unit = find_unit(text);

	if (unit == NULL || __builtin_mul_overflow(whole, unit->us, &whole) ||
	    __builtin_add_overflow(whole, numerator * unit->us / denominator, &whole))
		return -1;
	*out_us = whole;
	return 0;
}

char *
duration_format(int64_t us, char buf[DURATION_LEN])
{
	if (us == 0) {
		snprintf(buf, DURATION_LEN, "0");
		return buf;
	}
	for (size_t i = 0; i < UNIT_COUNT; i++)
		if (units[i].written && us % units[i].us == 0) {
			snprintf(buf, DURATION_LEN, "%" PRId64 "%s", us / units[i].us,
				 units[i].name);
			return buf;
		}
	snprintf(buf, DURATION_LEN, "%" PRId64 ".%03dms", us / 1000, (int)(us % 1000));
	return buf;
}

char *
duration_rough(int64_t us, char buf[DURATION_LEN])
{
	if (us >= US_PER_DAY)
		snprintf(buf, DURATION_LEN, "%" PRId64 "d%02dh", us / US_PER_DAY,
			 (int)(us / US_PER_H % 24));
	else if (us >= US_PER_H)
		snprintf(buf, DURATION_LEN, "%dh%02dm", (int)(us / US_PER_H),
			 (int)(us / US_PER_MIN % 60));
	else if (us >= US_PER_MIN)
		snprintf(buf, DURATION_LEN, "%dm%02ds", (int)(us / US_PER_MIN),
			 (int)(us / US_PER_S % 60));
	else
		snprintf(buf, DURATION_LEN, "%d.%03ds", (int)(us / US_PER_S),
			 (int)(us / US_PER_MS % 1000));
	return buf;
}
