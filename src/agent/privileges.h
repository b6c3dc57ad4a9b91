/* SPDX-License-Identifier: BSD-2-Clause */
/* privileges.h - changes from root to another user. */
#ifndef PRIVILEGES_H
#define PRIVILEGES_H

/* Change permanently to this user and group (names or numbers; NULL: no change).  The
 * default group is that of the user.  The supplementary groups are those of the user,
 * which may give access to the master agent's socket, or none if only a group is given.
 * To be called before threads are started.  Returns 0, or -1 after logging the error;
 * the process must exit then, because the change may be incomplete. */
int privileges_drop(const char *user, const char *group);

#endif /* PRIVILEGES_H */
