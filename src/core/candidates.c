/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/candidates.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/tree.h>

#include "base/random.h"

#define ROUNDS_TO_CONFIRM 2

struct candidate {
	RB_ENTRY(candidate) node;
	struct manager m;
	unsigned int answers;  /* to different requests */
	uint64_t last_request; /* the number of the last one it has answered */
	unsigned int rounds;   /* closed since it was first heard */
	size_t slot;           /* in the pool */
};

RB_HEAD(tree, candidate);

struct candidates {
	struct tree tree;
	struct candidate **pool; /* the same candidates, for random replacement */
	size_t count, max;
	struct random random;
	uint64_t request_number; /* of the last request that any of them answered */
	size_t surplus;          /* new ones since then that found the pool full */
};

static int
candidate_cmp(const struct candidate *a, const struct candidate *b)
{
	return (a->m.addr > b->m.addr) - (a->m.addr < b->m.addr);
}

/* RB_GENERATE_STATIC of libbsd 0.11 uses a __unused that it does not define. */
RB_GENERATE_INTERNAL(tree, candidate, node, candidate_cmp, __attribute__((unused)) static)

struct candidates *
candidates_new(size_t max, uint64_t seed)
{
	struct candidates *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	RB_INIT(&c->tree);
	c->random.state = seed;
	if (candidates_resize(c, max) < 0) {
		free(c);
		return NULL;
	}
	return c;
}

static void
remove_candidate(struct candidates *c, struct candidate *gone)
{
	RB_REMOVE(tree, &c->tree, gone);
	c->pool[gone->slot] = c->pool[--c->count];
	c->pool[gone->slot]->slot = gone->slot;
	free(gone);
}

void
candidates_free(struct candidates *c)
{
	if (c == NULL)
		return;
	while (c->count > 0)
		remove_candidate(c, c->pool[0]);
	free(c->pool);
	free(c);
}

int
candidates_resize(struct candidates *c, size_t max)
{
	struct candidate **pool;

	assert(max > 0);
	if (max == c->max)
		return 0;
	while (c->count > max)
		remove_candidate(c, c->pool[c->count - 1]);
	pool = reallocarray(c->pool, max, sizeof(struct candidate *));
	if (pool == NULL)
		return -1;
	c->pool = pool;
	c->max = max;
	return 0;
}

static struct candidate *
find(const struct candidates *c, uint32_t addr)
{
	struct candidate key = {.m.addr = addr};
	struct tree tree = c->tree; /* the macros do not accept const */

	return RB_FIND(tree, &tree, &key);
}

/* Returns whether there is room for a new candidate.  By reservoir sampling, all that answer
 * a request have the same chance of still being in the pool when the next one is answered.
 * If every new candidate were added, a flood would replace all of them within a fraction of
 * a second. */
static bool
make_room(struct candidates *c)
{
	size_t place;

	if (c->count < c->max)
		return true;
	place = random_below(&c->random, c->max + ++c->surplus);
	if (place >= c->max)
		return false;
	remove_candidate(c, c->pool[place]);
	return true;
}

static struct candidate *
add(struct candidates *c, uint32_t addr)
{
	struct candidate *new;

	if (!make_room(c))
		return NULL;
	new = calloc(1, sizeof(*new));
	if (new == NULL)
		return NULL;
	new->m.addr = addr;
	new->m.status = MANAGER_UNKNOWN;
	new->slot = c->count++;
	c->pool[new->slot] = new;
	RB_INSERT(tree, &c->tree, new);
	return new;
}

enum candidate_fate
candidates_hear(struct candidates *c, const struct wire_response *resp,
		const struct reception *reception, unsigned int confirmations,
		struct manager *confirmed)
{
	struct candidate *who = find(c, resp->addr);

	if (reception->request_number > c->request_number) {
		c->request_number = reception->request_number;
		c->surplus = 0;
	}
	if (who == NULL)
		who = add(c, resp->addr);
	if (who == NULL)
		return CANDIDATE_DROPPED;
	manager_note_answer(&who->m, resp, reception);
	if (reception->request_number > who->last_request) {
		who->last_request = reception->request_number;
		who->answers++;
	}
	if (who->answers < confirmations)
		return CANDIDATE_NOTED;
	*confirmed = who->m;
	remove_candidate(c, who);
	return CANDIDATE_CONFIRMED;
}

void
candidates_remove(struct candidates *c, uint32_t addr)
{
	struct candidate *who = find(c, addr);

	if (who != NULL)
		remove_candidate(c, who);
}

void
candidates_age(struct candidates *c)
{
	for (size_t i = c->count; i-- > 0;)
		if (++c->pool[i]->rounds >= ROUNDS_TO_CONFIRM)
			remove_candidate(c, c->pool[i]);
}

size_t
candidates_count(const struct candidates *c)
{
	return c->count;
}

void
candidates_each(const struct candidates *c, void (*fn)(void *ctx, struct manager *m), void *ctx)
{
	for (size_t i = 0; i < c->count; i++)
		fn(ctx, &c->pool[i]->m);
}
