/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "agent/heap.h"

#ifdef HAVE_MALLOC_TRIM
#include <malloc.h>
#endif

/* Allocations of at least this size are mapped separately, and unmapped when freed. */
#define MAPPING_LEN (128 * 1024)

void
heap_init(void)
{
#ifdef HAVE_MALLOC_TRIM
	/* The initial value; without this call glibc increases it as mappings are freed. */
	mallopt(M_MMAP_THRESHOLD, MAPPING_LEN);
#endif
}

void
heap_give_back(void)
{
#ifdef HAVE_MALLOC_TRIM
	(void)malloc_trim(0);
#endif
}
