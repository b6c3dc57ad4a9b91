/* SPDX-License-Identifier: BSD-2-Clause */
/* query.h - reads objects of LDM-DISCOVERY-MIB by SNMP.
 *
 * An error ends the program, as report_unknown() does.
 */
#ifndef QUERY_H
#define QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/report.h"

#define QUERY_TEXT_LEN 1024 /* 255 octets, each escaped, and the NUL */

enum query_version { QUERY_V1, QUERY_V2C, QUERY_V3 };

/* Those that are NULL are taken from snmp.conf(5), if it has them. */
struct query_options {
	const char *host;
	const char *port;
	const char *transport; /* "udp" or "udp6" */
	enum query_version version;
	char *community;   /* the library wants it so, but changes none of the texts */
	const char *level; /* noAuthNoPriv, authNoPriv or authPriv */
	char *user;
	const char *auth_protocol, *auth_passphrase;
	const char *priv_protocol, *priv_passphrase;
	char *context;
	unsigned int timeout_s; /* of all attempts together */
	unsigned int retries;
	enum report_state if_hung; /* the state if the subagent does not answer snmpd */
};

struct query_value {
	uint32_t index;            /* see query_walk() */
	uint64_t number;           /* an address in host byte order; 0 for a text */
	char text[QUERY_TEXT_LEN]; /* escaped for output; empty for a number */
};

/* The reason if the SNMP agent answers, but has none of the objects. */
extern const char query_no_objects[];

struct query; /* opaque */

struct query *query_new(const struct query_options *options);

void query_free(struct query *query);

typedef void query_fn(void *arg, const struct query_value *value);

/* An object by its sub-identifiers below ldmObjects: a column, or a group of scalars. */
struct query_object {
	uint32_t arcs[3];
	size_t len;
};

/* Call fn for each instance below the object, in order.  The index is that of the row (an
 * address in host byte order if it has four sub-identifiers), or the number of the scalar
 * in its group.  Returns the number of instances, which is 0 if the agent does not have
 * the object. */
size_t query_walk(struct query *query, const struct query_object *object, query_fn *fn, void *arg);

/* Read the instance of a column with this address (host byte order).  Returns false, with *value
 * unchanged, if there is none. */
bool query_get(struct query *query, const struct query_object *column, uint32_t address,
	       struct query_value *value);

#endif /* QUERY_H */
