/* SPDX-License-Identifier: BSD-2-Clause */
/* net/portuse.c on sockets of this process, in a network namespace. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/portuse.h"
#include "netns.h"

#define PORT 64535

static int
bound_to(const char *address, uint16_t port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;

	assert_int_equal(inet_pton(AF_INET, address, &sin.sin_addr), 1);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	return fd;
}

/* Skips the test if there is no IPv6. */
static int
bound_to_ipv6(const char *address, uint16_t port)
{
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	if (fd < 0)
		skip();
	assert_int_equal(inet_pton(AF_INET6, address, &sin6.sin6_addr), 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin6, sizeof(sin6)), 0);
	return fd;
}

static void
assert_others(bool expected, int fd)
{
	assert_int_equal(portuse_by_others(PORT, -1), expected);
	assert_false(portuse_by_others(PORT, fd));
	close(fd);
	assert_false(portuse_by_others(PORT, -1));
}

static void
socket_on_every_address_is_seen(void **state)
{
	(void)state;
	assert_others(true, bound_to("0.0.0.0", PORT));
}

static void
socket_on_one_address_is_seen(void **state)
{
	(void)state;
	assert_others(true, bound_to("198.18.0.1", PORT));
}

static void
socket_on_a_group_takes_no_unicast(void **state)
{
	(void)state;
	assert_others(false, bound_to("239.129.9.27", PORT));
}

static void
socket_on_a_loopback_address_takes_nothing_that_arrives(void **state)
{
	(void)state;
	assert_others(false, bound_to("127.0.0.1", PORT));
}

static void
another_port_is_another_matter(void **state)
{
	(void)state;
	assert_others(false, bound_to("0.0.0.0", PORT - 1));
}

static void
socket_of_both_protocols_is_seen(void **state)
{
	(void)state;
	assert_others(true, bound_to_ipv6("::", PORT));
	assert_others(true, bound_to_ipv6("::ffff:198.18.0.1", PORT));
	assert_others(false, bound_to_ipv6("::1", PORT));
	assert_others(false, bound_to_ipv6("::ffff:127.0.0.1", PORT));
}

static void
others_are_seen_beside_our_own(void **state)
{
	int own = bound_to("0.0.0.0", PORT), other = bound_to("0.0.0.0", PORT);

	(void)state;
	assert_true(portuse_by_others(PORT, own));
	assert_true(portuse_by_others(PORT, other));
	close(other);
	assert_false(portuse_by_others(PORT, own));
	close(own);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(socket_on_every_address_is_seen),
	    cmocka_unit_test(socket_on_one_address_is_seen),
	    cmocka_unit_test(socket_on_a_group_takes_no_unicast),
	    cmocka_unit_test(socket_on_a_loopback_address_takes_nothing_that_arrives),
	    cmocka_unit_test(another_port_is_another_matter),
	    cmocka_unit_test(socket_of_both_protocols_is_seen),
	    cmocka_unit_test(others_are_seen_beside_our_own),
	};

	netns_or_skip("test_portuse");
	if (access("/proc/self/net/udp", R_OK) < 0) {
		printf("test_portuse: skipped: no /proc/net/udp\n");
		return NETNS_SKIP;
	}
	if (!ip_works("addr add 198.18.0.1/32 dev lo")) {
		printf("test_portuse: skipped: cannot add an address (iproute2, privileges)\n");
		return NETNS_SKIP;
	}
	ip("link set lo up");
	return cmocka_run_group_tests_name("portuse", tests, NULL, NULL);
}
