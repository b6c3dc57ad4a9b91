/* SPDX-License-Identifier: BSD-2-Clause */
/* state_text.h - one line of the state file: a record's fields as name=value.
 *
 * Pure.  Reading and writing use the same table of fields.  A field that is zero,
 * empty or false is not written, and a field that is missing is read as such; a flag
 * is only its name.
 */
#ifndef STATE_TEXT_H
#define STATE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/links.h"

#define STATE_LINE_MAX 4096  /* octets in a line, its newline included */
#define STATE_VALUE_MAX 1100 /* octets in a value, all of them escaped */

/* A century: sums with it are far from overflowing. */
#define STATE_AGE_MAX_US INT64_C(3155760000000000)

enum state_kind {
	STATE_NUMBER,   /* unsigned, of 1, 2 or 4 octets: 0..max */
	STATE_ADDRESS,  /* uint32_t, an IPv4 address in host byte order */
	STATE_FLAG,     /* bool */
	STATE_KEYWORD,  /* an enum whose values have keywords from 1 on */
	STATE_TEXT,     /* char[], of what a manager may send: 0x20..0x7e */
	STATE_OCTETS,   /* char[], of anything but NUL */
	STATE_TIME,     /* int64_t, milliseconds since 1970 */
	STATE_DURATION, /* int64_t, microseconds */
	STATE_AGE,      /* int64_t, microseconds before the state was saved: 0 or negative;
			 * written in milliseconds, rounded up */
	STATE_LINK,     /* int, a place in a list of names; LINK_NONE is left out */
};

struct state_field {
	const char *name;
	enum state_kind kind;
	size_t offset, size; /* of the member */
	uint32_t max;
	const char *(*keyword)(uint32_t value); /* static; NULL after the last */
};

/* The names that STATE_LINK stands for. */
struct state_names {
	const struct link_record *list;
	size_t count;
};

/* Text that grows. */
struct state_out {
	char *text; /* allocated; NULL when memory ran out */
	size_t len, size;
};

void state_put_text(struct state_out *out, const char *text);

/* Add a line: the record's name and the fields. */
void state_put_line(struct state_out *out, const char *name, const struct state_field fields[],
		    size_t field_count, const struct state_names *names, const void *record);

/* Read what follows a record's name into the record, which holds the values of
 * fields that are not given.  0, or -1 with what is wrong in error[size]: "port=x:
 * expected a number from 1 to 65535". */
int state_get_fields(const char *line, size_t len, const struct state_field fields[],
		     size_t field_count, const struct state_names *names, void *record, char *error,
		     size_t size);

#endif /* STATE_TEXT_H */
