/* SPDX-License-Identifier: BSD-2-Clause */
/* diagnose_answers.h - a check of --diagnose. */
#ifndef DIAGNOSE_ANSWERS_H
#define DIAGNOSE_ANSWERS_H

#include "scan/facts.h"
#include "scan/finding.h"

/* Which managers answered, and how. */
void diagnose_answers(const struct facts *facts, struct findings *findings);

#endif /* DIAGNOSE_ANSWERS_H */
