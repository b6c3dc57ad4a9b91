/* SPDX-License-Identifier: BSD-2-Clause */
/* manager.h - a Logical Domains Manager, as the inventory, the MIB and the scanner have it. */
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
	MANAGER_DOWN = 3,    /* missed `misses` rounds in a row, and was not heard since */
	MANAGER_UNKNOWN = 4, /* cannot be judged yet, or not at present */
};
#define MANAGER_STATUSES (MANAGER_UNKNOWN + 1) /* the size of an array indexed by them */

#define MANAGER_GIVEN_NAME_LEN 64

/* A manager that the configuration expects. */
struct expectation {
	uint32_t addr;
	char name[MANAGER_GIVEN_NAME_LEN]; /* "": none is given */
};

struct manager {
	uint32_t addr; /* host byte order; the key */
	enum manager_status status;
	char version[WIRE_VERSION_LEN];
	char hostname[WIRE_HOSTNAME_LEN];
	uint16_t port;        /* 0: never heard */
	uint32_t source;      /* of the answer with these values; 0: never heard */
	unsigned int ifindex; /* on which it arrived; 0: never heard */
	int link;             /* its place in struct links, or LINK_NONE */
	struct moment first_seen;
	struct moment last_seen;   /* wall_ms 0: never heard */
	int64_t waiting_us;        /* monotonic; never heard: expected since then */
	uint32_t response_time_us; /* from the last request answered to the first answer to it */
	uint64_t request_number;   /* of that request */
	uint32_t missed;           /* rounds in a row */
	uint32_t transitions;      /* changes between up and down */
	bool expected_by_file;     /* by the configuration, perhaps with a name: */
	char given_name[MANAGER_GIVEN_NAME_LEN];
	bool expected_by_operator; /* by SNMP SET */
	enum announced announced;  /* by the events so far, whether or not they were taken */
};

/* The second source of a conflict, and what it announces; all 0: there is no conflict. */
struct manager_conflict {
	uint32_t source;
	char hostname[WIRE_HOSTNAME_LEN];
	uint16_t port;
};

/* How a response was received. */
struct reception {
	struct moment now;
	uint32_t source;
	unsigned int ifindex;
	int link;                 /* or LINK_NONE */
	uint64_t request_number;  /* of the last request on that link; 0: none yet */
	int64_t since_request_us; /* age of that request; meaningless if request_number is 0 */
};

/* The name of a status, such as "missing"; static, never NULL. */
const char *manager_status_name(enum manager_status status);

/* Copy the name for people, which is never empty: the hostname, or the name that the
 * configuration gives, or the address as text.  Returns buf. */
char *manager_name(const struct manager *m, char buf[WIRE_HOSTNAME_LEN]);

/* Record that there was an answer. */
void manager_note_heard(struct manager *m, struct moment now);

/* Record an answer and its values. */
void manager_note_answer(struct manager *m, const struct wire_response *resp,
			 const struct reception *reception);

/* Whether any source has answered for the manager since then. */
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
