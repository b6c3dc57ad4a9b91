/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/descriptors.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

bool
descriptors_to_spare(void)
{
	struct rlimit limit;
	int lowest;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return true;
	/* The kernel returns the lowest free number: all below it are in use. */
	lowest = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (lowest < 0)
		return false;
	close(lowest);
	return limit.rlim_cur == RLIM_INFINITY ||
	       (rlim_t)lowest + 1 + DESCRIPTORS_KEPT <= limit.rlim_cur;
}
