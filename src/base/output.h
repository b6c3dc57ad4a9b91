/* SPDX-License-Identifier: BSD-2-Clause */
/* output.h - what a program prints has arrived, or its exit status says no. */
#ifndef OUTPUT_H
#define OUTPUT_H

/* From now on exit() writes out and closes standard output; if that fails, or
 * any writing to it has failed before, it logs an error and the exit status is
 * `failure`.  _exit() does not.  Call it once, before anything is printed. */
void output_check_at_exit(int failure);

#endif /* OUTPUT_H */
