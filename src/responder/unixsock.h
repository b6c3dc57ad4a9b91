/* SPDX-License-Identifier: BSD-2-Clause */
/* unixsock.h - Unix stream sockets: listen and connect by path.
 *
 * Both log the reason of a failure, as it may be more than an errno.
 */
#ifndef UNIXSOCK_H
#define UNIXSOCK_H

/* A listening socket at path, mode 0600, non-blocking.  One that is there
 * already is replaced if nobody listens on it; anything else is left alone,
 * and an error.  The descriptor, or -1. */
int unixsock_listen(const char *path);

/* A connection to path; it blocks, for ten seconds at most in each call.  The
 * descriptor, or -1. */
int unixsock_connect(const char *path);

#endif /* UNIXSOCK_H */
