/* SPDX-License-Identifier: BSD-2-Clause */
/* flood - sends junk for tests/integration/test_fault_flood.py, at a given rate for a
 * given time.
 *
 * It can only reach simulated networks: it refuses to run in the network
 * namespace of process 1, and where there is an interface that is neither
 * loopback nor veth.  It ends by itself.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/wire.h"

#define EXIT_REFUSED 77
#define MAX_RATE 200000
#define MAX_SECONDS 60
#define BATCH 32
#define UDP_MAX 65507 /* octets of data in a datagram over IPv4 */
#define NS_PER_S INT64_C(1000000000)

struct datagram {
	struct iphdr ip; /* this and udp are used for raw sockets only */
	struct udphdr udp;
	uint8_t data[WIRE_MSG_LEN];
	size_t len; /* of the data, including padding */
};

struct target {
	uint32_t addr; /* all members are in host byte order */
	uint16_t port;
	uint32_t forged, forged_mask; /* subnet of forged addresses */
};

struct kind {
	const char *name;
	bool raw; /* with our own headers */
	void (*make)(struct datagram *datagram, const struct target *target);
};

struct stream { /* datagrams to be sent on a socket */
	int fd;
	bool raw;
	unsigned int count;
	struct datagram datagram[BATCH];
};

static uint32_t
any_number(void)
{
	return (uint32_t)random() << 16 ^ (uint32_t)random();
}

/* Scattered over the subnet, and none is repeated before all have been used. */
static uint32_t
forged_address(const struct target *target)
{
	static uint32_t last;
	uint32_t addr;

	do {
		last += UINT32_C(2654435761); /* odd, so all values are reached */
		addr = (target->forged & target->forged_mask) | (last & ~target->forged_mask);
	} while (!wire_valid_address(addr, false));
	return addr;
}

static void
make_answer(struct datagram *datagram, const struct target *target)
{
	struct wire_response resp = {.version = "9.9", .port = WIRE_XMPP_PORT};

	resp.addr = forged_address(target);
	/* As long as possible, because long names cost more. */
	snprintf(resp.hostname, sizeof(resp.hostname), "flood-%0249x", resp.addr);
	wire_encode_response(datagram->data, &resp);
}

static void
make_mac(struct datagram *datagram, const struct target *target)
{
	wire_encode_mac(datagram->data, any_number() % 2 == 0, any_number(),
			forged_address(target));
}

static void
make_magic(struct datagram *datagram, const struct target *target)
{
	make_answer(datagram, target);
	datagram->data[4] ^= 0x40;
}

static void
make_short(struct datagram *datagram, const struct target *target)
{
	make_answer(datagram, target);
	datagram->len = any_number() % WIRE_MSG_LEN;
}

static void
make_long(struct datagram *datagram, const struct target *target)
{
	(void)target;
	wire_encode_request(datagram->data);
	datagram->len = WIRE_MSG_LEN + 1 + any_number() % (UDP_MAX - WIRE_MSG_LEN);
}

/* Sent from the announced address, so that sourceMatch does not help. */
static void
make_spoofed(struct datagram *datagram, const struct target *target)
{
	make_answer(datagram, target);
	memcpy(&datagram->ip.saddr, &datagram->data[WIRE_MSG_LEN - 8], 4);
}

/* The kernel notices it only when the datagram is read, and counts it as dropped. */
static void
make_checksum(struct datagram *datagram, const struct target *target)
{
	make_answer(datagram, target);
	datagram->udp.check = 0xbad;
}

static const struct kind kinds[] = {
    {"answer", false, make_answer},    {"mac", false, make_mac},   {"magic", false, make_magic},
    {"short", false, make_short},      {"long", false, make_long}, {"spoofed", true, make_spoofed},
    {"checksum", true, make_checksum},
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

/* A number that identifies the namespace; refuses to run if it cannot be read. */
static ino_t
namespace_of(const char *link)
{
	struct stat status;

	if (stat(link, &status) < 0)
		err(EXIT_REFUSED, "refusing to run: %s", link);
	return status.st_ino;
}

static void
refuse_real_interface(int fd, const char *name)
{
	struct ethtool_drvinfo driver = {.cmd = ETHTOOL_GDRVINFO};
	struct ifreq req = {.ifr_data = (void *)&driver};

	if (strcmp(name, "lo") == 0)
		return;
	strncpy(req.ifr_name, name, sizeof(req.ifr_name) - 1);
	if (ioctl(fd, SIOCETHTOOL, &req) < 0)
		err(EXIT_REFUSED, "refusing to run: %s", name);
	if (strcmp(driver.driver, "veth") != 0)
		errx(EXIT_REFUSED, "refusing to run: %s is not veth but %s", name, driver.driver);
}

static void
refuse_real_networks(void)
{
	struct if_nameindex *list;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (namespace_of("/proc/self/ns/net") == namespace_of("/proc/1/ns/net"))
		errx(EXIT_REFUSED, "refusing to run in the network namespace of process 1");
	list = if_nameindex();
	if (fd < 0 || list == NULL)
		err(EXIT_REFUSED, "refusing to run");
	for (const struct if_nameindex *one = list; one->if_index != 0; one++)
		refuse_real_interface(fd, one->if_name);
	if_freenameindex(list);
	close(fd);
}

static int
open_socket(bool raw, const char *ifname)
{
	const struct ip_mreqn via = {.imr_ifindex = (int)if_nametoindex(ifname)};
	int fd = raw ? socket(AF_INET, SOCK_RAW, IPPROTO_RAW) : socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || via.imr_ifindex == 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &via, sizeof(via)) < 0)
		err(EXIT_FAILURE, "%s", ifname);
	return fd;
}

/* The kernel fills in total length, header checksum and, if it is 0, the source
 * address.  A UDP checksum of 0 means none. */
static void
put_headers(struct datagram *datagram, const struct target *target)
{
	datagram->ip = (struct iphdr){
	    .version = 4,
	    .ihl = sizeof(struct iphdr) / 4,
	    .ttl = 1,
	    .protocol = IPPROTO_UDP,
	    .daddr = htonl(target->addr),
	};
	datagram->udp = (struct udphdr){
	    .source = htons(target->port),
	    .dest = htons(target->port),
	    .len = htons(sizeof(struct udphdr) + WIRE_MSG_LEN),
	};
}

static void
flush(struct stream *stream, const struct target *target)
{
	static uint8_t padding[UDP_MAX - WIRE_MSG_LEN];
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(target->addr),
				  .sin_port = htons(target->port)};
	const size_t headers = sizeof(struct iphdr) + sizeof(struct udphdr);
	struct mmsghdr msgs[BATCH] = {0};
	struct iovec parts[BATCH][3];
	int sent;

	for (unsigned int i = 0; i < stream->count; i++) {
		struct datagram *datagram = &stream->datagram[i];
		const size_t head = datagram->len < WIRE_MSG_LEN ? datagram->len : WIRE_MSG_LEN;

		parts[i][0] = (struct iovec){&datagram->ip, stream->raw ? headers : 0};
		parts[i][1] = (struct iovec){datagram->data, head};
		parts[i][2] = (struct iovec){padding, datagram->len - head};
		msgs[i].msg_hdr = (struct msghdr){.msg_name = &sin,
						  .msg_namelen = sizeof(sin),
						  .msg_iov = parts[i],
						  .msg_iovlen = 3};
	}
	for (unsigned int done = 0; done < stream->count; done += (unsigned int)sent) {
		sent = sendmmsg(stream->fd, &msgs[done], stream->count - done, 0);
		if (sent < 0)
			err(EXIT_FAILURE, "cannot send");
	}
	stream->count = 0;
}

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* Send at an even rate.  Datagrams that could not be sent in time are omitted, because
 * a burst to catch up would be another test. */
static void
pace(struct stream streams[2], const bool wanted[], const struct target *target, long rate,
     long seconds)
{
	const int64_t gap = BATCH * NS_PER_S / rate;
	const int64_t end = now_ns() + seconds * NS_PER_S;
	unsigned long counts[KIND_COUNT] = {0};
	size_t next = 0;

	for (int64_t due = now_ns(), now; (now = now_ns()) < end;) {
		if (now < due) {
			const struct timespec wait = {.tv_nsec = (long)(due - now)};

			nanosleep(&wait, NULL);
			continue;
		}
		due = now - due > 10 * gap ? now : due + gap;
		for (int i = 0; i < BATCH; i++) {
			struct stream *stream;
			struct datagram *datagram;

			while (!wanted[next])
				next = (next + 1) % KIND_COUNT;
			stream = &streams[kinds[next].raw];
			datagram = &stream->datagram[stream->count++];
			datagram->len = WIRE_MSG_LEN;
			put_headers(datagram, target);
			kinds[next].make(datagram, target);
			counts[next]++;
			next = (next + 1) % KIND_COUNT;
		}
		for (int s = 0; s < 2; s++)
			flush(&streams[s], target);
	}
	for (size_t k = 0; k < KIND_COUNT; k++)
		if (wanted[k])
			printf("%s=%lu ", kinds[k].name, counts[k]);
	printf("\n");
}

static void
want_kinds(char *list, bool wanted[])
{
	for (char *name = strtok(list, ","); name != NULL; name = strtok(NULL, ",")) {
		size_t k = 0;

		while (k < KIND_COUNT && strcmp(kinds[k].name, name) != 0)
			k++;
		if (k == KIND_COUNT)
			errx(EXIT_FAILURE, "-k: there is no kind %s", name);
		wanted[k] = true;
	}
}

static long
number(const char *text, long max)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno != 0 || *end != '\0' || value < 1 || value > max)
		errx(EXIT_FAILURE, "%s: not a number in 1..%ld", text, max);
	return value;
}

static uint32_t
address(const char *text)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) != 1)
		errx(EXIT_FAILURE, "%s: not an address", text);
	return ntohl(in.s_addr);
}

/* ADDRESS/PREFIX */
static void
set_forged(char *text, struct target *target)
{
	char *slash = strchr(text, '/');

	if (slash == NULL)
		errx(EXIT_FAILURE, "%s: not an address and prefix length", text);
	*slash = '\0';
	target->forged = address(text);
	target->forged_mask = UINT32_MAX << (32 - number(slash + 1, 32)) % 32;
}

int
main(int argc, char **argv)
{
	static struct stream streams[2];
	struct target target = {.addr = WIRE_GROUP, .port = WIRE_PORT};
	bool wanted[KIND_COUNT] = {false};
	const char *ifname = "eth0";
	long rate = 20000, seconds = 20;
	bool any = false;
	int opt;

	while ((opt = getopt(argc, argv, "i:k:r:t:m:d:p:")) != -1) {
		switch (opt) {
		case 'i':
			ifname = optarg;
			break;
		case 'k':
			want_kinds(optarg, wanted);
			any = true;
			break;
		case 'r':
			rate = number(optarg, MAX_RATE);
			break;
		case 't':
			seconds = number(optarg, MAX_SECONDS);
			break;
		case 'm':
			set_forged(optarg, &target);
			break;
		case 'd':
			target.addr = address(optarg);
			break;
		case 'p':
			target.port = (uint16_t)number(optarg, UINT16_MAX);
			break;
		default:
			any = false;
			optind = argc + 1;
		}
	}
	if (!any || optind != argc)
		errx(EXIT_FAILURE, "usage: flood -k KIND[,KIND]... [-i IFNAME] [-r RATE] "
				   "[-t SECONDS] [-m MADE-UP-ADDRESS/PREFIX] [-d DESTINATION] "
				   "[-p PORT]");
	refuse_real_networks();
	alarm((unsigned int)seconds + 10); /* in case sending blocks */
	for (int raw = 0; raw < 2; raw++)
		streams[raw] =
		    (struct stream){.fd = open_socket(raw != 0, ifname), .raw = raw != 0};
	pace(streams, wanted, &target, rate, seconds);
	return EXIT_SUCCESS;
}
