/* SPDX-License-Identifier: BSD-2-Clause */
/* candidates.h - addresses that have answered, but not yet often enough.
 *
 * Pure.  A pool of bounded size with random replacement, so that a flood of
 * made-up answers can neither fill memory nor push out whom it likes to, nor keep
 * a manager out for ever: with n answers to each request and room for k, one that
 * is there is confirmed by the next request with a chance of about (k / n)^2 at
 * worst.
 */
#ifndef CANDIDATES_H
#define CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/manager.h"
#include "core/wire.h"

struct candidates;

/* max: how many at most, at least 1.  seed: for the replacement.  NULL when out
 * of memory.  candidates_free(NULL) is fine. */
struct candidates *candidates_new(size_t max, uint64_t seed);
void candidates_free(struct candidates *c);

/* 0, or -1 when out of memory, nothing then being changed. */
int candidates_resize(struct candidates *c, size_t max);

enum candidate_fate {
	CANDIDATE_CONFIRMED,
	CANDIDATE_NOTED,
	CANDIDATE_DROPPED, /* as if the answer had been lost */
};

/* Record an answer.  Once `confirmations` different requests have been answered,
 * what is known goes to *confirmed and the candidate is removed.  It is dropped when
 * chance is against a newcomer to a full pool, or out of memory. */
enum candidate_fate candidates_hear(struct candidates *c, const struct wire_response *resp,
				    const struct reception *reception, unsigned int confirmations,
				    struct manager *confirmed);

/* Forget one, if it is there. */
void candidates_remove(struct candidates *c, uint32_t addr);

/* A round is over: forget those that two of them did not confirm. */
void candidates_age(struct candidates *c);

size_t candidates_count(const struct candidates *c);

/* Call fn(ctx, m) for each; fn may change m->link. */
void candidates_each(const struct candidates *c, void (*fn)(void *ctx, struct manager *m),
		     void *ctx);

#endif /* CANDIDATES_H */
