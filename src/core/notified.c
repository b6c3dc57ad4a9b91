/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/notified.h"

#include <string.h>

static bool
same_description(const struct wire_response *a, const struct wire_response *b)
{
	return strcmp(a->hostname, b->hostname) == 0 && strcmp(a->version, b->version) == 0 &&
	       a->port == b->port;
}

enum notified_part
notified_lack(const struct notified *notified, const struct notified *is)
{
	if (is->announced != notified->announced)
		return NOTIFIED_STATE;
	if (is->announced != ANNOUNCED_UP)
		return NOTIFIED_NOTHING;
	if (is->conflict != notified->conflict)
		return NOTIFIED_CONFLICT;
	if (!same_description(&is->description, &notified->description))
		return NOTIFIED_DESCRIPTION;
	return NOTIFIED_NOTHING;
}

void
notified_note(struct notified *notified, const struct notified *is, enum notified_part part)
{
	if (part == NOTIFIED_STATE)
		notified->announced = is->announced;
	notified->description = is->description;
	/* A manager that is down is in no conflict. */
	if (part == NOTIFIED_CONFLICT || is->announced != ANNOUNCED_UP)
		notified->conflict = is->conflict;
}
