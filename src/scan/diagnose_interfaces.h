/* SPDX-License-Identifier: BSD-2-Clause */
/* diagnose_interfaces.h - a check of --diagnose. */
#ifndef DIAGNOSE_INTERFACES_H
#define DIAGNOSE_INTERFACES_H

#include "scan/facts.h"
#include "scan/finding.h"

/* Whether the interfaces can be used, and members of the group. */
void diagnose_interfaces(const struct facts *facts, struct findings *findings);

#endif /* DIAGNOSE_INTERFACES_H */
