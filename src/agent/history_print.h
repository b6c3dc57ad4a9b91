/* SPDX-License-Identifier: BSD-2-Clause */
/* history_print.h - the option --history: prints the events in the state file. */
#ifndef HISTORY_PRINT_H
#define HISTORY_PRINT_H

#include "agent/options.h"

/* Print the events since options->since_ms on standard output, oldest first: as a table, of
 * which each column is as wide as what is in it, or as JSON.  Nothing is written elsewhere,
 * and a daemon may use the file.  With -u and -g the process changes to that user and group.
 * Returns 0, or -1 after each error was logged; errors of standard output are left to
 * output.h. */
int history_print(const struct options *options);

#endif /* HISTORY_PRINT_H */
