/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/ifpatterns.h"

#include <fnmatch.h>
#include <string.h>

bool
ifpatterns_match(const char *pattern, const struct iface *iface)
{
	const char *altname = iface->altnames;

	if (fnmatch(pattern, iface->name, 0) == 0)
		return true;
	for (; altname != NULL && *altname != '\0'; altname += strlen(altname) + 1)
		if (strcmp(pattern, altname) == 0)
			return true;
	return false;
}

bool
ifpatterns_admit(const struct text_list *patterns, const struct iface *iface, bool *by_name)
{
	bool admitted = true, named = false;

	for (size_t i = 0; i < patterns->count; i++)
		if (patterns->items[i][0] != '!')
			admitted = false;
	for (size_t i = 0; i < patterns->count; i++) {
		const char *pattern = patterns->items[i];
		bool exclude = *pattern == '!';

		if (ifpatterns_match(pattern + exclude, iface)) {
			admitted = !exclude;
			named = !exclude;
		}
	}
	if (by_name != NULL)
		*by_name = named;
	return admitted;
}
