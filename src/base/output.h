/* SPDX-License-Identifier: BSD-2-Clause */
/* output.h - reports errors on standard output by the exit status. */
#ifndef OUTPUT_H
#define OUTPUT_H

/* Make exit() flush and close standard output; if this fails, or a write has failed
 * before, an error is logged and the exit status is `failure`.  This does not apply
 * to _exit().  To be called once, before anything is printed. */
void output_check_at_exit(int failure);

#endif /* OUTPUT_H */
