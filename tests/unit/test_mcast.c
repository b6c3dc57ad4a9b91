/* SPDX-License-Identifier: BSD-2-Clause */
/* net/mcast.c on two interfaces of a network namespace. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/mcast.h"
#include "netns.h"

#define GROUP 0xef81091bu /* 239.129.9.27 */
#define PORT 64535
#define ADDR_A 0xc6120001u /* 198.18.0.1 */
#define ADDR_B 0xc6120101u /* 198.18.1.1 */

static unsigned int ifindex_a, ifindex_b;
static struct mcast_batch batch;
static const uint8_t payload[60000] = "discovery";

static int
open_listener(unsigned int ifindex)
{
	bool bound = false;
	int fd = mcast_open_listener(GROUP, PORT, ifindex, &bound);

	assert_true(fd >= 0);
	assert_true(bound);
	return fd;
}

static int
open_sender(uint16_t port)
{
	int fd = mcast_open_sender(port, 1);

	assert_true(fd >= 0);
	return fd;
}

static void
send_to_group(int fd, unsigned int ifindex, size_t len)
{
	assert_int_equal(mcast_send(fd, ifindex, GROUP, PORT, payload, len), 0);
}

static void
assert_receives_one(int fd)
{
	assert_true(readable_in_time(fd));
	assert_int_equal(mcast_receive(fd, &batch), 1);
	assert_int_equal(batch.count, 1);
}

static void
assert_nothing(int fd)
{
	assert_int_equal(mcast_receive(fd, &batch), 0);
	assert_int_equal(batch.count, 0);
}

static void
assert_arrival(uint32_t destination, unsigned int ifindex)
{
	assert_int_equal(batch.datagram[0].destination, HAVE_DECL_IP_PKTINFO ? destination : 0);
	assert_int_equal(batch.datagram[0].ifindex, HAVE_DECL_IP_PKTINFO ? ifindex : 0);
}

static void
datagram_reaches_the_listener_of_its_interface_only(void **state)
{
	int a, b, sender;

	(void)state;
	skip_unless(OWN_GROUPS_ONLY);
	a = open_listener(ifindex_a);
	b = open_listener(ifindex_b);
	sender = open_sender(0);
	send_to_group(sender, ifindex_a, 312);
	assert_receives_one(a);
	assert_int_equal(batch.datagram[0].len, 312);
	assert_memory_equal(batch.datagram[0].data, payload, 312);
	assert_int_equal(batch.datagram[0].source, ADDR_A);
	assert_int_equal(batch.datagram[0].source_port, mcast_port(sender));
	assert_arrival(GROUP, ifindex_a);
	assert_nothing(b);
	send_to_group(sender, ifindex_b, 312);
	assert_receives_one(b);
	assert_int_equal(batch.datagram[0].source, ADDR_B);
	assert_arrival(GROUP, ifindex_b);
	assert_nothing(a);
	close(a);
	close(b);
	close(sender);
}

static void
port_is_shared_by_listeners_and_senders(void **state)
{
	int one, two, sender, other;

	(void)state;
	skip_unless(OWN_GROUPS_ONLY);
	one = open_listener(ifindex_a);
	two = open_listener(ifindex_a);
	sender = open_sender(PORT);
	other = open_sender(PORT);
	assert_int_equal(mcast_port(sender), PORT);
	send_to_group(sender, ifindex_a, 312);
	assert_receives_one(one);
	assert_int_equal(batch.datagram[0].source_port, PORT);
	assert_receives_one(two);
	/* These are bound to any address and the group's port, but have joined no group. */
	assert_nothing(sender);
	assert_nothing(other);
	close(one);
	close(two);
	close(sender);
	close(other);
}

static void
unicast_answer_reaches_the_sender(void **state)
{
	int listener = open_listener(ifindex_a), sender = open_sender(0),
	    answering = open_sender(0);

	(void)state;
	assert_int_not_equal(mcast_port(sender), 0);
	assert_int_not_equal(mcast_port(sender), mcast_port(answering));
	send_to_group(sender, ifindex_a, 312);
	assert_receives_one(listener);
	assert_int_equal(mcast_send(answering, 0, batch.datagram[0].source,
				    batch.datagram[0].source_port, payload, 320),
			 0);
	assert_receives_one(sender);
	assert_int_equal(batch.datagram[0].len, 320);
	assert_int_equal(batch.datagram[0].source_port, mcast_port(answering));
	assert_arrival(ADDR_A, ifindex_a); /* although the kernel uses the loopback interface */
	assert_nothing(listener);
	close(listener);
	close(sender);
	close(answering);
}

static void
empty_datagram_counts_and_long_one_is_cut(void **state)
{
	int listener = open_listener(ifindex_a), sender = open_sender(0);

	(void)state;
	send_to_group(sender, ifindex_a, 0);
	assert_receives_one(listener);
	assert_int_equal(batch.datagram[0].len, 0);
	assert_int_equal(batch.datagram[0].source, ADDR_A);
	send_to_group(sender, ifindex_a, sizeof(payload));
	assert_receives_one(listener);
	assert_int_equal(batch.datagram[0].len, MCAST_DATA_LEN);
	assert_memory_equal(batch.datagram[0].data, payload, MCAST_DATA_LEN);
	close(listener);
	close(sender);
}

/* Send count datagrams of len octets.  Returns the number of those received. */
static unsigned int
flood(int sender, int listener, unsigned int count, size_t len)
{
	unsigned int received = 0;
	int n;

	for (unsigned int i = 0; i < count; i++)
		send_to_group(sender, ifindex_a, len);
	while (received + mcast_drops(listener) < count && readable_in_time(listener)) {
		n = mcast_receive(listener, &batch);
		assert_true(n >= 0);
		received += (unsigned int)n;
	}
	return received;
}

/* Almost twice as many as the default receive buffer holds; the smallest larger buffer that
 * a default kernel permits holds 332, which is more than one batch. */
static void
burst_fits_into_the_buffer(void **state)
{
	int listener = open_listener(ifindex_a), sender = open_sender(0);

	(void)state;
	assert_int_equal(flood(sender, listener, 300, 312), 300);
	assert_int_equal(mcast_drops(listener), 0);
	assert_nothing(listener);
	close(listener);
	close(sender);
}

/* Fill the buffer that Debian's default net.core.rmem_max permits: all that it has room for
 * is received, and no more. */
static void
receive_buffer_has_room_as_reported(void **state)
{
	int listener, sender, stock = 212992;
	size_t room;

	(void)state;
	skip_unless(HAVE_DECL_SO_MEMINFO, "SO_MEMINFO");
	listener = open_listener(ifindex_a);
	sender = open_sender(0);
	assert_int_equal(setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &stock, sizeof(stock)), 0);
	room = mcast_receive_buffer(listener) / MCAST_CHARGE;
	assert_int_equal(room, 332);
	assert_in_range(flood(sender, listener, 400, 312), room, room + 1);
	assert_int_equal(mcast_receive_buffer(-1), 0);
	close(listener);
	close(sender);
}

static void
kernel_drops_are_counted(void **state)
{
	int listener, sender, small = 4096;
	unsigned int received;

	(void)state;
	skip_unless(HAVE_DECL_SO_MEMINFO, "SO_MEMINFO");
	listener = open_listener(ifindex_a);
	sender = open_sender(0);
	assert_int_equal(setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	received = flood(sender, listener, 200, 312);
	assert_in_range(received, 1, 100);
	assert_int_equal(mcast_drops(listener), 200 - received);
	close(listener);
	close(sender);
}

/* Datagrams of 60000 octets take no more room than others, because only the part that is
 * kept is charged. */
static void
long_ones_take_no_more_room(void **state)
{
#if HAVE_DECL_SO_ATTACH_FILTER
	int listener = open_listener(ifindex_a), sender = open_sender(0), stock = 212992;

	(void)state;
	assert_int_equal(setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &stock, sizeof(stock)), 0);
	assert_int_equal(flood(sender, listener, 60, sizeof(payload)), 60);
	close(listener);
	close(sender);
#else
	(void)state;
	skip();
#endif
}

/* Linux notes times of arrival only a moment after the first socket asks for them; until
 * then no datagram has waited. */
static void
time_in_the_buffer_is_known(void **state)
{
	const int64_t wait_us = 3000;
	int listener = open_listener(ifindex_a), sender = open_sender(0);
	int64_t least, most, waited = 0;

	(void)state;
	for (int i = 0; i < NETNS_WAIT_MS && waited < wait_us; i++) {
		int64_t sending = clock_wall_us(), sent;

		send_to_group(sender, ifindex_a, 312);
		sent = clock_wall_us();
		while (clock_wall_us() < sent + wait_us)
			;
		least = clock_wall_us() - sent;
		assert_receives_one(listener);
		most = clock_wall_us() - sending;
		waited = batch.datagram[0].waited_us;
	}
	assert_in_range(waited, least, most);
	close(listener);
	close(sender);
}

static void
failure_tells_bind_from_join(void **state)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int alone = socket(AF_INET, SOCK_DGRAM, 0);
	bool bound = true;

	(void)state;
	assert_int_equal(bind(alone, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(mcast_open_listener(GROUP, PORT, ifindex_a, &bound), -1);
	assert_int_equal(errno, EADDRINUSE);
	assert_false(bound);
	assert_int_equal(mcast_open_sender(PORT, 1), -1);
	assert_int_equal(errno, EADDRINUSE);
	close(alone);
	assert_int_equal(mcast_open_listener(GROUP, PORT, 4711, &bound), -1);
	assert_int_equal(errno, ENODEV);
	assert_true(bound);
}

static void
send_failure_is_reported(void **state)
{
	int sender = open_sender(0);

	(void)state;
	assert_int_equal(mcast_send(sender, 4711, GROUP, PORT, payload, 312), -1);
	assert_int_not_equal(errno, 0);
	close(sender);
}

static void
sockets_outlive_a_change_of_address(void **state)
{
	int listener = open_listener(ifindex_a), sender = open_sender(0);

	(void)state;
	send_to_group(sender, ifindex_a, 312);
	assert_receives_one(listener);
	ip("addr del 198.18.0.1/24 dev mc0");
	ip("addr add 198.18.2.1/24 dev mc0");
	send_to_group(sender, ifindex_a, 312);
	assert_receives_one(listener);
	assert_int_equal(batch.datagram[0].source, 0xc6120201u);
	ip("addr del 198.18.2.1/24 dev mc0");
	ip("addr add 198.18.0.1/24 dev mc0");
	close(listener);
	close(sender);
}

/* On Linux, errors of ICMP messages are queued only with IP_RECVERR, unless the socket is
 * connected; on other systems always. */
static void
error_of_an_earlier_send_is_skipped(void **state)
{
#ifdef IP_RECVERR
	int sender = open_sender(0), other = open_sender(0), closed = open_sender(0), on = 1;
	uint16_t closed_port = mcast_port(closed);
	struct pollfd poll_fd = {.fd = sender};

	(void)state;
	close(closed);
	assert_int_equal(setsockopt(sender, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)), 0);
	assert_int_equal(mcast_send(sender, 0, ADDR_A, closed_port, payload, 312), 0);
	assert_int_equal(poll(&poll_fd, 1, NETNS_WAIT_MS), 1);
	assert_true((poll_fd.revents & POLLERR) != 0);
	assert_int_equal(mcast_send(other, 0, ADDR_A, mcast_port(sender), payload, 312), 0);
	assert_receives_one(sender);
	assert_int_equal(batch.datagram[0].source_port, mcast_port(other));
	close(sender);
	close(other);
#else
	(void)state;
	skip();
#endif
}

static void
options_are_as_asked(void **state)
{
	int sender = mcast_open_sender(0, 7), listener = open_listener(ifindex_a), ttl = 0;
	socklen_t len = sizeof(ttl);

	(void)state;
	assert_int_equal(getsockopt(sender, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, &len), 0);
	assert_int_equal(ttl, 7);
	assert_true((fcntl(sender, F_GETFL) & O_NONBLOCK) != 0);
	assert_true((fcntl(sender, F_GETFD) & FD_CLOEXEC) != 0);
	assert_true((fcntl(listener, F_GETFL) & O_NONBLOCK) != 0);
	assert_true((fcntl(listener, F_GETFD) & FD_CLOEXEC) != 0);
	assert_int_equal(mcast_open_sender(0, 256), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(mcast_receive(-1, &batch), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(mcast_port(-1), 0);
	close(sender);
	close(listener);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(datagram_reaches_the_listener_of_its_interface_only),
	    cmocka_unit_test(port_is_shared_by_listeners_and_senders),
	    cmocka_unit_test(unicast_answer_reaches_the_sender),
	    cmocka_unit_test(empty_datagram_counts_and_long_one_is_cut),
	    cmocka_unit_test(burst_fits_into_the_buffer),
	    cmocka_unit_test(receive_buffer_has_room_as_reported),
	    cmocka_unit_test(kernel_drops_are_counted),
	    cmocka_unit_test(long_ones_take_no_more_room),
	    cmocka_unit_test(time_in_the_buffer_is_known),
	    cmocka_unit_test(failure_tells_bind_from_join),
	    cmocka_unit_test(send_failure_is_reported),
	    cmocka_unit_test(sockets_outlive_a_change_of_address),
	    cmocka_unit_test(error_of_an_earlier_send_is_skipped),
	    cmocka_unit_test(options_are_as_asked),
	};

	netns_or_skip("test_mcast");
	veth_or_skip("test_mcast", "mc0", "mc0wire");
	veth_or_skip("test_mcast", "mc1", "mc1wire");
	ip("link set lo up");
	ip("link set mc0wire up");
	ip("link set mc1wire up");
	ip("link set mc0 up");
	ip("link set mc1 up");
	ip("addr add 198.18.0.1/24 dev mc0");
	ip("addr add 198.18.1.1/24 dev mc1");
	ifindex_a = if_nametoindex("mc0");
	ifindex_b = if_nametoindex("mc1");
	return cmocka_run_group_tests_name("mcast", tests, NULL, NULL);
}
