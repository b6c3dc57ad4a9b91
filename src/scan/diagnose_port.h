/* SPDX-License-Identifier: BSD-2-Clause */
/* diagnose_port.h - a check of --diagnose. */
#ifndef DIAGNOSE_PORT_H
#define DIAGNOSE_PORT_H

#include "scan/facts.h"
#include "scan/finding.h"

/* Whether other programs are bound to the port. */
void diagnose_port(const struct facts *facts, struct findings *findings);

#endif /* DIAGNOSE_PORT_H */
