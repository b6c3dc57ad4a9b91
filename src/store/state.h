/* SPDX-License-Identifier: BSD-2-Clause */
/* state.h - what survives a restart, to and from the text of the state file.
 *
 * Pure.  The text is for people to read, too: a line for each thing, starting
 * with what it is, then name=value pairs; a first line with the version of the
 * format, a last one without which the text is taken to be cut short.
 *
 * Nothing enters by a state file that could not have come by the network or by
 * SNMP SET: texts, addresses and ports are held to the same rules.
 */
#ifndef STATE_H
#define STATE_H

#include <stddef.h>
#include <stdint.h>

#include "core/record.h"

/* How much a state file may hold.  A text that has more is refused unread
 * beyond the limit. */
struct state_limits {
	size_t managers, events;
};

/* What is wrong with a text: "line 12: port=x: expected a number
 * from 1 to 65535". */
struct state_error {
	char text[256];
};

/* Release what the state owns, and empty it. */
void state_clear(struct state *state);

/* The text, NUL terminated and allocated, for the caller to free; *len without
 * the NUL.  NULL when out of memory. */
char *state_encode(const struct state *state, size_t *len);

/* The longest text that state_decode() would accept within these limits. */
size_t state_max_len(const struct state_limits *limits);

/* Read len octets of untrusted text.  0 with *state filled in, to be released
 * with state_clear(); or -1 with *error, *state then being empty, and errno:
 * ENOMEM, or EINVAL when it is the text that is wrong.  All or nothing: a text
 * that is damaged anywhere is refused. */
int state_decode(struct state *state, const char *text, size_t len,
		 const struct state_limits *limits, struct state_error *error);

/* When the clock was ahead: what was heard after now_wall_ms becomes heard then.
 * Returns how many managers that concerns. */
size_t state_clamp_times(struct state *state, int64_t now_wall_ms);

#define STATE_SALVAGE_LEN 4096 /* so much of a text is looked at */

/* The ids that a text says are taken, however damaged the rest of it is; 0 when it
 * does not say. */
uint32_t state_salvage_last_id(const char *text, size_t len);

#endif /* STATE_H */
