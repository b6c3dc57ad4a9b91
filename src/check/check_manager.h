/* SPDX-License-Identifier: BSD-2-Clause */
/* check_manager.h - checks one manager. */
#ifndef CHECK_MANAGER_H
#define CHECK_MANAGER_H

#include "check/query.h"
#include "check/report.h"

/* The one with this address, name or hostname. */
void check_manager(struct report *report, struct query *query, const char *which);

#endif /* CHECK_MANAGER_H */
