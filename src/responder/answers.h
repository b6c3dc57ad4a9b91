/* SPDX-License-Identifier: BSD-2-Clause */
/* answers.h - when and where to each manager answers, and which answers are lost.
 *
 * Pure: time is an argument and random numbers come from a seed, so that the
 * same seed and the same requests give the same answers.  Times are monotonic
 * microseconds.
 */
#ifndef ANSWERS_H
#define ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "responder/fleet.h"

/* How an answer is addressed is not documented for ldmd. */
enum answer_mode {
	ANSWER_SOURCE,    /* to the address and port that the request came from */
	ANSWER_FIXED,     /* to that address and the group's port */
	ANSWER_MULTICAST, /* to the group */
	ANSWER_BOTH,      /* to the source and to the group */
	ANSWER_TWICE,     /* to the source, twice */
};

struct answers_request { /* of at least the length of an answer */
	uint32_t source; /* host byte order */
	uint16_t source_port;
	unsigned int ifindex; /* where it arrived, and where the answers leave */
	bool on_loopback;     /* whether that is a loopback interface */
};

struct answer {
	int64_t due_us;
	size_t place; /* of the manager that answers */
	uint32_t destination;
	uint16_t port;
	unsigned int ifindex;
};

enum answer_outcome {
	ANSWER_SENT,
	ANSWER_CANCELLED, /* its manager was switched off, or its interface is gone */
	ANSWER_FAILED,    /* the system refused to send it */
};

struct answers_stats {
	uint64_t requests;
	uint64_t refused;                 /* requests whose source cannot be a host */
	uint64_t limited;                 /* requests beyond the quota */
	uint64_t sent, cancelled, failed; /* by outcome */
	uint64_t lost;                    /* not scheduled: simulated loss */
	uint64_t dropped;                 /* not scheduled: too many were pending */
	size_t pending;
};

struct answers;

/* Answers of the managers of fleet, which must outlive it, to requests at
 * group and port: mode ANSWER_SOURCE, at once, nothing lost.  NULL without
 * memory. */
struct answers *answers_new(const struct fleet *fleet, uint32_t group, uint16_t port,
			    uint64_t seed);
void answers_free(struct answers *answers);

/* For requests from now on.  The delay of each answer is random, min_ms to
 * max_ms (min_ms <= max_ms); percent (0..100) is the probability that it is
 * lost. */
void answers_set_mode(struct answers *answers, enum answer_mode mode);
void answers_set_delay(struct answers *answers, uint32_t min_ms, uint32_t max_ms);
void answers_set_loss(struct answers *answers, unsigned int percent);

/* Schedule the answers of every manager that is on, if the source can be a host
 * (no multicast or broadcast address, no port 0, and 0.0.0.0 or a loopback
 * address only on a loopback interface) and the quota allows it.  What exceeds the
 * bound on pending answers (some four a manager) is dropped and counted. */
void answers_request(struct answers *answers, const struct answers_request *request,
		     int64_t now_us);

/* The answer that is due next, the earliest scheduled of several, or NULL.
 * It stays pending, and valid, until the next call that changes answers. */
const struct answer *answers_next(const struct answers *answers);

/* Remove that answer and count its outcome. */
void answers_finish(struct answers *answers, enum answer_outcome outcome);

struct answers_stats answers_stats(const struct answers *answers);

/* Parse helpers that options and commands share.  0, or -1 and nothing
 * written.  A mode is one of the words "source", "fixed", ...; a delay is
 * "MAX" or "MIN:MAX" in milliseconds, up to an hour. */
#define ANSWERS_MODE_SYNTAX "source, fixed, multicast, both or twice"
#define ANSWERS_DELAY_SYNTAX "MAX or MIN:MAX in milliseconds, 0..3600000"
int answers_parse_mode(const char *text, enum answer_mode *mode);
int answers_parse_delay(const char *text, uint32_t *min_ms, uint32_t *max_ms);

#endif /* ANSWERS_H */
