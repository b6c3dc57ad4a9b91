/* SPDX-License-Identifier: BSD-2-Clause */
/* config_token.h - the tokens of the configuration, each with its values.
 *
 * The one table that reading, defaults, error texts and printing go by; for
 * config.c alone.
 */
#ifndef CONFIG_TOKEN_H
#define CONFIG_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"

#define CONFIG_EXPECTED_LEN 160
#define CONFIG_VALUE_MAX 255 /* octets in an interface pattern or a value for net-snmp */

struct config_token;

/* The tokens in the order in which they are printed; NULL after the last. */
const struct config_token *config_token_at(size_t i);

/* By name, in any case; NULL: there is none. */
const struct config_token *config_token_find(const char *name);

const char *config_token_name(const struct config_token *token);

/* Whether it takes several values in a line. */
bool config_token_is_list(const struct config_token *token);

/* What a value has to be, as the end of "expected ...".  Returns buf. */
char *config_token_expected(const struct config_token *token, char buf[CONFIG_EXPECTED_LEN]);

/* Whether word is a value for the token. */
bool config_token_accepts(const struct config_token *token, const char *word);

/* Put a word that the token accepts into config.  False when out of memory;
 * config is as before then. */
bool config_token_store(const struct config_token *token, struct config *config, const char *word);

void config_token_set_default(const struct config_token *token, struct config *config);

/* As config_print(), for this token. */
void config_token_print(const struct config_token *token, const struct config *config,
			void (*emit)(void *ctx, const char *line), void *ctx);

#endif /* CONFIG_TOKEN_H */
