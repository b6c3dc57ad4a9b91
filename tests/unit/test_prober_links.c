/* SPDX-License-Identifier: BSD-2-Clause */
/* net/prober.c with net/listeners.c: interfaces that change, or cannot be used. */
#include "config.h"

#include "prober_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <net/ethernet.h>
#include <netpacket/packet.h>
#endif

#include "net/descriptors.h"
#include "netns.h"

static void
changes_of_the_interface_are_followed(void **state)
{
	struct scene *s = *state;

	/* Without a request, the interfaces are read only because of the kernel's message. */
	if (watch_is_supported())
		s->interval_us = US_PER_H;
	start_prober(s, SOURCE_PORT_AUTO);
	assert_true(one_usable(s));
	await(s, round_is_over);
	ip("link set pr0wire down");
	await(s, none_usable);
	ip("link set pr0wire up");
	await(s, one_usable);
	ip("addr del 198.18.0.1/24 dev pr0");
	await(s, none_usable);
	ip("addr add 198.18.0.1/24 dev pr0");
	await(s, one_usable);
	ip("link del pr0");
	await(s, none_usable);
}

static bool
interface_hears(struct scene *s)
{
	return s->last_arrival.ifindex == if_nametoindex(s->ifname);
}

static void
interface_made_anew_is_joined_anew(void **state)
{
	struct scene *s = *state;
	unsigned int before = if_nametoindex("pr0");

	s->answer_to = TO_GROUP;
	start_manager(s);
	start_prober(s, SOURCE_PORT_AUTO);
	await(s, manager_is_up);
	stop_manager(s);
	/* Within one turn of the loop, so that only the ifindex differs. */
	ip("link del pr0");
	ip("link add pr0 type veth peer name pr0wire");
	ip("link set pr0wire up");
	ip("link set pr0 up");
	ip("addr add 198.18.0.1/24 dev pr0");
	assert_int_not_equal(if_nametoindex("pr0"), before);
	start_manager(s);
	s->last_arrival.ifindex = 0;
	await(s, interface_hears);
}

static bool
round_is_judged(struct scene *s)
{
	return discover_stats(s->discover)->rounds >= 3;
}

static void
renamed_interface_is_the_same(void **state)
{
	struct scene *s = *state;
	const struct link *link;
	uint32_t up;

	s->answer_to = TO_GROUP;
	start_manager(s);
	start_prober(s, SOURCE_PORT_EPHEMERAL);
	await(s, manager_is_up);
	s->ifname = "pr7";
	if (!ip_works("link set pr0 name pr7")) /* older kernels: it must be down */
		skip();
	ip("link set pr0wire name pr0"); /* another interface gets the name at once */
	await(s, round_is_judged);
	assert_true(manager_is_up(s));
	assert_int_equal(inventory_at_or_after(s->inv, 0)->link, 0);
	link = discover_link_at_or_after(s->discover, if_nametoindex("pr7"), &up);
	assert_string_equal(link->name, "pr7");
	assert_int_equal(up, 1);
	assert_int_equal(link->state, LINK_USABLE);
	assert_false(link->blind);
	ip("link set pr0 name pr0wire"); /* for the tear-down */
}

#ifdef __linux__
static bool
another_request_sent(struct scene *s)
{
	return discover_stats(s->discover)->requests_sent > s->requests_before;
}

/* Returns a socket for the datagrams sent on pr0, as a switch receives them. */
static int
open_wire(void)
{
	struct sockaddr_ll sll = {
	    .sll_family = AF_PACKET,
	    .sll_protocol = htons(ETH_P_IP),
	    .sll_ifindex = (int)if_nametoindex("pr0wire"),
	};
	int wire = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_IP));

	assert_true(wire >= 0);
	assert_int_equal(bind(wire, (struct sockaddr *)&sll, sizeof(sll)), 0);
	return wire;
}

/* Whether an IGMP report of the group arrives before a request. */
static bool
report_comes_first(int wire)
{
	const uint32_t group = htonl(WIRE_GROUP);
	uint8_t packet[2048];
	ssize_t len;

	while ((len = recv(wire, packet, sizeof(packet), 0)) > 20) {
		if (packet[9] == IPPROTO_UDP)
			return false;
		if (packet[9] == IPPROTO_IGMP && memmem(packet, (size_t)len, &group, 4) != NULL)
			return true;
	}
	return false;
}

static void
group_is_reported_before_the_first_request(void **state)
{
	struct scene *s = *state;
	int wire = open_wire();

	start_prober(s, SOURCE_PORT_AUTO);
	await(s, request_sent);
	assert_true(report_comes_first(wire));
	close(wire);
}

/* The interface comes up while a request is due.  The group must be reported again, because
 * a switch forgets the members behind a port that had no carrier. */
static void
group_is_reported_anew_where_an_interface_comes_back(void **state)
{
	struct scene *s = *state;
	uint8_t packet[2048];
	int wire;

	if (watch_is_supported())
		s->interval_us = US_PER_H;
	start_prober(s, SOURCE_PORT_AUTO);
	await(s, round_is_over);
	ip("link set pr0wire down");
	await(s, none_usable);
	wire = open_wire();
	while (recv(wire, packet, sizeof(packet), 0) > 0)
		;
	ip("link set pr0wire up");
	prober_round_now(s->prober);
	await(s, one_usable);
	s->requests_before = discover_stats(s->discover)->requests_sent;
	prober_round_now(s->prober);
	await(s, another_request_sent);
	assert_true(report_comes_first(wire));
	close(wire);
}
#endif

static const char *
first_trouble(struct scene *s)
{
	uint32_t up;
	const struct link *link = discover_link_at_or_after(s->discover, 0, &up);

	return link != NULL ? link_trouble(link) : "no link";
}

static bool
nothing_troubles(struct scene *s)
{
	return *first_trouble(s) == '\0';
}

/* Returns the lowest free descriptor, which is the number in use if there are no gaps. */
static int
descriptors_in_use(void)
{
	int lowest = dup(0);

	close(lowest);
	return lowest;
}

static void
interface_beyond_the_reserve_is_refused(void **state)
{
	struct scene *s = *state;
	struct rlimit limit, low;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	low = limit;
	/* Opened before the prober reads the interfaces: the lock's pipe, watch and senders. */
	low.rlim_cur =
	    (rlim_t)descriptors_in_use() + 2 + (watch_is_supported() ? 3 : 2) + DESCRIPTORS_KEPT;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	start_prober(s, SOURCE_PORT_AUTO);
	assert_true(none_usable(s));
	assert_string_equal(first_trouble(s), "too few file descriptors are left (see ulimit -n)");
	low.rlim_cur++;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	await(s, one_usable);
	assert_string_equal(first_trouble(s), "");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void
interface_without_address_costs_no_descriptor(void **state)
{
	struct scene *s = *state;
	int before;

	ip("addr del 198.18.0.1/24 dev pr0");
	if (watch_is_supported())
		s->interval_us = US_PER_H;
	start_prober(s, SOURCE_PORT_AUTO);
	await(s, none_usable);
	before = descriptors_in_use();
	ip("addr add 198.18.0.1/24 dev pr0");
	await(s, one_usable);
	assert_int_equal(descriptors_in_use(), before + 1);
	ip("addr del 198.18.0.1/24 dev pr0");
	await(s, none_usable);
	assert_int_equal(descriptors_in_use(), before);
}

static void
port_held_exclusively_is_a_trouble(void **state)
{
	struct scene *s = *state;
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int alone = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(alone, (struct sockaddr *)&sin, sizeof(sin)), 0);
	start_prober(s, SOURCE_PORT_AUTO);
	assert_true(one_usable(s));
	assert_string_equal(first_trouble(s), "answers to the group cannot be heard: "
					      "another program has bound the port");
	close(alone);
	await(s, nothing_troubles);
}

static void
membership_that_is_not_permitted_names_the_setting(void **state)
{
	struct scene *s = *state;

	if (system("PATH=$PATH:/usr/sbin:/sbin sysctl -q -w net.ipv4.igmp_max_memberships=0 "
		   "2>/dev/null") != 0)
		skip();
	start_prober(s, SOURCE_PORT_AUTO);
	assert_true(none_usable(s));
	assert_non_null(strstr(first_trouble(s), "net.ipv4.igmp_max_memberships"));
	assert_int_equal(
	    system("PATH=$PATH:/usr/sbin:/sbin sysctl -q -w net.ipv4.igmp_max_memberships=20"), 0);
	await(s, one_usable);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(changes_of_the_interface_are_followed),
	    TEST(interface_made_anew_is_joined_anew),
	    TEST(renamed_interface_is_the_same),
#ifdef __linux__
	    TEST(group_is_reported_before_the_first_request),
	    TEST(group_is_reported_anew_where_an_interface_comes_back),
#endif
	    TEST(interface_beyond_the_reserve_is_refused),
	    TEST(interface_without_address_costs_no_descriptor),
	    TEST(port_held_exclusively_is_a_trouble),
	    TEST(membership_that_is_not_permitted_names_the_setting),
	};

	return run_prober_tests("test_prober_links", tests, sizeof(tests) / sizeof(tests[0]));
}
