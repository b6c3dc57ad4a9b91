/* SPDX-License-Identifier: BSD-2-Clause */
/* conf.h - configuration text to a checked struct conf.
 *
 * Pure: reads no file, applies nothing, logs nothing.  Lexical rules are those
 * of net-snmp's configuration files: a token and its values on a line,
 * separated by white space; '#' starts a comment; values may be quoted; tokens
 * in any case.
 */
#ifndef CONF_H
#define CONF_H

#include <stddef.h>

#include "conf/settings.h"

/* What is wrong, where: "ldm-agentx.conf:12: interval '30x': expected a duration ...". */
struct conf_error {
	char text[512];
};

/* Fill in the defaults.  conf_clear() releases what config owns and is fine
 * on a config that was only initialised; conf_clear_list() empties one list. */
void conf_init(struct conf *config);
void conf_clear(struct conf *config);
void conf_clear_list(struct text_list *list);

/* Read len octets of text from the file `name` into config, on top of what is
 * there; a list token adds to its list.  Returns how many lines are in error
 * (0: none); each is reported by report(ctx, error), and those lines change
 * nothing. */
unsigned int conf_read(struct conf *config, const char *name, const char *text, size_t len,
		       void (*report)(void *ctx, const struct conf_error *error), void *ctx);

/* Set one token as a line "token value" of the file would, for options of the
 * command line; `where` stands for the file's name in the error.  0, or -1
 * with *error filled in. */
int conf_set(struct conf *config, const char *where, const char *token, const char *value,
	     struct conf_error *error);

/* Check settings that depend on each other, for example interval and window.  Returns 0,
 * or -1 with *error. */
int conf_check(const struct conf *config, const char *name, struct conf_error *error);

/* The absolute path of the state file, or NULL when nothing is to be kept. */
const char *conf_state_file(const struct conf *config);

/* Call emit(ctx, line) for each effective setting, as a line of the file. */
void conf_print(const struct conf *config, void (*emit)(void *ctx, const char *line), void *ctx);

/* Call report(ctx, token) for each token that takes effect when the daemon
 * restarts only, and differs. */
void conf_restart_tokens(const struct conf *old, const struct conf *new,
			 void (*report)(void *ctx, const char *token), void *ctx);

#endif /* CONF_H */
