/* SPDX-License-Identifier: BSD-2-Clause */
/* access.h - accept and deny rules, which restrict the sources of responses.
 *
 * Pure.
 */
#ifndef ACCESS_H
#define ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct access_rule {
	uint32_t addr;           /* host byte order; bits beyond the prefix are zero */
	unsigned int prefix_len; /* 0..32 */
	bool accept;
};

struct access_list {
	struct access_rule *rules; /* in the order given; owned */
	size_t count;
	bool source_match; /* the announced address must be the source's */
};

/* Append a rule.  Returns 0, or -1 if there is no memory. */
int access_add(struct access_list *list, struct access_rule rule);

/* Replace *list by a copy of *from.  Returns 0, or -1 with *list unchanged if there is no
 * memory. */
int access_copy(struct access_list *list, const struct access_list *from);

/* Free what the list owns, and make it empty. */
void access_clear(struct access_list *list);

/* Whether an answer for the manager `announced` is accepted from `source` (host byte
 * order).  Both addresses are checked: the first rule that matches decides; without a
 * match an address is accepted, unless the list has an accept rule.  If the answer is
 * refused, *reason is set to a static text. */
bool access_permits(const struct access_list *list, uint32_t announced, uint32_t source,
		    const char **reason);

#endif /* ACCESS_H */
