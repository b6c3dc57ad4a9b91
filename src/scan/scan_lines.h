/* SPDX-License-Identifier: BSD-2-Clause */
/* scan_lines.h - managers and events, a line for each on standard output. */
#ifndef SCAN_LINES_H
#define SCAN_LINES_H

#include "core/event.h"
#include "core/inventory.h"

/* A JSON object for each manager. */
void scan_lines_managers(const struct inventory *inventory);

/* An event, with the manager as it is now. */
void scan_lines_event_json(const struct inventory *inventory, const struct event *event);
void scan_lines_event(const struct event *event);

/* On standard error: which of the two is shown, as there is room for one. */
void scan_lines_conflict(const struct event *event);

#endif /* SCAN_LINES_H */
