/* SPDX-License-Identifier: BSD-2-Clause */
/* net/prober.c, and with it senders.c: what is sent, received and judged. */
#include "config.h"

#include "prober_fixture.h"

#include <arpa/inet.h>
#include <limits.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/mcast.h"
#include "netns.h"

/* Replaced for the prober: see --wrap in Makefile.am. */
size_t __wrap_mcast_receive_buffer(int fd);
void __real_loop_rest_fd(struct loop *loop, int fd, int64_t until_us);
void __wrap_loop_rest_fd(struct loop *loop, int fd, int64_t until_us);

static size_t receive_buffer;
static unsigned int rests;

size_t
__wrap_mcast_receive_buffer(int fd)
{
	(void)fd;
	return receive_buffer;
}

void
__wrap_loop_rest_fd(struct loop *loop, int fd, int64_t until_us)
{
	rests += until_us > clock_now().mono_us;
	__real_loop_rest_fd(loop, fd, until_us);
}

static bool
manager_is_down(struct scene *s)
{
	const struct manager *m = inventory_at_or_after(s->inv, MANAGER);

	return m != NULL && m->addr == MANAGER && m->status == MANAGER_DOWN;
}

static void
assert_found(struct scene *s, enum answer_to answer_to, enum source_port source_port)
{
	const bool link_known = HAVE_DECL_IP_PKTINFO || answer_to == TO_GROUP;

	s->answer_to = answer_to;
	start_manager(s);
	start_prober(s, source_port);
	await(s, manager_is_up);
	/* A unicast answer from this host uses the loopback interface, but belongs to pr0. */
	assert_int_equal(inventory_at_or_after(s->inv, 0)->ifindex,
			 link_known ? if_nametoindex("pr0") : 0);
	assert_int_equal(inventory_at_or_after(s->inv, 0)->link, link_known ? 0 : LINK_NONE);
	assert_int_equal(s->last_arrival.source, ADDR);
	assert_true(s->last_arrival.source_is_local);
}

static void
hears_answers_to_the_source_port(void **state)
{
	assert_found(*state, TO_SOURCE, SOURCE_PORT_AUTO);
}

static void
hears_answers_to_the_fixed_port(void **state)
{
	assert_found(*state, TO_FIXED_PORT, SOURCE_PORT_AUTO);
}

static void
hears_answers_to_the_group(void **state)
{
	assert_found(*state, TO_GROUP, SOURCE_PORT_EPHEMERAL);
}

/* The copy of a request is read shortly after it was sent, perhaps in the next round. */
static bool
round_is_over_and_each_request_came_back(struct scene *s)
{
	const struct discover_stats *stats = discover_stats(s->discover);

	return round_is_over(s) && stats->verdicts[VERDICT_OWN_REQUEST] == stats->requests_sent;
}

static void
own_requests_are_recognised(void **state)
{
	struct scene *s = *state;
	const struct discover_stats *stats;

	skip_unless(OWN_GROUPS_ONLY);
	start_manager(s);
	start_prober(s, SOURCE_PORT_AUTO);
	await(s, round_is_over_and_each_request_came_back);
	stats = discover_stats(s->discover);
	assert_true(stats->requests_sent >= 2);
	assert_int_equal(stats->verdicts[VERDICT_FOREIGN_REQUEST], 0);
	assert_int_equal(stats->send_errors, 0);
}

static void
silent_manager_goes_down(void **state)
{
	struct scene *s = *state;

	start_manager(s);
	start_prober(s, SOURCE_PORT_AUTO);
	await(s, manager_is_up);
	s->silent = true;
	await(s, manager_is_down);
	s->silent = false;
	prober_round_now(s->prober);
	await(s, manager_is_up);
}

static void
port_held_exclusively_leaves_unicast_answers(void **state)
{
	struct scene *s = *state;
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int alone;

	/* The manager, which shares the port, does not receive requests either: ask it directly. */
	start_manager(s);
	stop_manager(s);
	alone = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(alone, (struct sockaddr *)&sin, sizeof(sin)), 0);
	start_prober(s, SOURCE_PORT_FIXED);
	assert_true(one_usable(s));
	close(alone);
	start_manager(s);
	await(s, manager_is_up);
}

static void
loopback_is_used_when_named(void **state)
{
	struct scene *s = *state;

	s->ifname = "lo";
	ip("addr del 198.18.0.1/24 dev pr0");
	start_manager(s);
	start_prober(s, SOURCE_PORT_AUTO);
	await(s, manager_is_up);
	assert_true(discover_stats(s->discover)->verdicts[VERDICT_OWN_REQUEST] > 0);
	skip_unless(HAVE_DECL_IP_PKTINFO, "IP_PKTINFO");
	assert_true(s->last_arrival.on_loopback);
	assert_int_equal(s->last_arrival.ifindex, if_nametoindex("lo"));
	skip_unless(OWN_GROUPS_ONLY);
	assert_int_equal(discover_stats(s->discover)->verdicts[VERDICT_FOREIGN_REQUEST], 0);
}

static void
send_to_prober(struct scene *s)
{
	const uint8_t octet = 0;

	assert_int_equal(mcast_send(s->talks, if_nametoindex("pr0"), WIRE_GROUP, PORT, &octet, 1),
			 0);
}

#define FLOOD 30000 /* more than the largest receive buffer holds */

static bool
flood_is_read(struct scene *s)
{
	const struct discover_stats *stats = discover_stats(s->discover);

	return stats->verdicts[VERDICT_SHORT] + stats->kernel_drops >= FLOOD;
}

static void
each_datagram_of_a_flood_is_judged_or_counted_as_dropped(void **state)
{
	struct scene *s = *state;

	skip_unless(HAVE_DECL_SO_MEMINFO, "SO_MEMINFO");
	start_prober(s, SOURCE_PORT_AUTO);
	for (int i = 0; i < FLOOD; i++)
		send_to_prober(s);
	await(s, flood_is_read);
	assert_int_equal(discover_stats(s->discover)->verdicts[VERDICT_SHORT] +
			     discover_stats(s->discover)->kernel_drops,
			 FLOOD);
}

#define BACKLOG 5000 /* more than is read from one socket in a turn of the loop */

static bool
nothing_unread_once_a_request_is_sent(struct scene *s)
{
	const struct discover_stats *stats = discover_stats(s->discover);

	if (stats->requests_sent == s->requests_before)
		return false;
	assert_int_equal(stats->verdicts[VERDICT_SHORT] + stats->kernel_drops, BACKLOG);
	return true;
}

static void
backlog_is_read_before_anything_is_decided(void **state)
{
	struct scene *s = *state;

	skip_unless(HAVE_DECL_SO_MEMINFO, "SO_MEMINFO");
	s->interval_us = US_PER_H;
	start_prober(s, SOURCE_PORT_AUTO);
	/* After this, the next request does not wait for a join. */
	await(s, round_is_over);
	s->requests_before = discover_stats(s->discover)->requests_sent;
	prober_round_now(s->prober);
	for (int i = 0; i < BACKLOG; i++)
		send_to_prober(s);
	await(s, nothing_unread_once_a_request_is_sent);
}

static bool
two_send_errors(struct scene *s)
{
	return discover_stats(s->discover)->send_errors >= 2;
}

static void
send_failure_is_survived(void **state)
{
	struct scene *s = *state;

	if (system("PATH=$PATH:/usr/sbin:/sbin nft 'add table ip t; "
		   "add chain ip t o { type filter hook output priority 0; policy drop; }' "
		   "2>/dev/null") != 0)
		skip();
	start_prober(s, SOURCE_PORT_AUTO);
	await(s, two_send_errors);
	assert_int_equal(discover_stats(s->discover)->requests_sent, 0);
	assert_int_equal(system("PATH=$PATH:/usr/sbin:/sbin nft delete table ip t"), 0);
	await(s, request_sent);
}

static void
lack_of_memory_at_the_start_is_said(void **state)
{
	struct scene *s = *state;
	const struct discover_settings discover = {.probes = 1, .misses = 1};
	const struct prober_settings prober_settings = {
	    .request = {.group = WIRE_GROUP, .port = PORT, .hops = 1}};
	const struct prober_client client = client_of(s);
	unsigned int without = 0;

	start_monitor(s, &discover);
	for (; without < 1000 && s->prober == NULL; without++) {
		allocations_left = without;
		errors_logged = 0;
		s->prober = prober_new(s->loop, s->shared, &prober_settings, &client);
		allocations_left = UINT_MAX;
		assert_int_equal(errors_logged, s->prober == NULL ? 1 : 0);
	}
	assert_non_null(s->prober);
	assert_true(without > 2);
}

/* A sender that could not be opened is opened when the port is free. */
static void
port_that_is_free_again_is_used(void **state)
{
	struct scene *s = *state;
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int alone = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(alone, (struct sockaddr *)&sin, sizeof(sin)), 0);
	start_prober(s, SOURCE_PORT_AUTO);
	await(s, request_sent);
	close(alone);
	s->answer_to = TO_FIXED_PORT;
	start_manager(s);
	await(s, manager_is_up);
}

#define STREAM_US (30 * US_PER_MS) /* long enough to be seen as one */

static bool
has_rested(struct scene *s)
{
	send_to_prober(s);
	return rests > 0;
}

static int64_t stream_ends_us;

static bool
stream_is_read(struct scene *s)
{
	send_to_prober(s);
	return clock_now().mono_us >= stream_ends_us;
}

/* Each datagram is sent when the one before has been read. */
static void
read_stream(struct scene *s, size_t buffer, bool (*until)(struct scene *s))
{
	receive_buffer = buffer;
	rests = 0;
	start_prober(s, SOURCE_PORT_AUTO);
	await(s, request_sent);
	stream_ends_us = clock_now().mono_us + STREAM_US;
	send_to_prober(s);
	await(s, until);
}

static void
socket_rests_while_answers_stream_in(void **state)
{
	read_stream(*state, (size_t)100000 * MCAST_CHARGE, has_rested);
}

static void
buffer_of_unknown_size_is_read_at_once(void **state)
{
	read_stream(*state, 0, stream_is_read);
	assert_int_equal(rests, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(hears_answers_to_the_source_port),
	    TEST(hears_answers_to_the_fixed_port),
	    TEST(hears_answers_to_the_group),
	    TEST(own_requests_are_recognised),
	    TEST(silent_manager_goes_down),
	    TEST(port_held_exclusively_leaves_unicast_answers),
	    TEST(loopback_is_used_when_named),
	    TEST(each_datagram_of_a_flood_is_judged_or_counted_as_dropped),
	    TEST(backlog_is_read_before_anything_is_decided),
	    TEST(socket_rests_while_answers_stream_in),
	    TEST(buffer_of_unknown_size_is_read_at_once),
	    TEST(send_failure_is_survived),
	    TEST(lack_of_memory_at_the_start_is_said),
	    TEST(port_that_is_free_again_is_used),
	};

	return run_prober_tests("test_prober", tests, sizeof(tests) / sizeof(tests[0]));
}
