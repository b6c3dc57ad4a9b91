/* SPDX-License-Identifier: BSD-2-Clause */
/* conf_token.h - the table of all tokens of the configuration, with the member of struct
 * conf, the valid values and the default of each.
 */
#ifndef CONF_TOKEN_H
#define CONF_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum conf_kind {
	KIND_NUMBER,      /* min..max */
	KIND_DURATION,    /* min..max microseconds, and 0 where the token has a meaning for it */
	KIND_GROUP,       /* IPv4 multicast address */
	KIND_KEYWORD,     /* an enum or bool whose values count from 0 in the order of keywords */
	KIND_SOURCE_PORT, /* likewise, or a port number */
	KIND_CONTEXT,     /* name of an SNMPv3 context, of at most max octets */
	KIND_STATE_FILE,  /* an absolute path, or CONF_NO_STATE_FILE */
	KIND_PATTERNS,    /* interface patterns */
	KIND_ACCEPT,      /* a rule for the access list: an address or subnet */
	KIND_DENY,
	KIND_MANAGER,         /* the address of a manager, added to the expected ones */
	KIND_NETSNMP_NUMBER,  /* a line for net-snmp, its value in min..max */
	KIND_NETSNMP_ADDRESS, /* likewise, its value the address of a master agent */
};

struct conf_token {
	const char *name;
	enum conf_kind kind;
	size_t offset, size; /* of the member of struct conf */
	int64_t min, max, fallback;
	const char *const *keywords; /* NULL after the last */
	const char *zero;            /* the meaning of 0; NULL: none */
	bool at_restart; /* a change takes effect at a restart; for tokens with one value only */
};

/* The tokens, in the order in which they are printed; NULL after the last. */
const struct conf_token *conf_token_at(size_t i);

/* The token with this name, ignoring case, or NULL. */
const struct conf_token *conf_token_find(const char *name);

#endif /* CONF_TOKEN_H */
