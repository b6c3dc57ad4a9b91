/* SPDX-License-Identifier: BSD-2-Clause */
/* diagnose_snooping.h - a check of --diagnose. */
#ifndef DIAGNOSE_SNOOPING_H
#define DIAGNOSE_SNOOPING_H

#include "scan/facts.h"
#include "scan/finding.h"

/* IGMP snooping of local bridges, and IGMP queries. */
void diagnose_snooping(const struct facts *facts, struct findings *findings);

#endif /* DIAGNOSE_SNOOPING_H */
