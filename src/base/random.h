/* SPDX-License-Identifier: BSD-2-Clause */
/* random.h - a repeatable sequence of random numbers.
 *
 * Pure.  SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
 * generators", 2014): the same seed gives the same numbers on every system.
 * Not for secrets: all numbers can be derived from a single one.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state; /* at first the seed, any number */
};

/* Returns the next number in 0..bound - 1; bound is at least 1.  Low numbers are
 * more likely by at most bound / 2^64. */
uint64_t random_below(struct random *random, uint64_t bound);

#endif /* RANDOM_H */
