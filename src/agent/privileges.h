/* SPDX-License-Identifier: BSD-2-Clause */
/* privileges.h - from root to a user of our own. */
#ifndef PRIVILEGES_H
#define PRIVILEGES_H

/* Become user and group for good (names or numbers; NULL: no change asked
 * for).  The group is the user's own if it is not given; the supplementary
 * groups are those of the user, so that one of them may open the master
 * agent's socket, or none if only a group is given.  Nothing is done when
 * there is nothing to change.  Call it before there are threads.  0, or -1
 * after logging what cannot be done; the process must end then, it may have
 * changed by half. */
int privileges_drop(const char *user, const char *group);

#endif /* PRIVILEGES_H */
