/* SPDX-License-Identifier: BSD-2-Clause */
/* conf_value.h - whether a word is a value of a token. */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf_token.h"

#define CONF_VALUE_MAX 255 /* octets in an interface pattern or a value for net-snmp */
#define CONF_EXPECTED_LEN 160

/* Whether word is a value for the token.  *out is then the value of a number,
 * 0 for all else; a keyword of KIND_SOURCE_PORT counts downwards. */
bool conf_value_parse(const struct conf_token *token, const char *word, int64_t *out);

/* What a value has to be, as the end of "expected ..."; word is the one that is
 * not, or NULL.  Returns buf. */
char *conf_value_expected(const struct conf_token *token, const char *word,
			  char buf[CONF_EXPECTED_LEN]);

#endif /* CONF_VALUE_H */
