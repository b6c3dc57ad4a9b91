/* SPDX-License-Identifier: BSD-2-Clause */
/* scan_lines.h - prints managers and events, one on a line. */
#ifndef SCAN_LINES_H
#define SCAN_LINES_H

#include "core/discover.h"
#include "core/event.h"
#include "core/inventory.h"

/* Print a JSON object for each manager. */
void scan_lines_managers(const struct inventory *inventory);

/* Print an event; the JSON object also has the current values of the manager. */
void scan_lines_event_json(const struct inventory *inventory, const struct event *event);
void scan_lines_event(const struct event *event);

/* Print on standard error that two managers announce the same address, and which is shown. */
void scan_lines_conflict(const struct event *event);

/* Print on standard error that nobody has answered in this time, and where. */
void scan_lines_nobody(const struct discover *discover, int64_t window_us);

#endif /* SCAN_LINES_H */
