/* SPDX-License-Identifier: BSD-2-Clause */
/* command.h - executes the commands for a running responder.
 *
 * Pure, except that the reply is written to a stream.  The commands are described in
 * ldm-responder(1).
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "responder/answers.h"
#include "responder/fleet.h"

#define COMMAND_LINE_LEN 512 /* of a command, with its newline or NUL */

/* Execute the command in line (without a newline), and write the reply to out: the lines of
 * a list, if any, and a line that begins with "ok" or "error:".  After an error nothing is
 * changed.  Returns false if the responder is to end. */
bool command_run(const char *line, struct fleet *fleet, struct answers *answers, FILE *out);

#endif /* COMMAND_H */
