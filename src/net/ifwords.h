/* SPDX-License-Identifier: BSD-2-Clause */
/* ifwords.h - which interfaces patterns admit, and why not the others, in
 * words for a terminal or a log.
 */
#ifndef IFWORDS_H
#define IFWORDS_H

#include <stddef.h>

#include "base/text.h"
#include "net/ifaces.h"

#define IFWORDS_LEN 256

/* One line on an interface: "would use eth0 (198.18.0.1)", "would not use lo:
 * ...".  *use (may be NULL): whether it would be used.  Returns buf. */
char *ifwords_usage(const struct text_list *patterns, const struct iface *iface, bool *use,
		    char buf[IFWORDS_LEN]);

/* What is wrong with a pattern that no interface matches now;
 * NULL if one does, or if it excludes.  Returns buf. */
char *ifwords_missing(const char *pattern, const struct ifaces *ifaces, char buf[IFWORDS_LEN]);

/* How many of them would be used. */
size_t ifwords_used(const struct text_list *patterns, const struct ifaces *ifaces);

#endif /* IFWORDS_H */
