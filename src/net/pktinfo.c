/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "net/pktinfo.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/time.h>

void
pktinfo_expect(struct msghdr *msg, union pktinfo *info)
{
	msg->msg_control = info;
	msg->msg_controllen = sizeof(*info);
}

#if HAVE_DECL_IP_PKTINFO

#define CONTROL_LEN CMSG_SPACE(sizeof(struct in_pktinfo))

_Static_assert(CONTROL_LEN + CMSG_SPACE(sizeof(struct timeval)) <= sizeof(union pktinfo),
	       "there is room for both control messages");

int
pktinfo_enable(int fd)
{
	const int on = 1;

	return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
}

int
pktinfo_leave_by(int fd, struct msghdr *msg, union pktinfo *info, unsigned int ifindex)
{
	const struct in_pktinfo via = {.ipi_ifindex = (int)ifindex};
	struct cmsghdr *cmsg;

	(void)fd;
	if (ifindex == 0)
		return 0;
	memset(info, 0, sizeof(*info));
	msg->msg_control = info;
	msg->msg_controllen = CONTROL_LEN;
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = IPPROTO_IP;
	cmsg->cmsg_type = IP_PKTINFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(via));
	memcpy(CMSG_DATA(cmsg), &via, sizeof(via));
	return 0;
}

void
pktinfo_arrival(struct msghdr *msg, unsigned int *ifindex, uint32_t *destination)
{
	*ifindex = 0;
	*destination = 0;
	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg != NULL; cmsg = CMSG_NXTHDR(msg, cmsg))
		if (cmsg->cmsg_level == IPPROTO_IP && cmsg->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo by;

			memcpy(&by, CMSG_DATA(cmsg), sizeof(by));
			*ifindex = (unsigned int)by.ipi_ifindex;
			*destination = ntohl(by.ipi_addr.s_addr);
		}
}

#else

int
pktinfo_enable(int fd)
{
	(void)fd;
	return 0;
}

int
pktinfo_leave_by(int fd, struct msghdr *msg, union pktinfo *info, unsigned int ifindex)
{
	const struct ip_mreqn via = {.imr_ifindex = (int)ifindex};

	(void)msg;
	(void)info;
	return setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &via, sizeof(via));
}

void
pktinfo_arrival(struct msghdr *msg, unsigned int *ifindex, uint32_t *destination)
{
	(void)msg;
	*ifindex = 0;
	*destination = 0;
}

#endif
