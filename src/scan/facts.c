/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/facts.h"

const struct link *
facts_next_used(const struct facts *facts, unsigned int *from)
{
	const struct link *link;
	uint32_t up;

	while ((link = discover_link_at_or_after(facts->discover, *from, &up)) != NULL) {
		*from = link->ifindex + 1;
		if (link->state == LINK_USABLE)
			return link;
	}
	return NULL;
}

bool
facts_any_used(const struct facts *facts)
{
	unsigned int from = 0;

	return facts_next_used(facts, &from) != NULL;
}
