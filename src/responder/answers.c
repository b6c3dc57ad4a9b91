/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/answers.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/parse.h"
#include "base/random.h"
#include "core/wire.h"
#include "responder/quota.h"

#define DELAY_MAX_MS 3600000ul

struct slot {
	struct answer answer;
	uint64_t number; /* of the answer; answers due at the same time are sent in this order */
};

struct answers {
	const struct fleet *fleet;
	uint32_t group;
	uint16_t port;
	enum answer_mode mode;
	uint32_t delay_min_ms, delay_max_ms;
	unsigned int loss_percent;
	struct random random;
	uint64_t scheduled;
	struct answers_stats stats; /* except pending */
	struct quota quota;
	size_t count, limit;
	struct slot heap[]; /* a binary heap, the next answer at the top */
};

struct answers *
answers_new(const struct fleet *fleet, uint32_t group, uint16_t port, uint64_t seed)
{
	size_t limit = 4 * fleet_count(fleet) + 1024;
	struct answers *answers = calloc(1, sizeof(*answers) + limit * sizeof(answers->heap[0]));

	if (answers == NULL)
		return NULL;
	answers->fleet = fleet;
	answers->group = group;
	answers->port = port;
	answers->random.state = seed;
	answers->limit = limit;
	answers->quota.answers_at_once = limit;
	return answers;
}

void
answers_free(struct answers *answers)
{
	free(answers);
}

void
answers_set_mode(struct answers *answers, enum answer_mode mode)
{
	answers->mode = mode;
}

void
answers_set_delay(struct answers *answers, uint32_t min_ms, uint32_t max_ms)
{
	assert(min_ms <= max_ms);
	answers->delay_min_ms = min_ms;
	answers->delay_max_ms = max_ms;
}

void
answers_set_loss(struct answers *answers, unsigned int percent)
{
	assert(percent <= 100);
	answers->loss_percent = percent;
}

static bool
before(const struct slot *a, const struct slot *b)
{
	if (a->answer.due_us != b->answer.due_us)
		return a->answer.due_us < b->answer.due_us;
	return a->number < b->number;
}

static void
push(struct answers *answers, const struct answer *answer)
{
	struct slot slot = {.answer = *answer, .number = answers->scheduled++};
	size_t i = answers->count++;

	while (i > 0 && before(&slot, &answers->heap[(i - 1) / 2])) {
		answers->heap[i] = answers->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	answers->heap[i] = slot;
}

static void
pop(struct answers *answers)
{
	struct slot last = answers->heap[--answers->count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < answers->count) {
		if (child + 1 < answers->count &&
		    before(&answers->heap[child + 1], &answers->heap[child]))
			child++;
		if (!before(&answers->heap[child], &last))
			break;
		answers->heap[i] = answers->heap[child];
		i = child;
	}
	answers->heap[i] = last;
}

/* Schedule an answer, of which only the due time is not set yet. */
static void
schedule(struct answers *answers, struct answer answer, int64_t now_us)
{
	uint64_t spread_us = (uint64_t)(answers->delay_max_ms - answers->delay_min_ms) * 1000;

	if (answers->loss_percent > 0 &&
	    random_below(&answers->random, 100) < answers->loss_percent) {
		answers->stats.lost++;
		return;
	}
	if (answers->count == answers->limit) {
		answers->stats.dropped++;
		return;
	}
	answer.due_us = now_us + (int64_t)answers->delay_min_ms * US_PER_MS;
	if (spread_us > 0)
		answer.due_us += (int64_t)random_below(&answers->random, spread_us + 1);
	push(answers, &answer);
}

/* Set the destinations of each manager's answers to a request.  Returns the number of
 * answers, one or two. */
static int
address_answers(const struct answers *answers, const struct answers_request *request,
		struct answer to[2])
{
	struct answer to_source = {.destination = request->source,
				   .port = request->source_port,
				   .ifindex = request->ifindex};
	struct answer to_group = {
	    .destination = answers->group, .port = answers->port, .ifindex = request->ifindex};

	to[0] = to_source;
	to[1] = to_source;
	switch (answers->mode) {
	case ANSWER_SOURCE:
		return 1;
	case ANSWER_FIXED:
		to[0].port = answers->port;
		return 1;
	case ANSWER_MULTICAST:
		to[0] = to_group;
		return 1;
	case ANSWER_BOTH:
		to[1] = to_group;
		return 2;
	case ANSWER_TWICE:
		return 2;
	}
	return 0;
}

/* On a loopback interface Linux sends from 0.0.0.0, because the scope of 127.0.0.1
 * excludes it as a source, and delivers datagrams to 0.0.0.0 to this host. */
static bool
possible(const struct answers_request *request)
{
	if (request->source_port == 0)
		return false;
	return wire_valid_address(request->source, request->on_loopback) ||
	       (request->source == 0 && request->on_loopback);
}

void
answers_request(struct answers *answers, const struct answers_request *request, int64_t now_us)
{
	const size_t on = fleet_count_on(answers->fleet);
	struct answer to[2];
	const int copies = address_answers(answers, request, to);

	answers->stats.requests++;
	if (!possible(request)) {
		answers->stats.refused++;
		return;
	}
	if (!quota_take(&answers->quota, request->source, on * (size_t)copies, now_us)) {
		answers->stats.limited++;
		return;
	}
	for (size_t i = 0; i < fleet_count(answers->fleet); i++) {
		for (int n = 0; n < copies && fleet_get(answers->fleet, i)->on; n++) {
			to[n].place = i;
			schedule(answers, to[n], now_us);
		}
	}
}

const struct answer *
answers_next(const struct answers *answers)
{
	return answers->count > 0 ? &answers->heap[0].answer : NULL;
}

void
answers_finish(struct answers *answers, enum answer_outcome outcome)
{
	assert(answers->count > 0);
	switch (outcome) {
	case ANSWER_SENT:
		answers->stats.sent++;
		break;
	case ANSWER_CANCELLED:
		answers->stats.cancelled++;
		break;
	case ANSWER_FAILED:
		answers->stats.failed++;
		break;
	}
	pop(answers);
}

struct answers_stats
answers_stats(const struct answers *answers)
{
	struct answers_stats stats = answers->stats;

	stats.pending = answers->count;
	return stats;
}

int
answers_parse_mode(const char *text, enum answer_mode *mode)
{
	static const char *const names[] = {
	    [ANSWER_SOURCE] = "source", [ANSWER_FIXED] = "fixed", [ANSWER_MULTICAST] = "multicast",
	    [ANSWER_BOTH] = "both",     [ANSWER_TWICE] = "twice",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) == 0) {
			*mode = (enum answer_mode)i;
			return 0;
		}
	}
	return -1;
}

int
answers_parse_delay(const char *text, uint32_t *min_ms, uint32_t *max_ms)
{
	const char *colon = strchr(text, ':');
	unsigned long min = 0, max;
	char first[16];

	if (colon != NULL) {
		size_t len = (size_t)(colon - text);

		if (len >= sizeof(first))
			return -1;
		memcpy(first, text, len);
		first[len] = '\0';
		if (parse_unsigned(first, 0, DELAY_MAX_MS, &min) < 0)
			return -1;
		text = colon + 1;
	}
	if (parse_unsigned(text, min, DELAY_MAX_MS, &max) < 0)
		return -1;
	*min_ms = (uint32_t)min;
	*max_ms = (uint32_t)max;
	return 0;
}
