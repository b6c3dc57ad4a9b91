/* SPDX-License-Identifier: BSD-2-Clause */
/* heap.h - returns freed memory to the system.
 *
 * By default the C library keeps memory that a flood of answers or a large state file
 * needed, as long as anything allocated later is in use.
 */
#ifndef HEAP_H
#define HEAP_H

/* To be called before anything is allocated. */
void heap_init(void);

/* Return free memory.  Takes about a millisecond for 10 MB. */
void heap_give_back(void);

#endif /* HEAP_H */
