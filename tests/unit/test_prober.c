/* SPDX-License-Identifier: BSD-2-Clause */
/* net/prober.c, and with it listeners.c and senders.c, against a manager in the
 * same loop, in a network namespace.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <net/ethernet.h>
#include <netpacket/packet.h>
#endif

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "core/discover.h"
#include "core/inventory.h"
#include "core/monitor.h"
#include "net/descriptors.h"
#include "net/ifaces.h"
#include "net/mcast.h"
#include "net/prober.h"
#include "netns.h"

/* As the prober and what it is made of see them: see --wrap in Makefile.am. */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void __wrap_log_line(enum log_level level, const char *format, ...);

static unsigned int allocations_left = UINT_MAX; /* until one fails */
static unsigned int errors_logged;

void *
__wrap_calloc(size_t count, size_t size)
{
	if (allocations_left == 0) {
		errno = ENOMEM;
		return NULL;
	}
	allocations_left--;
	return __real_calloc(count, size);
}

void
__wrap_log_line(enum log_level level, const char *format, ...)
{
	(void)format;
	errors_logged += level == LOG_LEVEL_ERROR;
}

#define PORT 64535
#define ADDR 0xc6120001u    /* 198.18.0.1, ours */
#define MANAGER 0xc6120010u /* 198.18.0.16, announced */

enum answer_to { TO_SOURCE, TO_FIXED_PORT, TO_GROUP };

struct scene {
	struct loop *loop;
	struct loop_timer *deadline;
	struct shared *shared;
	bool locked;
	struct monitor *monitor;
	const struct inventory *inv; /* the monitor's */
	struct discover *discover;
	struct prober *prober;
	bool (*wanted)(struct scene *s);
	bool in_time;
	const char *ifname; /* the only interface admitted */
	int64_t interval_us;
	unsigned int changed;
	uint64_t requests_before;
	struct arrival last_arrival; /* of an accepted response */

	/* The manager. */
	int hears, talks;
	enum answer_to answer_to;
	bool silent;
};

static struct scene scene;
static struct mcast_batch manager_batch;

/* The lock, as its users see it. */
void *__real_shared_lock(struct shared *shared);
void __real_shared_unlock(struct shared *shared);
void *__wrap_shared_lock(struct shared *shared);
void __wrap_shared_unlock(struct shared *shared);

void *
__wrap_shared_lock(struct shared *shared)
{
	void *guarded = __real_shared_lock(shared);

	scene.locked = true;
	return guarded;
}

void
__wrap_shared_unlock(struct shared *shared)
{
	scene.locked = false;
	__real_shared_unlock(shared);
}

static bool
admits(void *ctx, const struct iface *iface, bool *by_name)
{
	struct scene *s = ctx;

	*by_name = strcmp(iface->name, "lo") == 0;
	return strcmp(iface->name, s->ifname) == 0;
}

static void
assert_unlocked(struct scene *s)
{
	assert_false(s->locked);
}

static void
received(void *ctx, enum verdict verdict, const struct arrival *arrival,
	 const struct wire_response *resp, const char *reason)
{
	struct scene *s = ctx;

	(void)reason;
	assert_unlocked(s);
	if (verdict != VERDICT_ACCEPTED)
		return;
	assert_int_equal(resp->port, 6482);
	s->last_arrival = *arrival;
}

static void
changed(void *ctx)
{
	struct scene *s = ctx;

	assert_unlocked(s);
	s->changed++;
	if (s->wanted != NULL && s->wanted(s)) {
		s->in_time = true;
		loop_stop(s->loop);
	}
}

static void
on_deadline(void *ctx)
{
	struct scene *s = ctx;

	loop_stop(s->loop);
}

static void
on_request(void *ctx, int fd)
{
	struct scene *s = ctx;
	struct wire_response resp = {.version = "1.3", .addr = MANAGER, .port = 6482};
	uint8_t octets[WIRE_MSG_LEN];

	strcpy(resp.hostname, "t5240");
	wire_encode_response(octets, &resp);
	while (mcast_receive(fd, &manager_batch) > 0)
		for (unsigned int i = 0; i < manager_batch.count; i++) {
			const struct mcast_datagram *request = &manager_batch.datagram[i];

			if (s->silent || wire_decode(request->data, request->len, true, &resp,
						     NULL) != VERDICT_FOREIGN_REQUEST)
				continue;
			mcast_send(s->talks,
				   s->answer_to == TO_GROUP ? if_nametoindex(s->ifname) : 0,
				   s->answer_to == TO_GROUP ? WIRE_GROUP : request->source,
				   s->answer_to == TO_SOURCE ? request->source_port : PORT, octets,
				   sizeof(octets));
		}
}

static void
start_manager(struct scene *s)
{
	bool bound;

	s->hears = mcast_open_listener(WIRE_GROUP, PORT, if_nametoindex(s->ifname), &bound);
	assert_true(s->hears >= 0);
	assert_int_equal(loop_add_fd(s->loop, s->hears, on_request, s), 0);
}

static void
stop_manager(struct scene *s)
{
	if (s->hears < 0)
		return;
	loop_remove_fd(s->loop, s->hears);
	close(s->hears);
	s->hears = -1;
}

static void
start_monitor(struct scene *s, const struct discover_settings *discover)
{
	const struct shared_hooks hooks = {NULL, NULL, NULL};
	const struct monitor_settings settings = {
	    .discover = *discover,
	    .inventory = {.max_managers = 100, .misses = 3, .confirmations = 2},
	    .event_log = 1,
	};

	s->monitor = monitor_new(&settings, 1, clock_now(), NULL, NULL);
	assert_non_null(s->monitor);
	s->inv = monitor_inventory(s->monitor);
	s->discover = monitor_discover(s->monitor);
	s->shared = shared_new(s->monitor, &hooks);
	assert_non_null(s->shared);
}

static void
start_prober(struct scene *s, enum source_port source_port)
{
	const struct discover_settings discover = {
	    .interval_us = s->interval_us,
	    .window_us = 150000,
	    .probes = 3,
	    .misses = 3,
	    .request =
		{
		    .group = WIRE_GROUP,
		    .port = PORT,
		    .hops = 1,
		    .source_port = source_port,
		},
	};
	const struct prober_settings prober_settings = {.request = discover.request};
	const struct prober_client client = {s, admits, received, changed};

	start_monitor(s, &discover);
	s->prober = prober_new(s->loop, s->shared, &prober_settings, &client);
	assert_non_null(s->prober);
}

/* Run until wanted(s), which the deadline makes a failure. */
static void
await(struct scene *s, bool (*wanted)(struct scene *s))
{
	s->wanted = wanted;
	s->in_time = false;
	loop_set_timer(s->deadline, clock_now().mono_us + INT64_C(1000) * NETNS_WAIT_MS);
	assert_int_equal(loop_run(s->loop), 0);
	assert_true(s->in_time);
}

static int
set_up(void **state)
{
	memset(&scene, 0, sizeof(scene));
	scene.hears = -1;
	scene.ifname = "pr0";
	scene.interval_us = 400000;
	scene.loop = loop_new();
	scene.deadline = loop_add_timer(scene.loop, on_deadline, &scene);
	scene.talks = mcast_open_sender(0, 1);
	ip("link add pr0 type veth peer name pr0wire");
	ip("link set pr0wire up");
	ip("link set pr0 up");
	ip("addr add 198.18.0.1/24 dev pr0");
	*state = &scene;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	prober_free(s->prober);
	shared_free(s->shared);
	monitor_free(s->monitor);
	stop_manager(s);
	close(s->talks);
	loop_free(s->loop);
	if (if_nametoindex("pr0wire") != 0)
		ip("link del pr0wire");
	return 0;
}

static bool
manager_is_up(struct scene *s)
{
	const struct manager *m = inventory_at_or_after(s->inv, MANAGER);

	return m != NULL && m->addr == MANAGER && m->status == MANAGER_UP;
}

static bool
manager_is_down(struct scene *s)
{
	const struct manager *m = inventory_at_or_after(s->inv, MANAGER);

	return m != NULL && m->addr == MANAGER && m->status == MANAGER_DOWN;
}

static bool
none_usable(struct scene *s)
{
	return prober_usable(s->prober) == 0;
}

static bool
one_usable(struct scene *s)
{
	return prober_usable(s->prober) == 1;
}

static void
assert_found(struct scene *s, enum answer_to answer_to, enum source_port source_port)
{
	const bool link_known = HAVE_DECL_IP_PKTINFO || answer_to == TO_GROUP;

	s->answer_to = answer_to;
	start_manager(s);
	start_prober(s, source_port);
	await(s, manager_is_up);
	/* A unicast answer from this host came by loopback, but is pr0's. */
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

static bool
round_is_over(struct scene *s)
{
	return discover_stats(s->discover)->rounds >= 1;
}

/* A copy is read a moment after its request has left, which may belong to the next round. */
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

static bool
kernel_tells_of_interfaces(void)
{
	int fd = ifaces_watch_open();

	assert_true(fd >= 0 || errno == ENOSYS);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void
changes_of_the_interface_are_followed(void **state)
{
	struct scene *s = *state;

	/* No request, and so no look at the interfaces, but for the kernel's word. */
	if (kernel_tells_of_interfaces())
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
	/* Within one turn of the loop: only the ifindex tells. */
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
	if (!ip_works("link set pr0 name pr7")) /* an older kernel: only what is down */
		skip();
	ip("link set pr0wire name pr0"); /* another one has its name at once */
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

static void
port_held_exclusively_leaves_unicast_answers(void **state)
{
	struct scene *s = *state;
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int alone;

	/* The manager, which shares the port, is deaf too: ask it directly. */
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
	const uint8_t octet = 0;
	unsigned int ifindex = if_nametoindex("pr0");

	skip_unless(HAVE_DECL_SO_MEMINFO, "SO_MEMINFO");
	start_prober(s, SOURCE_PORT_AUTO);
	for (int i = 0; i < FLOOD; i++)
		assert_int_equal(mcast_send(s->talks, ifindex, WIRE_GROUP, PORT, &octet, 1), 0);
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
	const uint8_t octet = 0;
	unsigned int ifindex = if_nametoindex("pr0");

	skip_unless(HAVE_DECL_SO_MEMINFO, "SO_MEMINFO");
	s->interval_us = US_PER_H;
	start_prober(s, SOURCE_PORT_AUTO);
	/* So that the next request waits for no join. */
	await(s, round_is_over);
	s->requests_before = discover_stats(s->discover)->requests_sent;
	prober_round_now(s->prober);
	for (int i = 0; i < BACKLOG; i++)
		assert_int_equal(mcast_send(s->talks, ifindex, WIRE_GROUP, PORT, &octet, 1), 0);
	await(s, nothing_unread_once_a_request_is_sent);
}

static bool
two_send_errors(struct scene *s)
{
	return discover_stats(s->discover)->send_errors >= 2;
}

static bool
request_sent(struct scene *s)
{
	return discover_stats(s->discover)->requests_sent > 0;
}

static bool
another_request_sent(struct scene *s)
{
	return discover_stats(s->discover)->requests_sent > s->requests_before;
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
	const struct prober_client client = {s, admits, received, changed};
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

#ifdef __linux__
/* What leaves pr0, as a switch sees it. */
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

/* Whether an IGMP report of the group is the first of the two to be seen. */
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

/* It comes up while a request is due; and no matter that the group was reported there
 * before, for a switch forgets what was behind a port that had no carrier. */
static void
group_is_reported_anew_where_an_interface_comes_back(void **state)
{
	struct scene *s = *state;
	uint8_t packet[2048];
	int wire;

	if (kernel_tells_of_interfaces())
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

/* The lowest that is free: as long as none is closed, their number. */
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
	/* Before the prober looks at the interfaces: the lock's pipe, watch and senders. */
	low.rlim_cur = (rlim_t)descriptors_in_use() + 2 + (kernel_tells_of_interfaces() ? 3 : 2) +
		       DESCRIPTORS_KEPT;
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
	if (kernel_tells_of_interfaces())
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

/* A sender that was not to be had is had when the port is free. */
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

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(hears_answers_to_the_source_port),
	    TEST(hears_answers_to_the_fixed_port),
	    TEST(hears_answers_to_the_group),
	    TEST(own_requests_are_recognised),
	    TEST(silent_manager_goes_down),
	    TEST(changes_of_the_interface_are_followed),
	    TEST(interface_made_anew_is_joined_anew),
	    TEST(renamed_interface_is_the_same),
	    TEST(port_held_exclusively_leaves_unicast_answers),
	    TEST(loopback_is_used_when_named),
	    TEST(each_datagram_of_a_flood_is_judged_or_counted_as_dropped),
	    TEST(backlog_is_read_before_anything_is_decided),
	    TEST(send_failure_is_survived),
	    TEST(lack_of_memory_at_the_start_is_said),
#ifdef __linux__
	    TEST(group_is_reported_before_the_first_request),
	    TEST(group_is_reported_anew_where_an_interface_comes_back),
#endif
	    TEST(interface_beyond_the_reserve_is_refused),
	    TEST(interface_without_address_costs_no_descriptor),
	    TEST(port_held_exclusively_is_a_trouble),
	    TEST(membership_that_is_not_permitted_names_the_setting),
	    TEST(port_that_is_free_again_is_used),
	};

	netns_or_skip("test_prober");
	veth_or_skip("test_prober", "probe0", "probe1");
	ip("link del probe0");
	ip("link set lo up");
	log_init("test_prober");
	/* What a shell has left open would be in between: see descriptors_in_use(). */
	for (int fd = STDERR_FILENO + 1; fd < 1024; fd++)
		close(fd);
	return cmocka_run_group_tests_name("prober", tests, NULL, NULL);
}
