/* SPDX-License-Identifier: BSD-2-Clause */
/* conf.h - reads and checks the text of a configuration.
 *
 * Pure: reads no file, applies nothing, logs nothing.  Lexical rules are those of
 * net-snmp's configuration files: a line has a token and its values, separated by white
 * space; '#' starts a comment; values may be quoted; the case of tokens does not matter.
 */
#ifndef CONF_H
#define CONF_H

#include <stddef.h>

#include "conf/settings.h"

/* An error and its place: "ldm-agentx.conf:12: interval '30x': expected a duration ...". */
struct conf_error {
	char text[512];
};

/* Set all tokens to their defaults.  conf_clear() frees what config owns;
 * conf_clear_list() empties one list. */
void conf_init(struct conf *config);
void conf_clear(struct conf *config);
void conf_clear_list(struct text_list *list);

/* Apply len octets of text, from the file `name`, to config: a token replaces the previous
 * value, or is added to its list.  Calls report(ctx, error) for each line with an error;
 * these lines change nothing.  Returns their number. */
unsigned int conf_read(struct conf *config, const char *name, const char *text, size_t len,
		       void (*report)(void *ctx, const struct conf_error *error), void *ctx);

/* Set one token as a line of the file would.  For options of the command line: the error
 * has `where` in place of the file and line.  Returns 0, or -1 with *error. */
int conf_set(struct conf *config, const char *where, const char *token, const char *value,
	     struct conf_error *error);

/* Check settings that depend on each other, for example interval and window.  Returns 0,
 * or -1 with *error. */
int conf_check(const struct conf *config, const char *name, struct conf_error *error);

/* The absolute path of the state file, or NULL if no state is to be saved. */
const char *conf_state_file(const struct conf *config);

/* Call emit(ctx, line) for each setting in effect, as a line of the file. */
void conf_print(const struct conf *config, void (*emit)(void *ctx, const char *line), void *ctx);

/* Call report(ctx, token) for each token whose value differs and takes effect only when
 * the daemon is restarted. */
void conf_restart_tokens(const struct conf *old, const struct conf *new,
			 void (*report)(void *ctx, const char *token), void *ctx);

#endif /* CONF_H */
