/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/since.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/clock.h"
#include "base/duration.h"

struct written {
	struct tm tm; /* as written, from 1970 on */
	int ms;
	bool has_offset;
	long offset_s; /* east of UTC */
};

/* Take `count` digits, a number from min to max. */
static bool
take_number(const char **p, int count, int min, int max, int *out)
{
	int number = 0;

	for (; count > 0; count--, ++*p) {
		if (**p < '0' || **p > '9')
			return false;
		number = 10 * number + (**p - '0');
	}
	*out = number;
	return number >= min && number <= max;
}

static bool
take(const char **p, char c)
{
	if (**p != c)
		return false;
	++*p;
	return true;
}

static bool
take_date(const char **p, struct tm *tm)
{
	int year, month;

	if (!take_number(p, 4, 1970, 9999, &year) || !take(p, '-') ||
	    !take_number(p, 2, 1, 12, &month) || !take(p, '-') ||
	    !take_number(p, 2, 1, 31, &tm->tm_mday))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	return true;
}

/* Digits beyond milliseconds are ignored. */
static bool
take_fraction(const char **p, int *ms)
{
	const char *const start = *p;
	int unit = 100;

	for (; **p >= '0' && **p <= '9'; ++*p, unit /= 10)
		*ms += unit * (**p - '0');
	return *p > start;
}

static bool
take_time(const char **p, struct written *written)
{
	struct tm *tm = &written->tm;

	if (!take_number(p, 2, 0, 23, &tm->tm_hour) || !take(p, ':') ||
	    !take_number(p, 2, 0, 59, &tm->tm_min))
		return false;
	if (!take(p, ':'))
		return true;
	return take_number(p, 2, 0, 59, &tm->tm_sec) &&
	       (!take(p, '.') || take_fraction(p, &written->ms));
}

static bool
take_offset(const char **p, struct written *written)
{
	const bool west = **p == '-';
	int hours, minutes;

	written->has_offset = **p != '\0';
	if (!written->has_offset || take(p, 'Z'))
		return true;
	if (!take(p, west ? '-' : '+') || !take_number(p, 2, 0, 23, &hours))
		return false;
	(void)take(p, ':');
	if (!take_number(p, 2, 0, 59, &minutes))
		return false;
	written->offset_s = 60L * (60 * hours + minutes) * (west ? -1 : 1);
	return true;
}

static bool
is_same_time(const struct tm *a, const struct tm *b)
{
	return a->tm_mon == b->tm_mon && a->tm_mday == b->tm_mday && a->tm_hour == b->tm_hour &&
	       a->tm_min == b->tm_min;
}

/* The first time when the local clock has it; if it skips it, the time after the gap. */
static time_t
local_time(const struct tm *written)
{
	struct tm tm = *written;
	time_t first, other;
	bool found;

	tm.tm_isdst = 1;
	first = mktime(&tm);
	found = is_same_time(&tm, written);
	tm = *written;
	tm.tm_isdst = 0;
	other = mktime(&tm);
	if (is_same_time(&tm, written) && (!found || other < first))
		return other;
	if (found)
		return first;
	tm = *written;
	tm.tm_isdst = -1;
	return mktime(&tm);
}

static bool
parse_time(const char *text, struct written *written)
{
	struct tm tm;

	if (!take_date(&text, &written->tm))
		return false;
	if (*text != '\0' && !((take(&text, ' ') || take(&text, 'T')) &&
			       take_time(&text, written) && take_offset(&text, written)))
		return false;
	tm = written->tm;
	(void)timegm(&tm); /* makes the 31st of a shorter month another day */
	return *text == '\0' && is_same_time(&tm, &written->tm);
}

int
since_parse(const char *text, int64_t now_wall_ms, int64_t *out_wall_ms)
{
	struct written written = {0};
	int64_t ms, us;

	if (duration_parse(text, &us) == 0) {
		ms = now_wall_ms - us / US_PER_MS;
	} else if (parse_time(text, &written)) {
		struct tm tm = written.tm;
		const time_t seconds =
		    written.has_offset ? timegm(&tm) - written.offset_s : local_time(&tm);

		ms = (int64_t)seconds * 1000 + written.ms;
	} else {
		return -1;
	}
	*out_wall_ms = ms > 0 ? ms : 0;
	return 0;
}
