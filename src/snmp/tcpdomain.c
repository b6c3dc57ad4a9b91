/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/library/snmpIPv4BaseDomain.h>
#include <net-snmp/library/snmpIPv6BaseDomain.h>
#include <net-snmp/library/snmpSocketBaseDomain.h>
#include <net-snmp/library/snmpTCPBaseDomain.h>
#include <net-snmp/library/snmpTCPDomain.h>
#include <net-snmp/library/snmpTCPIPv6Domain.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "snmp/tcpdomain.h"

/* Less than the second between two attempts, so that the library's loop can run. */
#define CONNECT_TIMEOUT_MS 800

static const oid tcp_oid[] = {TRANSPORT_DOMAIN_TCP_IP};
#ifdef NETSNMP_TRANSPORT_TCPIPV6_DOMAIN
static const oid tcp6_oid[] = {TRANSPORT_DOMAIN_TCP_IPV6};
#endif

static int last_error;

/* Returns 0, or an errno. */
static int
finish_connect(int fd)
{
	struct pollfd writable = {.fd = fd, .events = POLLOUT};
	socklen_t len = sizeof(int);
	int n, error;

	n = poll(&writable, 1, CONNECT_TIMEOUT_MS);
	if (n == 0)
		return ETIMEDOUT;
	if (n < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return errno;
	return error;
}

/* Returns 0, or an errno.  The library requires a blocking socket. */
static int
connect_socket(int fd, const struct sockaddr *address, socklen_t len)
{
	int error = 0;

	if (connect(fd, address, len) < 0)
		error = errno == EINPROGRESS ? finish_connect(fd) : errno;
	if (error == 0 && fcntl(fd, F_SETFL, 0) < 0)
		error = errno;
	return error;
}

/* Returns a connected socket, or -1 with errno. */
static int
open_connection(const struct sockaddr *address, socklen_t len)
{
	const int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	last_error = connect_socket(fd, address, len);
	if (last_error == 0)
		return fd;
	close(fd);
	errno = last_error;
	return -1;
}

/* Returns the transport that netsnmp_tcp_transport() would return for a client, or NULL. */
static netsnmp_transport *
open_transport(const oid *domain, size_t domain_len, const struct sockaddr *address, socklen_t len)
{
	netsnmp_transport *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->remote = netsnmp_memdup(address, len);
	t->sock = t->remote != NULL ? open_connection(address, len) : -1;
	if (t->sock < 0) {
		netsnmp_transport_free(t);
		return NULL;
	}
	t->remote_length = (int)len;
	t->domain = domain;
	t->domain_length = (int)domain_len;
	t->flags = NETSNMP_TRANSPORT_FLAG_STREAM;
	t->msgMaxSize = SNMP_MAX_PACKET_LEN;
	t->f_recv = netsnmp_tcpbase_recv;
	t->f_send = netsnmp_tcpbase_send;
	t->f_close = netsnmp_socketbase_close;
	return t;
}

static netsnmp_transport *
open_tcp(const char *text, int local, const char *default_target)
{
	struct sockaddr_in sin;

	if (local || !netsnmp_sockaddr_in2(&sin, text, default_target))
		return NULL;
	return open_transport(tcp_oid, OID_LENGTH(tcp_oid), (const struct sockaddr *)&sin,
			      sizeof(sin));
}

#ifdef NETSNMP_TRANSPORT_TCPIPV6_DOMAIN
static netsnmp_transport *
open_tcp6(const char *text, int local, const char *default_target)
{
	struct sockaddr_in6 sin6;

	if (local || !netsnmp_sockaddr_in6_2(&sin6, text, default_target))
		return NULL;
	return open_transport(tcp6_oid, OID_LENGTH(tcp6_oid), (const struct sockaddr *)&sin6,
			      sizeof(sin6));
}
#endif

/* Of several domains with the same OID, the library uses the one registered first.  It frees
 * `prefix` when it is shut down. */
static int
register_domain(netsnmp_tdomain *domain, const char *const names[], size_t count)
{
	domain->prefix = calloc(count + 1, sizeof(*domain->prefix));
	if (domain->prefix == NULL)
		return -1;
	for (size_t i = 0; i < count; i++)
		domain->prefix[i] = names[i];
	netsnmp_tdomain_register(domain);
	return 0;
}

static int
register_tcp(void)
{
	static const char *const names[] = {"tcp"};
	static netsnmp_tdomain domain = {
	    .name = tcp_oid,
	    .name_length = OID_LENGTH(tcp_oid),
	    .f_create_from_tstring_new = open_tcp,
	};

	return register_domain(&domain, names, sizeof(names) / sizeof(names[0]));
}

static int
register_tcp6(void)
{
#ifdef NETSNMP_TRANSPORT_TCPIPV6_DOMAIN
	static const char *const names[] = {"tcp6", "tcpv6", "tcpipv6"};
	static netsnmp_tdomain domain = {
	    .name = tcp6_oid,
	    .name_length = OID_LENGTH(tcp6_oid),
	    .f_create_from_tstring_new = open_tcp6,
	};

	return register_domain(&domain, names, sizeof(names) / sizeof(names[0]));
#else
	return 0;
#endif
}

int
tcpdomain_start(void)
{
	last_error = 0;
	return register_tcp() == 0 ? register_tcp6() : -1;
}

int
tcpdomain_error(void)
{
	return last_error;
}
