/* SPDX-License-Identifier: BSD-2-Clause */
/* net/ifaces.c on interfaces of a network namespace. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/ifaces.h"
#include "netns.h"

#ifdef HAVE_LINUX_RTNETLINK_H
#define HAVE_RTNETLINK true
#else
#define HAVE_RTNETLINK false
#endif

#define ADDR 0xc6120001u  /* 198.18.0.1 */
#define ALIAS 0xc6120101u /* 198.18.1.1 */

static struct ifaces ifaces;
static int watch;

/* Reports of the watch since forget(). */
static unsigned int reported[256], reported_count;

static void
disturbed(void *ctx, unsigned int ifindex)
{
	assert_ptr_equal(ctx, &ifaces);
	if (reported_count < 256)
		reported[reported_count++] = ifindex;
}

static bool
was_disturbed(unsigned int ifindex)
{
	for (unsigned int i = 0; i < reported_count; i++)
		if (reported[i] == ifindex)
			return true;
	return false;
}

static const struct iface *
named(const char *name)
{
	assert_int_equal(ifaces_read(&ifaces), 0);
	for (size_t i = 0; i < ifaces.count; i++)
		if (strcmp(ifaces.list[i].name, name) == 0)
			return &ifaces.list[i];
	return NULL;
}

static const struct iface *
existing(const char *name)
{
	const struct iface *iface = named(name);

	assert_non_null(iface);
	if (iface == NULL)
		abort(); /* compilers do not know that assert_non_null() does not return */
	return iface;
}

static unsigned int
index_of(const char *name)
{
	return existing(name)->index;
}

/* Wait for the message of a change. */
static void
assert_word(void)
{
	assert_true(readable_in_time(watch));
	assert_true(ifaces_watch_drain(watch, disturbed, &ifaces));
}

static void
assert_disturbed(unsigned int ifindex)
{
	while (!was_disturbed(ifindex))
		assert_word();
}

/* A pair t0, t0wire that is up and running. */
static int
set_up(void **state)
{
	int waited_ms = 0;

	(void)state;
	ip("link add t0 type veth peer name t0wire");
	ip("link set t0wire up");
	ip("link set t0 up");
	/* The carrier comes up with a delay. */
	while (!existing("t0")->running && waited_ms++ < NETNS_WAIT_MS)
		poll(NULL, 0, 1);
	return existing("t0")->running ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	if (named("t0wire") != NULL)
		ip("link del t0wire");
	ifaces_clear(&ifaces);
	return 0;
}

/* Likewise, with a watch that has reported nothing yet. */
static int
set_up_watch(void **state)
{
	watch = ifaces_watch_open();
	assert_true(watch >= 0);
	if (set_up(state) < 0)
		return -1;
	while (ifaces_watch_drain(watch, disturbed, &ifaces))
		;
	reported_count = 0;
	return 0;
}

static int
tear_down_watch(void **state)
{
	close(watch);
	return tear_down(state);
}

static void
reads_flags(void **state)
{
	const struct iface *iface = existing("lo");

	(void)state;
	assert_true(iface->loopback);
	assert_false(iface->multicast);
	iface = existing("t0");
	assert_true(iface->up && iface->running && iface->multicast);
	assert_false(iface->loopback || iface->point_to_point);
	assert_int_equal(iface->addr, 0);
	assert_int_equal(iface->index, if_nametoindex("t0"));
	for (size_t i = 1; i < ifaces.count; i++)
		assert_true(ifaces.list[i - 1].index < ifaces.list[i].index);
	assert_ptr_equal(ifaces_by_index(&ifaces, iface->index), iface);
	assert_null(ifaces_by_index(&ifaces, 4711));
}

static void
reads_addresses(void **state)
{
	(void)state;
	ip("addr add 198.18.0.1/24 dev t0");
	ip("addr add 198.18.1.1/24 dev t0 label t0:one");
	ip("addr add 198.18.3.1/24 dev t0wire label t0wire:one");
	assert_int_equal(existing("t0")->addr, ADDR);
	assert_int_equal(existing("t0wire")->addr, 0xc6120301u);
	assert_null(named("t0:one"));
	assert_true(ifaces_has_address(&ifaces, ADDR));
	assert_true(ifaces_has_address(&ifaces, ALIAS));
	assert_false(ifaces_has_address(&ifaces, ADDR + 1));
	for (size_t i = 1; i < ifaces.addr_count; i++)
		assert_true(ifaces.addrs[i - 1] <= ifaces.addrs[i]);
}

static void
reads_alternative_names(void **state)
{
	static const char expected[] = "wan\0a-name-of-more-than-15-octets\0";

	(void)state;
	skip_unless(HAVE_RTNETLINK, "rtnetlink");
	if (!ip_works("link property add dev t0 altname wan"))
		skip(); /* before Linux 5.5 */
	ip("link property add dev t0 altname a-name-of-more-than-15-octets");
	assert_int_equal(existing("t0")->altnames_len, sizeof(expected) - 1);
	assert_memory_equal(existing("t0")->altnames, expected, sizeof(expected));
	assert_null(existing("t0wire")->altnames);
	assert_null(named("wan"));
}

static void
says_what_is_unsuitable(void **state)
{
	const struct iface lan = {.multicast = true}, without = {0}, lo = {.loopback = true},
			   tunnel = {.multicast = true, .point_to_point = true},
			   in_vrf = {.multicast = true, .deaf = true};

	(void)state;
	assert_null(iface_unsuitable(&lan, false));
	assert_non_null(strstr(iface_unsuitable(&without, false), "no MULTICAST flag"));
	assert_non_null(strstr(iface_unsuitable(&lo, false), "loopback"));
	assert_non_null(strstr(iface_unsuitable(&tunnel, false), "point-to-point"));
	assert_null(iface_unsuitable(&without, true));
	assert_null(iface_unsuitable(&lo, true));
	assert_null(iface_unsuitable(&tunnel, true));
	/* An interface in a VRF receives nothing even if it is configured by name. */
	assert_non_null(strstr(iface_unsuitable(&in_vrf, true), "udp_l3mdev_accept"));
}

static void
vrf_is_seen(void **state)
{
	(void)state;
	skip_unless(HAVE_RTNETLINK, "rtnetlink");
	if (!ip_works("link add tvrf type vrf table 10 2>/dev/null"))
		skip(); /* CONFIG_NET_VRF */
	ip("link set t0 master tvrf");
	assert_true(existing("t0")->deaf);
	assert_false(existing("t0wire")->deaf);
	assert_int_equal(system("PATH=$PATH:/usr/sbin:/sbin "
				"sysctl -q -w net.ipv4.udp_l3mdev_accept=1"),
			 0);
	assert_false(existing("t0")->deaf);
	ip("link del tvrf");
}

static void
empty_struct_is_empty(void **state)
{
	struct ifaces none = {0};

	(void)state;
	assert_null(ifaces_by_index(&none, 1));
	assert_false(ifaces_has_address(&none, ADDR));
	ifaces_clear(&none);
}

static void
down_and_up_at_once_is_seen(void **state)
{
	unsigned int index = index_of("t0");

	(void)state;
	ip("link set t0 down");
	ip("link set t0 up");
	assert_disturbed(index);
}

static void
down_is_seen(void **state)
{
	(void)state;
	ip("link set t0 down");
	assert_disturbed(index_of("t0"));
	assert_false(existing("t0")->up);
}

static void
carrier_loss_is_seen(void **state)
{
	(void)state;
	ip("link set t0wire down");
	assert_disturbed(index_of("t0"));
	assert_true(existing("t0")->up);
	assert_false(existing("t0")->running);
}

static void
new_address_is_word_but_no_disturbance(void **state)
{
	(void)state;
	ip("addr add 198.18.0.1/24 dev t0");
	assert_word();
	assert_false(was_disturbed(index_of("t0")));
	assert_int_equal(existing("t0")->addr, ADDR);
}

static void
lost_address_is_a_disturbance_even_if_replaced(void **state)
{
	unsigned int index = index_of("t0");

	(void)state;
	ip("addr add 198.18.0.1/24 dev t0");
	assert_word();
	assert_false(was_disturbed(index));
	ip("addr del 198.18.0.1/24 dev t0");
	ip("addr add 198.18.0.1/24 dev t0");
	assert_disturbed(index);
	assert_false(was_disturbed(index_of("t0wire")));
}

static void
rename_is_word(void **state)
{
	unsigned int index = index_of("t0");

	(void)state;
	ip("link set t0 down");
	ip("link set t0 name t1");
	assert_word();
	assert_null(named("t0"));
	assert_int_equal(index_of("t1"), index);
}

static void
deletion_is_a_disturbance(void **state)
{
	unsigned int index = index_of("t0");

	(void)state;
	ip("link del t0");
	assert_disturbed(index);
	assert_null(named("t0"));
}

/* A port that leaves a bridge is reported as deleted by the bridge, but still exists. */
static void
leaving_a_bridge_is_no_disturbance(void **state)
{
	unsigned int index = index_of("t0"), bridge;

	(void)state;
	if (!ip_works("link add tbr type bridge"))
		skip();
	bridge = index_of("tbr");
	ip("link set t0 master tbr");
	ip("link set t0 nomaster");
	ip("link del tbr");
	while (ifaces_watch_drain(watch, disturbed, &ifaces))
		;
	assert_true(was_disturbed(bridge));
	assert_false(was_disturbed(index));
}

static void
lost_word_may_be_about_any(void **state)
{
	int small = 1;

	(void)state;
	assert_int_equal(setsockopt(watch, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	for (int i = 0; i < 20; i++) {
		ip("addr add 198.18.0.1/24 dev t0");
		ip("addr del 198.18.0.1/24 dev t0");
	}
	assert_disturbed(0);
}

static void
silence_is_no_change(void **state)
{
	(void)state;
	assert_false(ifaces_watch_drain(watch, disturbed, &ifaces));
	assert_int_equal(reported_count, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest reading[] = {
	    TEST(reads_flags),
	    TEST(reads_addresses),
	    TEST(reads_alternative_names),
	    TEST(vrf_is_seen),
	    cmocka_unit_test(says_what_is_unsuitable),
	    cmocka_unit_test(empty_struct_is_empty),
	};
#define WATCH_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_watch, tear_down_watch)
	const struct CMUnitTest watching[] = {
	    WATCH_TEST(down_is_seen),
	    WATCH_TEST(down_and_up_at_once_is_seen),
	    WATCH_TEST(carrier_loss_is_seen),
	    WATCH_TEST(new_address_is_word_but_no_disturbance),
	    WATCH_TEST(lost_address_is_a_disturbance_even_if_replaced),
	    WATCH_TEST(rename_is_word),
	    WATCH_TEST(deletion_is_a_disturbance),
	    WATCH_TEST(leaving_a_bridge_is_no_disturbance),
	    WATCH_TEST(lost_word_may_be_about_any),
	    WATCH_TEST(silence_is_no_change),
	};
	int failed;

	netns_or_skip("test_ifaces");
	veth_or_skip("test_ifaces", "probe0", "probe1");
	ip("link del probe0");
	failed = cmocka_run_group_tests_name("ifaces", reading, NULL, NULL);
	watch = ifaces_watch_open();
	if (watch < 0 && errno == ENOSYS) {
		printf("test_ifaces: skipped: no word of interface changes on this system\n");
		return failed;
	}
	close(watch);
	return failed + cmocka_run_group_tests_name("watched", watching, NULL, NULL);
}
