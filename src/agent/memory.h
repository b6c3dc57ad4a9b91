/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.h - has the C library give freed memory back to the system.
 *
 * By itself it keeps what a flood of answers or a large state file once needed,
 * for as long as anything allocated later is still in use.
 */
#ifndef MEMORY_H
#define MEMORY_H

/* To be called first of all. */
void memory_init(void);

/* Give back what is free now.  Takes about a millisecond for 10 MB. */
void memory_give_back(void);

#endif /* MEMORY_H */
