/* SPDX-License-Identifier: BSD-2-Clause */
/* socketowner.h - finds the process that has a socket open. */
#ifndef SOCKETOWNER_H
#define SOCKETOWNER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SOCKETOWNER_NAME_LEN 64 /* TASK_COMM_LEN octets, each as \xHH */

struct socketowner {
	pid_t pid;
	char name[SOCKETOWNER_NAME_LEN]; /* of its program, printable */
};

/* Search /proc for a process that has the socket with this inode open.  Returns false if
 * none is found: the descriptors of other users' processes are visible to root only, and
 * those of another PID namespace to nobody in this one. */
bool socketowner_find(uint64_t inode, struct socketowner *owner);

#endif /* SOCKETOWNER_H */
