/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"

#include <time.h>

struct moment
clock_now(void)
{
	struct timespec mono = {0}, wall = {0};

	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &wall);
	return (struct moment){
	    .mono_us = (int64_t)mono.tv_sec * US_PER_S + mono.tv_nsec / 1000,
	    .wall_ms = (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000,
	};
}
