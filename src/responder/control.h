/* SPDX-License-Identifier: BSD-2-Clause */
/* control.h - the control socket of a running responder. */
#ifndef CONTROL_H
#define CONTROL_H

#include "responder/command.h"

struct control;
struct loop;

/* Listen on a Unix stream socket at path (mode 0600), and carry out the
 * commands that come in, in loop: one a connection, which is closed after the
 * reply, and one connection at a time.  A client that does not send its command
 * within five seconds, or does not read its reply for as long, is dropped; it
 * holds up the clients that wait, and nothing else.
 *
 * A socket that nobody listens on any more is replaced, anything else at path
 * is not.  A `quit` stops the loop.  All of loop, fleet, answers and path must
 * outlive it.  NULL, with the reason logged. */
struct control *control_open(const char *path, struct loop *loop, struct fleet *fleet,
			     struct answers *answers);

/* Close it and remove the socket, unless another one has taken its place.
 * NULL is fine. */
void control_close(struct control *control);

#endif /* CONTROL_H */
