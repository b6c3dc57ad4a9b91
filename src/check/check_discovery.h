/* SPDX-License-Identifier: BSD-2-Clause */
/* check_discovery.h - checks whether ldm-agentx finds managers and delivers notifications. */
#ifndef CHECK_DISCOVERY_H
#define CHECK_DISCOVERY_H

#include "check/query.h"
#include "check/report.h"

void check_discovery(struct report *report, struct query *query);

#endif /* CHECK_DISCOVERY_H */
