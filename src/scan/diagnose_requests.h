/* SPDX-License-Identifier: BSD-2-Clause */
/* diagnose_requests.h - a check of --diagnose. */
#ifndef DIAGNOSE_REQUESTS_H
#define DIAGNOSE_REQUESTS_H

#include "scan/facts.h"
#include "scan/finding.h"

/* Whether requests can be sent, and are received by this host's own sockets. */
void diagnose_requests(const struct facts *facts, struct findings *findings);

#endif /* DIAGNOSE_REQUESTS_H */
