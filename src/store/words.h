/* SPDX-License-Identifier: BSD-2-Clause */
/* words.h - enumerations as they are called in the database.
 *
 * Each returns a static text, or NULL for a number beyond the last; 0 is "" where a value
 * may be absent, else it has a text that is not to be used.
 */
#ifndef WORDS_H
#define WORDS_H

typedef const char *word_fn(unsigned int value);

const char *words_announced(unsigned int value);
const char *words_status(unsigned int value);
const char *words_event_type(unsigned int value);

#endif /* WORDS_H */
