/* SPDX-License-Identifier: BSD-2-Clause */
/* unixsock.h - Unix stream sockets: listen and connect by path. */
#ifndef UNIXSOCK_H
#define UNIXSOCK_H

/* Create a listening socket at path, with mode 0600, non-blocking.  A socket whose process
 * has ended is replaced; any other file is an error.  Returns the descriptor, or -1 after
 * logging the reason. */
int unixsock_listen(const char *path);

/* Connect to path.  The socket blocks, for at most ten seconds in each call.  Returns the
 * descriptor, or -1 after logging the reason. */
int unixsock_connect(const char *path);

#endif /* UNIXSOCK_H */
