/* SPDX-License-Identifier: BSD-2-Clause */
/* command.h - the commands that a running responder takes.
 *
 * Pure: a line of text in, changes to the managers and their answers, a reply
 * out.  The commands are described in ldm-responder(1).
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "responder/answers.h"
#include "responder/fleet.h"

#define COMMAND_LINE_LEN 512 /* a command with its newline, or its NUL */

/* Carry out the command in line (no newline) and write the reply to out: the
 * lines of a list first, then one that begins with "ok" or "error:".  A command
 * that is refused changes nothing.  Returns false when the responder is to end. */
bool command_run(const char *line, struct fleet *fleet, struct answers *answers, FILE *out);

#endif /* COMMAND_H */
