/* SPDX-License-Identifier: BSD-2-Clause */
/* ifpatterns.h - whether patterns admit an interface.
 *
 * Pure.  A pattern is as for fnmatch(3); one that starts with "!" excludes.
 */
#ifndef IFPATTERNS_H
#define IFPATTERNS_H

#include <stdbool.h>

#include "base/text.h"
#include "net/ifaces.h"

/* Whether a pattern (without a "!") matches the interface's name, or is one of its
 * other names. */
bool ifpatterns_match(const char *pattern, const struct iface *iface);

/* Whether the patterns admit the interface: the last one that matches decides;
 * without any positive pattern, whatever is not excluded.  *by_name (may be
 * NULL) says that a positive pattern named it, which also admits loopback and
 * point-to-point interfaces. */
bool ifpatterns_admit(const struct text_list *patterns, const struct iface *iface, bool *by_name);

#endif /* IFPATTERNS_H */
