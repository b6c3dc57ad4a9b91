/* SPDX-License-Identifier: BSD-2-Clause */
/* command.h - the commands that a running responder takes.
 *
 * Pure: one line in, its effect on the managers and their answers, one line
 * out.  The manual, "CONTROL COMMANDS", has the language.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stddef.h>

#include "responder/answers.h"
#include "responder/cast.h"

#define COMMAND_LINE_LEN 512 /* a command with its NUL */
#define COMMAND_REPLY_LEN (CAST_ERROR_LEN + 16)

enum command_effect {
	COMMAND_DONE, /* or refused: the reply says so */
	COMMAND_LIST, /* command_list() of every manager goes before the reply */
	COMMAND_QUIT, /* the responder is to end after the reply */
};

/* Carry out the command in line (no newline) and put the reply, "ok ..." or
 * "error: ...", without a newline, into reply.  A command that is refused
 * changes nothing. */
enum command_effect command_run(const char *line, struct cast *cast, struct answers *answers,
				char reply[COMMAND_REPLY_LEN]);

/* The longest line of a list, with its newline and NUL. */
#define COMMAND_LIST_LEN (WIRE_VERSION_LEN + WIRE_HOSTNAME_LEN + 40)

/* The line of one manager, newline included: address, on or off, port,
 * version, host name, separated by tabs (which neither text can have).
 * Returns its length. */
size_t command_list(const struct cast *cast, size_t place, char buf[COMMAND_LIST_LEN]);

#endif /* COMMAND_H */
