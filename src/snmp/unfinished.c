/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/library/large_fd_set.h>

#include <stdbool.h>

#include "snmp/unfinished.h"

/* A request takes at most four; the master agent has only few at a time. */
#define MAX_TURNS 64

static bool noted;
static netsnmp_large_fd_set internal; /* descriptors of all sessions except the ended one */
static int internal_end;

/* Not in unfinished_run(), because the library frees ended sessions when it is asked for
 * the descriptors. */
void
unfinished_note(netsnmp_session *ended)
{
	struct timeval timeout = {0};
	int block = 0;

	if (!noted)
		netsnmp_large_fd_set_init(&internal, FD_SETSIZE);
	noted = true;
	NETSNMP_LARGE_FD_ZERO(&internal);
	internal_end = 0;
	snmp_select_info2(&internal_end, &internal, &timeout, &block);
	NETSNMP_LARGE_FD_CLR(snmp_sess_transport(snmp_sess_pointer(ended))->sock, &internal);
}

static bool
read_readable(void)
{
	struct timeval now = {0};
	netsnmp_large_fd_set readable;
	int count;

	netsnmp_large_fd_set_init(&readable, FD_SETSIZE);
	NETSNMP_LARGE_FD_ZERO(&readable);
	for (int fd = 0; fd < internal_end; fd++)
		if (NETSNMP_LARGE_FD_ISSET(fd, &internal))
			NETSNMP_LARGE_FD_SET(fd, &readable);
	count = netsnmp_large_fd_set_select(internal_end, &readable, NULL, NULL, &now);
	if (count > 0)
		snmp_read2(&readable);
	netsnmp_large_fd_set_cleanup(&readable);
	return count > 0;
}

void
unfinished_run(void)
{
	if (!noted)
		return;
	for (int turn = 0; turn < MAX_TURNS && read_readable(); turn++)
		;
	netsnmp_large_fd_set_cleanup(&internal);
	noted = false;
}
