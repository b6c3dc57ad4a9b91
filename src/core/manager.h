/* SPDX-License-Identifier: BSD-2-Clause */
/* manager.h - what is known of one Logical Domains Manager.
 *
 * The row that the inventory keeps, the MIB shows and the scanner prints.
 */
#ifndef MANAGER_H
#define MANAGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "core/notified.h"
#include "core/wire.h"

/* The values are those of ldmManagerStatus. */
enum manager_status {
	MANAGER_UP = 1,      /* heard in the last round */
	MANAGER_MISSING = 2, /* missed at least one round, fewer than `misses` */
	MANAGER_DOWN = 3,    /* missed `misses` rounds in a row; stays so until heard */
	MANAGER_UNKNOWN = 4, /* cannot be judged yet, or we are blind */
};
#define MANAGER_STATUSES (MANAGER_UNKNOWN + 1) /* of an array indexed by them */

struct manager {
	uint32_t addr; /* host byte order; the key */
	enum manager_status status;
	char version[WIRE_VERSION_LEN];
	char hostname[WIRE_HOSTNAME_LEN];
	uint16_t port;        /* 0: never heard */
	uint32_t source;      /* of the answer described here; 0: never heard */
	unsigned int ifindex; /* where it arrived; 0: never heard */
	int link;             /* the same as a place in struct links, or LINK_NONE */
	struct moment first_seen;
	struct moment last_seen;   /* wall_ms is 0 when never heard */
	uint32_t response_time_us; /* first answer after the last request before it */
	uint64_t request_number;   /* of the request that response_time_us belongs to */
	uint32_t missed;           /* rounds in a row */
	uint32_t transitions;      /* changes between up and down */
	bool expected_by_file;     /* the configuration's */
	bool expected_by_operator; /* by SNMP SET */
	enum announced announced;  /* by the events so far, whether or not they were taken */
};

/* Circumstances of a response. */
struct reception {
	struct moment now;
	uint32_t source;
	unsigned int ifindex;
	int link;                 /* or LINK_NONE */
	uint64_t request_number;  /* of our last request on that link; 0: none yet */
	int64_t since_request_us; /* age of that request; meaningless if request_number is 0 */
};

/* "up", "missing", ...; static, never NULL. */
const char *manager_status_name(enum manager_status status);

/* Record that there was an answer. */
void manager_note_heard(struct manager *m, struct moment now);

/* Record an answer, and what it says. */
void manager_note_answer(struct manager *m, const struct wire_response *resp,
			 const struct reception *reception);

/* Whether any source answered for it since then. */
bool manager_heard_since(const struct manager *m, int64_t since);

static inline bool
manager_heard(const struct manager *m)
{
	return m->last_seen.wall_ms != 0;
}

static inline bool
manager_expected(const struct manager *m)
{
	return m->expected_by_file || m->expected_by_operator;
}

#endif /* MANAGER_H */
