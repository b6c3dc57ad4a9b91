/* SPDX-License-Identifier: BSD-2-Clause */
/* ifwords.h - describes which interfaces the patterns select, and why others are not
 * used, for a terminal or a log.
 */
#ifndef IFWORDS_H
#define IFWORDS_H

#include <stddef.h>

#include "base/text.h"
#include "net/ifaces.h"

#define IFWORDS_LEN 256

/* A line about an interface: "would use eth0 (198.18.0.1)", "would not use lo: ...".
 * *use (may be NULL): whether it would be used.  Returns buf. */
char *ifwords_usage(const struct text_list *patterns, const struct iface *iface, bool *use,
		    char buf[IFWORDS_LEN]);

/* Describe a pattern that currently matches no interface.  Returns buf, or NULL if it
 * matches one or excludes. */
char *ifwords_missing(const char *pattern, const struct ifaces *ifaces, char buf[IFWORDS_LEN]);

/* The number of interfaces that would be used. */
size_t ifwords_used(const struct text_list *patterns, const struct ifaces *ifaces);

#endif /* IFWORDS_H */
