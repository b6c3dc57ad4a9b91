/* SPDX-License-Identifier: BSD-2-Clause */
/* columns.h - reads the columns of a row, one after the other, as untrusted input.
 *
 * Each function takes the next column.  If its value is not what is expected, the row is
 * bad, *error says so ("table manager, row 192.0.2.1: port 70000: expected ...") and what
 * is returned then has no meaning: `bad` is to be looked at when all are taken.
 */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/words.h"

#define COLUMNS_WALL_MAX_MS INT64_C(253402300799999) /* the last that text_time() can show */

struct columns {
	sqlite3_stmt *stmt;
	const char *table;
	bool bad, no_memory;
	int next;
	char row[64]; /* what identifies it, printable */
	char *error;  /* of the caller */
	size_t error_size;
};

/* Start with a row that sqlite3_step() has returned; its first column identifies it. */
void columns_start(struct columns *c);

/* An integer from min to max; a NULL is none. */
int64_t columns_number(struct columns *c, int64_t min, int64_t max);

/* An integer from min to max, or NULL, for which 0 is returned. */
int64_t columns_optional(struct columns *c, int64_t min, int64_t max);

/* Nothing but NULL. */
void columns_null(struct columns *c);

/* An integer or NULL, as an IPv4 address in host byte order; NULL is 0. */
uint32_t columns_address(struct columns *c);

/* 0 or 1. */
bool columns_flag(struct columns *c);

/* A text of 1 to size - 1 characters in 0x20..0x7e, or NULL, for which "" is written. */
void columns_text(struct columns *c, char *buf, size_t size);

/* The name of an interface: 1 to size - 1 octets without '/'; or NULL. */
void columns_name(struct columns *c, char *buf, size_t size);

/* One of the words, or NULL if there may be none. */
unsigned int columns_word(struct columns *c, word_fn *word, bool optional);

/* The row is bad for another reason. */
void columns_fail(struct columns *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif /* COLUMNS_H */
