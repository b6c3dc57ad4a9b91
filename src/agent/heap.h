/* SPDX-License-Identifier: BSD-2-Clause */
/* heap.h - has the C library give freed memory back to the system.
 *
 * By itself it keeps what a flood of answers or a large state file once needed,
 * for as long as anything allocated later is still in use.
 */
#ifndef HEAP_H
#define HEAP_H

/* To be called first of all. */
void heap_init(void);

/* Give back what is free now.  Takes about a millisecond for 10 MB. */
void heap_give_back(void);

#endif /* HEAP_H */
