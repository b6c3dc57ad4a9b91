/* SPDX-License-Identifier: BSD-2-Clause */
/* diagnose_firewall.h - a check of --diagnose. */
#ifndef DIAGNOSE_FIREWALL_H
#define DIAGNOSE_FIREWALL_H

#include "scan/facts.h"
#include "scan/finding.h"

/* What a local firewall does with datagrams for which it has no rule. */
void diagnose_firewall(const struct facts *facts, struct findings *findings);

#endif /* DIAGNOSE_FIREWALL_H */
