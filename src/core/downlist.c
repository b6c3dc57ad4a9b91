/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/downlist.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define REST_LEN sizeof(" and 4294967295 more")

struct writing {
	char *text;
	size_t len;
	uint32_t left; /* managers that are down and not in the text yet */
	bool full;     /* no further name is added */
};

static const char *
name_of(const struct manager *m, char address[TEXT_ADDRESS_LEN])
{
	return m->hostname[0] != '\0' ? m->hostname : text_address(m->addr, address);
}

/* " and 4 more", or "" if no manager is left; returns its length. */
static size_t
format_rest(uint32_t left, char rest[REST_LEN])
{
	rest[0] = '\0';
	return left > 0 ? (size_t)snprintf(rest, REST_LEN, " and %u more", left) : 0;
}

/* The length of the longest part of text, at most max octets of it, that does not end
 * within a character. */
static size_t
whole_characters(const char *text, size_t max)
{
	while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static void
append(struct writing *w, const char *text, size_t len)
{
	memcpy(w->text + w->len, text, len);
	w->len += len;
	w->text[w->len] = '\0';
}

/* Add a name unless it would leave no room for the number of the others. */
static void
add_name(struct writing *w, const char *name)
{
	char rest[REST_LEN];
	const char *const separator = w->len > 0 ? ", " : "";
	const size_t room = DOWNLIST_LEN - 1 - format_rest(w->left - 1, rest) - w->len;
	const size_t len = strlen(name);

	if (w->full)
		return;
	w->full = strlen(separator) + len > room;
	if (!w->full) {
		append(w, separator, strlen(separator));
		append(w, name, len);
		w->left--;
	} else if (w->len == 0) {
		append(w, name, whole_characters(name, room - strlen("...")));
		append(w, "...", strlen("..."));
		w->left--;
	}
}

void
downlist_describe(const struct inventory *inv, struct downlist *out)
{
	const struct inventory_summary summary = inventory_summary(inv);
	struct writing w = {.text = out->names, .left = summary.down};
	uint32_t unseen = summary.down, from = 0;
	char rest[REST_LEN];

	*out = (struct downlist){0};
	while (unseen > 0 && !(w.full && out->expected == summary.expected)) {
		const struct manager *m = inventory_at_or_after(inv, from);
		char address[TEXT_ADDRESS_LEN];

		if (m == NULL)
			break;
		if (m->status == MANAGER_DOWN) {
			unseen--;
			out->expected += manager_expected(m);
			add_name(&w, name_of(m, address));
		}
		if (m->addr == UINT32_MAX)
			break;
		from = m->addr + 1;
	}
	append(&w, rest, format_rest(w.left, rest));
}
