/* SPDX-License-Identifier: BSD-2-Clause */
/* check.h - what a script expects: its `check` lines. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>

/* Carry out a check of count words; rest is what follows the first, as
 * written.  What is not as expected is reported and counted in sim.failures. */
void check_run(char *words[], unsigned int count, const char *rest);

/* Report it unless ok. */
void check_expect(bool ok, const char *what, const char *wanted, const char *got);

#endif /* CHECK_H */
