/* SPDX-License-Identifier: BSD-2-Clause */
/* conf_setting.h - stores and prints the member of struct conf that a token sets. */
#ifndef CONF_SETTING_H
#define CONF_SETTING_H

#include <stdbool.h>

#include "conf/conf_token.h"
#include "conf/conf_value.h"
#include "conf/settings.h"

#define CONF_PRINTED_LEN (2 * CONF_VALUE_MAX + 35) /* of a printed line, NUL included */

/* Store a word that conf_value_parse() accepts for the token.  Returns false with *config
 * unchanged if there is no memory. */
bool conf_setting_store(const struct conf_token *token, struct conf *config, const char *word);

/* Give an expected manager, whose address was stored, a name that conf_value_is_name()
 * accepts. */
void conf_setting_name(struct conf *config, const char *address, const char *name);

void conf_setting_set_default(const struct conf_token *token, struct conf *config);

/* As conf_print(), for this token. */
void conf_setting_print(const struct conf_token *token, const struct conf *config,
			void (*emit)(void *ctx, const char *line), void *ctx);

#endif /* CONF_SETTING_H */
