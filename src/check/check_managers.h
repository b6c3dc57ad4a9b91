/* SPDX-License-Identifier: BSD-2-Clause */
/* check_managers.h - checks all managers. */
#ifndef CHECK_MANAGERS_H
#define CHECK_MANAGERS_H

#include <stdbool.h>

#include "check/query.h"
#include "check/report.h"

/* At most 50 managers are listed, those first that are not up; all if `verbose`. */
void check_managers(struct report *report, struct query *query, bool verbose);

#endif /* CHECK_MANAGERS_H */
