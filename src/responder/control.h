/* SPDX-License-Identifier: BSD-2-Clause */
/* control.h - the control socket of a running responder. */
#ifndef CONTROL_H
#define CONTROL_H

#include "responder/command.h"

struct control;
struct loop;

/* Listen on a Unix stream socket at path (mode 0600), and execute commands in loop: one in
 * each connection, which is closed after the reply, and one connection at a time.  A client
 * that does not send its command within five seconds, or does not read the reply for as
 * long, is disconnected; until then only other clients have to wait.
 *
 * A stale socket at path is replaced; any other file is not.  `quit` stops the loop.  All
 * arguments must exist as long as the result.  Returns NULL after logging the reason. */
struct control *control_open(const char *path, struct loop *loop, struct fleet *fleet,
			     struct answers *answers);

/* Close the socket, and remove it unless another one was created in its place.  NULL is
 * allowed. */
void control_close(struct control *control);

#endif /* CONTROL_H */
