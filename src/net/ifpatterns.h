/* SPDX-License-Identifier: BSD-2-Clause */
/* ifpatterns.h - matches interfaces with the patterns of the configuration.
 *
 * Pure.  Patterns are those of fnmatch(3); one that starts with "!" excludes.
 */
#ifndef IFPATTERNS_H
#define IFPATTERNS_H

#include <stdbool.h>

#include "base/text.h"
#include "net/ifaces.h"

/* Whether a pattern (without "!") matches the name of the interface, or is one of its
 * alternative names. */
bool ifpatterns_match(const char *pattern, const struct iface *iface);

/* Whether the patterns select the interface: the last one that matches decides; if
 * all patterns exclude, interfaces that match none are selected.  *by_name (may be
 * NULL): a positive pattern matches, which also selects loopback and point-to-point
 * interfaces. */
bool ifpatterns_admit(const struct text_list *patterns, const struct iface *iface, bool *by_name);

#endif /* IFPATTERNS_H */
