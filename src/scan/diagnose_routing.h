/* SPDX-License-Identifier: BSD-2-Clause */
/* diagnose_routing.h - a check of --diagnose. */
#ifndef DIAGNOSE_ROUTING_H
#define DIAGNOSE_ROUTING_H

#include "scan/facts.h"
#include "scan/finding.h"

/* Settings that matter if two interfaces are on one subnet. */
void diagnose_routing(const struct facts *facts, struct findings *findings);

#endif /* DIAGNOSE_ROUTING_H */
