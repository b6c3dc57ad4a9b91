/* SPDX-License-Identifier: BSD-2-Clause */
/* terminal.h - whether a person looks at the output, and how much room there is. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>

/* Whether standard output and standard error are both a terminal.  If one of them is a pipe or
 * a file, it gets only what a script expects. */
bool terminal_watched(void);

/* The width of the terminal that is standard output; 0: it is none, or its width is not known. */
unsigned int terminal_columns(void);

#endif /* TERMINAL_H */
