/* SPDX-License-Identifier: BSD-2-Clause */
/* answers.h - schedules the answers of the managers, and simulates loss.
 *
 * Pure: time is an argument, in monotonic microseconds, and random numbers are derived from
 * a seed, so that the same seed and requests give the same answers.
 */
#ifndef ANSWERS_H
#define ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "responder/fleet.h"

/* The destination of answers.  The documentation of ldmd does not specify it. */
enum answer_mode {
	ANSWER_SOURCE,    /* to the address and port that the request came from */
	ANSWER_FIXED,     /* to that address and the group's port */
	ANSWER_MULTICAST, /* to the group */
	ANSWER_BOTH,      /* to the source and to the group */
	ANSWER_TWICE,     /* to the source, twice */
};

struct answers_request {
	uint32_t source; /* host byte order */
	uint16_t source_port;
	unsigned int ifindex; /* on which it arrived, and answers are sent */
	bool on_loopback;     /* that is a loopback interface */
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
	uint64_t limited;                 /* requests that exceed the quota */
	uint64_t sent, cancelled, failed; /* answers by outcome */
	uint64_t lost;                    /* answers not scheduled: simulated loss */
	uint64_t dropped;                 /* answers not scheduled: too many were pending */
	size_t pending;
};

struct answers;

/* Requests are sent to group and port; fleet must exist as long as the result.  At first
 * answers are sent to the source of a request, without delay, and none is lost.  Returns
 * NULL if there is no memory. */
struct answers *answers_new(const struct fleet *fleet, uint32_t group, uint16_t port,
			    uint64_t seed);
void answers_free(struct answers *answers);

/* Change the answers to future requests.  The delay of each answer is random, from min_ms
 * to max_ms (min_ms <= max_ms); percent (0..100) is the probability that it is lost. */
void answers_set_mode(struct answers *answers, enum answer_mode mode);
void answers_set_delay(struct answers *answers, uint32_t min_ms, uint32_t max_ms);
void answers_set_loss(struct answers *answers, unsigned int percent);

/* Schedule the answers of every manager that is on, if the source can be a host (no
 * multicast or broadcast address, no port 0, and 0.0.0.0 or a loopback address only on a
 * loopback interface) and the quota permits it.  Answers in excess of about four pending
 * ones for each manager are dropped and counted. */
void answers_request(struct answers *answers, const struct answers_request *request,
		     int64_t now_us);

/* The answer that is due next, or NULL; of several due at the same time, the one scheduled
 * first.  It stays pending, and is valid until the next call that changes answers. */
const struct answer *answers_next(const struct answers *answers);

/* Remove that answer and count its outcome. */
void answers_finish(struct answers *answers, enum answer_outcome outcome);

struct answers_stats answers_stats(const struct answers *answers);

/* Parse an argument of an option or a command: a mode is "source", "fixed" and so on; a
 * delay is "MAX" or "MIN:MAX" in milliseconds, at most an hour.  Returns 0, or -1 with the
 * outputs unchanged. */
#define ANSWERS_MODE_SYNTAX "source, fixed, multicast, both or twice"
#define ANSWERS_DELAY_SYNTAX "MAX or MIN:MAX in milliseconds, 0..3600000"
int answers_parse_mode(const char *text, enum answer_mode *mode);
int answers_parse_delay(const char *text, uint32_t *min_ms, uint32_t *max_ms);

#endif /* ANSWERS_H */
