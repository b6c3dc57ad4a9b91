/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "check/thresholds.h"

#include <string.h>

/* A copy of len octets; returns -1 if there is no room. */
static int
copy_part(char *buf, size_t size, const char *text, size_t len)
{
	if (len >= size)
		return -1;
	memcpy(buf, text, len);
	buf[len] = '\0';
	return 0;
}

static const char *
add_one(struct thresholds *limits, bool critical, const char *text, size_t len)
{
	struct threshold *limit = &limits->items[limits->count];
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals != NULL ? (size_t)(equals - text) : 0;
	const char *range = equals != NULL ? equals + 1 : text;

	if (limits->count == THRESHOLDS_MAX)
		return "too many ranges";
	if (copy_part(limit->metric, sizeof(limit->metric), text, name_len) < 0 ||
	    (equals != NULL && name_len == 0))
		return "there is no such metric";
	if (copy_part(limit->text, sizeof(limit->text), range, len - (size_t)(range - text)) < 0 ||
	    range_parse(limit->text, &limit->range) < 0)
		return "expected a range, such as 10, 5:, 5:10, ~:10 or @5:10";
	limit->critical = critical;
	limits->count++;
	return NULL;
}

const char *
thresholds_add(struct thresholds *limits, bool critical, const char *text)
{
	const char *wrong;
	size_t len;

	for (;;) {
		len = strcspn(text, ",");
		wrong = add_one(limits, critical, text, len);
		if (wrong != NULL || text[len] == '\0')
			return wrong;
		text += len + 1;
	}
}

const struct threshold *
thresholds_find(const struct thresholds *limits, const char *metric, bool first, bool critical)
{
	for (size_t i = limits->count; i-- > 0;) {
		const struct threshold *limit = &limits->items[i];

		if (limit->critical == critical &&
		    (strcmp(limit->metric, metric) == 0 || (first && limit->metric[0] == '\0')))
			return limit;
	}
	return NULL;
}
