/* SPDX-License-Identifier: BSD-2-Clause */
/* oidindex.h - converts the suffix of an instance's OID to a column and a key, and back.
 *
 * Pure.  The suffix is the part after the OID of the conceptual row, for example
 * ldmManagerEntry: the column, then the index.  Suffixes come from the network: they may
 * be too short, too long or out of range.
 */
#ifndef OIDINDEX_H
#define OIDINDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OIDINDEX_MAX_LEN 5 /* of an existing instance's suffix: column and IpAddress */

/* The encoding of a key as sub-identifiers (RFC 2578, 7.7). */
enum oidindex_syntax {
	OIDINDEX_UNSIGNED, /* one, of 32 bits; a scalar's .0 is key 0 */
	OIDINDEX_ADDRESS,  /* four, of 8 bits */
};

struct oidindex {
	enum oidindex_syntax syntax;
	uint32_t first_column, last_column; /* readable ones, without a gap */
};

struct oidindex_position {
	uint32_t column;
	uint32_t key;
};

enum oidindex_match {
	OIDINDEX_NO_OBJECT,   /* not below any column */
	OIDINDEX_NO_INSTANCE, /* below a column, but not a valid index */
	OIDINDEX_POSSIBLE,    /* *pos is set; the row may exist */
};

/* Decode the suffix of an instance. */
enum oidindex_match oidindex_exact(const struct oidindex *index, const unsigned long *suffix,
				   size_t len, struct oidindex_position *pos);

/* Set *pos to the first position whose suffix is greater, in lexicographical order.
 * Returns false if there is none. */
bool oidindex_after(const struct oidindex *index, const unsigned long *suffix, size_t len,
		    struct oidindex_position *pos);

/* Move *pos to the first key of the next column.  Returns false after the last column. */
bool oidindex_next_column(const struct oidindex *index, struct oidindex_position *pos);

/* Write the suffix of pos; returns its length. */
size_t oidindex_write(const struct oidindex *index, const struct oidindex_position *pos,
		      unsigned long suffix[OIDINDEX_MAX_LEN]);

#endif /* OIDINDEX_H */
