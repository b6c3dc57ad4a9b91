/* SPDX-License-Identifier: BSD-2-Clause */
/* conf_value.h - checks and describes the values of tokens. */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf_token.h"

#define CONF_VALUE_MAX 255 /* octets in an interface pattern or a value for net-snmp */
#define CONF_EXPECTED_LEN 160

/* Whether word is a valid value of the token.  If so, *out is its numeric value, or 0 if it
 * has none.  That of a keyword is its index; of KIND_SOURCE_PORT, minus the index, because
 * the other values are ports. */
bool conf_value_parse(const struct conf_token *token, const char *word, int64_t *out);

/* Whether word can be the name of an expected manager; such a word is never quoted. */
bool conf_value_is_name(const char *word);

/* Describe the valid values, to be printed after "expected "; word is the invalid one, or
 * NULL.  Returns buf. */
char *conf_value_expected(const struct conf_token *token, const char *word,
			  char buf[CONF_EXPECTED_LEN]);

#endif /* CONF_VALUE_H */
