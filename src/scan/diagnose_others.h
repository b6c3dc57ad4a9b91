/* SPDX-License-Identifier: BSD-2-Clause */
/* diagnose_others.h - a check of --diagnose. */
#ifndef DIAGNOSE_OTHERS_H
#define DIAGNOSE_OTHERS_H

#include "scan/facts.h"
#include "scan/finding.h"

/* What other hosts send to the group. */
void diagnose_others(const struct facts *facts, struct findings *findings);

#endif /* DIAGNOSE_OTHERS_H */
