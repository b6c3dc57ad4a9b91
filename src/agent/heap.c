/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "agent/heap.h"

#ifdef HAVE_MALLOC_TRIM
#include <malloc.h>
#endif

/* From this size on an allocation is a mapping of its own, and goes when it is
 * freed. */
#define MAPPING_LEN (128 * 1024)

void
heap_init(void)
{
#ifdef HAVE_MALLOC_TRIM
	/* glibc's default, which otherwise grows with each mapping that is freed. */
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
