/* SPDX-License-Identifier: BSD-2-Clause */
/* conf_token.h - the tokens of the configuration, each with its values.
 *
 * The one table that reading, defaults, error texts and printing go by; for
 * config*.c alone.
 */
#ifndef CONF_TOKEN_H
#define CONF_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

#define CONF_EXPECTED_LEN 160
/* CONF_STATE_FILE, the default of stateFile, comes from who compiles: the Makefile's
 * localstatedir decides. */
#define CONF_NO_STATE_FILE "none"

#define CONF_VALUE_MAX 255 /* octets in an interface pattern or a value for net-snmp */
#define CONF_PRINTED_LEN (2 * CONF_VALUE_MAX + 35) /* of a printed line, NUL included */

enum conf_kind {
	KIND_NUMBER,      /* min..max */
	KIND_DURATION,    /* min..max microseconds, and 0 where the token has a meaning for it */
	KIND_GROUP,       /* IPv4 multicast address */
	KIND_KEYWORD,     /* an enum or bool whose values count from 0 in the order of keywords */
	KIND_SOURCE_PORT, /* likewise, or a port number */
	KIND_CONTEXT,     /* name of an SNMPv3 context, of max octets at most */
	KIND_STATE_FILE,  /* an absolute path, or CONF_NO_STATE_FILE */
	KIND_PATTERNS,    /* interface patterns */
	KIND_ACCEPT,      /* a rule for the access list: an address or subnet */
	KIND_DENY,
	KIND_MANAGER,         /* the address of a manager, added to the expected ones */
	KIND_NETSNMP_NUMBER,  /* a line for net-snmp, its value in min..max */
	KIND_NETSNMP_ADDRESS, /* likewise, its value the one master agent's address */
};

struct conf_token {
	const char *name;
	enum conf_kind kind;
	size_t offset, size; /* of the member of struct conf */
	int64_t min, max, fallback;
	const char *const *keywords; /* NULL after the last */
	const char *zero;            /* what 0 stands for */
	bool at_restart; /* a new value, of which there is only one, takes effect at a restart */
};

/* The tokens in the order in which they are printed; NULL after the last. */
const struct conf_token *conf_token_at(size_t i);

/* By name, in any case; NULL: there is none. */
const struct conf_token *conf_token_find(const char *name);

/* Whether word is a value for the token.  *out is then the value of a number,
 * 0 for all else; a keyword of KIND_SOURCE_PORT counts downwards. */
bool conf_token_parse(const struct conf_token *token, const char *word, int64_t *out);

/* What a value has to be, as the end of "expected ..."; word is the one that is
 * not, or NULL.  Returns buf. */
char *conf_token_expected(const struct conf_token *token, const char *word,
			  char buf[CONF_EXPECTED_LEN]);

/* Put a word that the token accepts into config.  False when out of memory;
 * config is as before then. */
bool conf_token_store(const struct conf_token *token, struct conf *config, const char *word);

void conf_token_set_default(const struct conf_token *token, struct conf *config);

/* As conf_print(), for this token. */
void conf_token_print(const struct conf_token *token, const struct conf *config,
		      void (*emit)(void *ctx, const char *line), void *ctx);

#endif /* CONF_TOKEN_H */
