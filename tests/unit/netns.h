/* SPDX-License-Identifier: BSD-2-Clause */
/* netns.h - for tests that change interfaces and send: they run only in a separate
 * network namespace (`unshare -rn`), where nothing leaves the host.
 */
#ifndef NETNS_H
#define NETNS_H

#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NETNS_SKIP 77      /* automake: the test was skipped */
#define NETNS_WAIT_MS 5000 /* deadline for an expected event */

/* For skip_unless(): only Linux delivers datagrams for groups that another socket has
 * joined, unless IP_MULTICAST_ALL is off. */
#ifdef __linux__
#define OWN_GROUPS_ONLY HAVE_DECL_IP_MULTICAST_ALL, "IP_MULTICAST_ALL"
#else
#define OWN_GROUPS_ONLY true, ""
#endif

/* An interface that is up and not loopback may be a real one. */
static inline void
netns_or_skip(const char *test)
{
	struct ifaddrs *ifas;

	if (getifaddrs(&ifas) < 0) {
		printf("%s: skipped: cannot list the interfaces\n", test);
		exit(NETNS_SKIP);
	}
	for (const struct ifaddrs *ifa = ifas; ifa != NULL; ifa = ifa->ifa_next)
		if ((ifa->ifa_flags & IFF_UP) != 0 && (ifa->ifa_flags & IFF_LOOPBACK) == 0) {
			printf("%s: skipped: %s is up, so this is no namespace of its own: "
			       "run it under unshare -rn\n",
			       test, ifa->ifa_name);
			exit(NETNS_SKIP);
		}
	freeifaddrs(ifas);
}

/* Run one ip(8) command; returns whether it succeeded. */
static inline bool
ip_works(const char *arguments)
{
	char command[256];

	snprintf(command, sizeof(command), "PATH=$PATH:/usr/sbin:/sbin ip %s", arguments);
	return system(command) == 0;
}

static inline void
ip(const char *arguments)
{
	if (!ip_works(arguments)) {
		printf("failed: ip %s\n", arguments);
		abort();
	}
}

/* Create a pair of interfaces, the second one being the other end of the first; skips
 * the test if that is not possible. */
static inline void
veth_or_skip(const char *test, const char *name, const char *peer)
{
	char arguments[128];

	snprintf(arguments, sizeof(arguments), "link add %s type veth peer name %s", name, peer);
	if (!ip_works(arguments)) {
		printf("%s: skipped: cannot add a veth pair (iproute2, privileges, kernel)\n",
		       test);
		exit(NETNS_SKIP);
	}
}

/* Skip a test that cannot succeed in a build without `what`. */
static inline void
skip_unless(bool have, const char *what)
{
	if (have)
		return;
	print_message("skipped: built without %s\n", what);
	skip();
}

static inline bool
readable_in_time(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, NETNS_WAIT_MS) == 1;
}

#endif /* NETNS_H */
