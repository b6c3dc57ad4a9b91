/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/ifwords.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/links.h"
#include "net/ifpatterns.h"

#define PATTERN_LEN 80 /* longest part that is shown */

/* Returns the reason why the interface would not be used, or NULL. */
static const char *
reason_against(const struct text_list *patterns, const struct iface *iface)
{
	bool by_name = false;

	if (!ifpatterns_admit(patterns, iface, &by_name))
		return link_state_text(LINK_EXCLUDED);
	return iface_unsuitable(iface, by_name);
}

char *
ifwords_usage(const struct text_list *patterns, const struct iface *iface, bool *use,
	      char buf[IFWORDS_LEN])
{
	const char *why = reason_against(patterns, iface);
	char name[IFACE_SHOWN_LEN], addr[TEXT_ADDRESS_LEN];

	iface_shown(iface->name, name);
	if (use != NULL)
		*use = why == NULL;
	if (why != NULL)
		snprintf(buf, IFWORDS_LEN, "would not use %s: %s", name, why);
	else
		snprintf(buf, IFWORDS_LEN, "would use %s (%s)%s%s", name,
			 iface->addr != 0 ? text_address(iface->addr, addr) : "no IPv4 address yet",
			 iface->up ? "" : ", now down",
			 iface->up && !iface->running ? ", now without carrier" : "");
	return buf;
}

char *
ifwords_missing(const char *pattern, const struct ifaces *ifaces, char buf[IFWORDS_LEN])
{
	const size_t label = strcspn(pattern, ":");
	char shown[PATTERN_LEN], name[PATTERN_LEN];

	if (*pattern == '!')
		return NULL;
	for (size_t i = 0; i < ifaces->count; i++)
		if (ifpatterns_match(pattern, &ifaces->list[i]))
			return NULL;
	text_printable(pattern, strlen(pattern), shown, sizeof(shown));
	/* Names of interfaces contain no colon. */
	if (pattern[label] == ':')
		snprintf(buf, IFWORDS_LEN,
			 "'%s' is the label of an address: name its interface, '%s'", shown,
			 text_printable(pattern, label, name, sizeof(name)));
	else
		snprintf(buf, IFWORDS_LEN, "there is no interface '%s' now", shown);
	return buf;
}

size_t
ifwords_used(const struct text_list *patterns, const struct ifaces *ifaces)
{
	size_t count = 0;

	for (size_t i = 0; i < ifaces->count; i++)
		count += reason_against(patterns, &ifaces->list[i]) == NULL;
	return count;
}
