/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "net/rxtime.h"

#include <string.h>
#include <sys/time.h>

#include "base/clock.h"

void
rxtime_enable(int fd)
{
	const int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof(on));
}

int64_t
rxtime_waited_us(struct msghdr *msg, int64_t now_us)
{
	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg != NULL; cmsg = CMSG_NXTHDR(msg, cmsg))
		if (cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_TIMESTAMP) {
			struct timeval arrived;

			memcpy(&arrived, CMSG_DATA(cmsg), sizeof(arrived));
			return now_us - (arrived.tv_sec * US_PER_S + arrived.tv_usec);
		}
	return 0;
}
