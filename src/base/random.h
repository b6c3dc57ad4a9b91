/* SPDX-License-Identifier: BSD-2-Clause */
/* random.h - random numbers that can be repeated.
 *
 * Pure.  SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
 * generators", 2014): the same seed gives the same numbers on every system.
 * Not for secrets: one whole number gives away all that follow.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state; /* at first the seed, any number */
};

/* The next number from 0 to bound - 1; bound is at least 1.  The low ones are
 * more likely by bound / 2^64 at most. */
uint64_t random_below(struct random *random, uint64_t bound);

#endif /* RANDOM_H */
