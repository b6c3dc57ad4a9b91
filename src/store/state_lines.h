/* SPDX-License-Identifier: BSD-2-Clause */
/* state_lines.h - which lines a state file has, and their fields.
 *
 * For state*.c only.
 */
#ifndef STATE_LINES_H
#define STATE_LINES_H

#include "store/state_text.h"

#define STATE_HEADING "ldm-agentx-state"
#define STATE_VERSION 1
#define STATE_FIRST_LINE STATE_HEADING " 1\n"
#define STATE_LAST_LINE "end\n"

/* The kinds of lines, in the order in which they come. */
enum line {
	LINE_SAVED,
	LINE_IDS,
	LINE_INTERVAL,
	LINE_NOTIFICATIONS,
	LINE_LINK,
	LINE_MANAGER,
	LINE_EVENT,
};
#define LINE_KINDS (LINE_EVENT + 1)

struct state_line {
	const char *name;
	const struct state_field *fields;
	size_t field_count;
	bool many;
};

extern const struct state_line state_lines[LINE_KINDS];

#endif /* STATE_LINES_H */
