/* SPDX-License-Identifier: BSD-2-Clause */
/* conf_words.h - splits a line of a configuration file into words, and quotes words.
 *
 * The rules of net-snmp's copy_nword() (snmplib/read_config.c), so that a line
 * means the same here as in snmpd.conf: words are separated by white space; a
 * word that begins with " or ' goes up to the same quote; a backslash makes
 * the next character an ordinary one, within quotes too; '#' where a word
 * would begin starts a comment.  Unlike there, a missing quote is an error.
 */
#ifndef CONF_WORDS_H
#define CONF_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define CONF_LINE_MAX 1023 /* octets in a line */
#define CONF_WORDS_MAX ((CONF_LINE_MAX + 1) / 2)

struct conf_words {
	char *word[CONF_WORDS_MAX]; /* into text */
	size_t count;
	char text[CONF_LINE_MAX + 1 + CONF_WORDS_MAX];
};

/* Split len octets, at most CONF_LINE_MAX, without a NUL or newline.  Returns false if a
 * quote is not closed; the last word is then the rest of the line. */
bool conf_words_split(struct conf_words *words, const char *line, size_t len);

/* Write word so that conf_words_split() reads it as one word, quoted only if necessary.  It
 * is truncated to size octets, of which it needs at most twice its length and 3.  Returns
 * buf. */
char *conf_words_quote(const char *word, char *buf, size_t size);

#endif /* CONF_WORDS_H */
