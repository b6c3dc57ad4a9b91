/* SPDX-License-Identifier: BSD-2-Clause */
/* candidates.h - addresses that have not answered enough requests yet.
 *
 * Pure.  A pool of limited size with random replacement, so that a flood of forged
 * answers can neither fill memory nor remove a chosen candidate nor prevent the
 * confirmation of a manager: with n answers to each request and room for k, a manager
 * is confirmed by the next request with a probability of at least about (k / n)^2.
 */
#ifndef CANDIDATES_H
#define CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/manager.h"
#include "core/wire.h"

struct candidates;

/* max is the size of the pool, at least 1, and seed is for the random replacement.  Returns
 * NULL if there is no memory.  candidates_free(NULL) is allowed. */
struct candidates *candidates_new(size_t max, uint64_t seed);
void candidates_free(struct candidates *c);

/* Change the size of the pool.  Returns 0, or -1 with nothing changed if there is no
 * memory. */
int candidates_resize(struct candidates *c, size_t max);

enum candidate_fate {
	CANDIDATE_CONFIRMED,
	CANDIDATE_NOTED,
	CANDIDATE_DROPPED, /* as if the answer had been lost */
};

/* Record an answer.  When `confirmations` different requests have been answered, the
 * manager is copied to *confirmed and the candidate is removed.  The answer is dropped
 * if the pool is full and a new candidate is not chosen to replace another, or if there
 * is no memory. */
enum candidate_fate candidates_hear(struct candidates *c, const struct wire_response *resp,
				    const struct reception *reception, unsigned int confirmations,
				    struct manager *confirmed);

/* Remove a candidate, if it exists. */
void candidates_remove(struct candidates *c, uint32_t addr);

/* End a round: remove candidates that were not confirmed in two rounds. */
void candidates_age(struct candidates *c);

size_t candidates_count(const struct candidates *c);

/* Call fn(ctx, m) for each; fn may change m->link. */
void candidates_each(const struct candidates *c, void (*fn)(void *ctx, struct manager *m),
		     void *ctx);

#endif /* CANDIDATES_H */
