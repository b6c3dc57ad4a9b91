/* SPDX-License-Identifier: BSD-2-Clause */
/* rules.h - what the values of one row have to have to do with each other.
 *
 * Pure.  The rules are those that rows obey when they are saved.
 */
#ifndef RULES_H
#define RULES_H

#include "core/record.h"

/* Returns NULL, or a static text that says what was expected, in the words of the
 * database. */
const char *rules_manager(const struct manager_record *record);
const char *rules_event(const struct event_record *record);

#endif /* RULES_H */
