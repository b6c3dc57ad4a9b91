/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/access.h"

#include <stdlib.h>
#include <string.h>

int
access_add(struct access_list *list, struct access_rule rule)
{
	struct access_rule *rules =
	    reallocarray(list->rules, list->count + 1, sizeof(*list->rules));

	if (rules == NULL)
		return -1;
	list->rules = rules;
	list->rules[list->count++] = rule;
	return 0;
}

int
access_copy(struct access_list *list, const struct access_list *from)
{
	struct access_list copy = {.count = from->count, .source_match = from->source_match};

	if (from->count > 0) {
		copy.rules = calloc(from->count, sizeof(*copy.rules));
		if (copy.rules == NULL)
			return -1;
		memcpy(copy.rules, from->rules, from->count * sizeof(*copy.rules));
	}
	access_clear(list);
	*list = copy;
	return 0;
}

void
access_clear(struct access_list *list)
{
	free(list->rules);
	*list = (struct access_list){0};
}

static bool
matches(const struct access_rule *rule, uint32_t addr)
{
	const uint32_t mask = rule->prefix_len > 0 ? UINT32_MAX << (32 - rule->prefix_len) : 0;

	return (addr & mask) == (rule->addr & mask);
}

static bool
permits_address(const struct access_list *list, uint32_t addr)
{
	bool any_accept = false;

	for (size_t i = 0; i < list->count; i++) {
		if (matches(&list->rules[i], addr))
			return list->rules[i].accept;
		any_accept = any_accept || list->rules[i].accept;
	}
	return !any_accept;
}

bool
access_permits(const struct access_list *list, uint32_t announced, uint32_t source,
	       const char **reason)
{
	const char *why = NULL;

	if (list->source_match && announced != source)
		why = "sourceMatch: the announced address is not the source address";
	else if (!permits_address(list, announced))
		why = "the announced address is refused by an accept or deny rule";
	else if (!permits_address(list, source))
		why = "the source address is refused by an accept or deny rule";
	if (why != NULL)
		*reason = why;
	return why == NULL;
}
