/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"

#include <time.h>

static int64_t
read_us(clockid_t clock)
{
	struct timespec time = {0};

	clock_gettime(clock, &time);
	return time.tv_sec * US_PER_S + time.tv_nsec / 1000;
}

struct moment
clock_now(void)
{
	return (struct moment){
	    .mono_us = read_us(CLOCK_MONOTONIC),
	    .wall_ms = clock_wall_us() / US_PER_MS,
	};
}

int64_t
clock_wall_us(void)
{
	return read_us(CLOCK_REALTIME);
}
