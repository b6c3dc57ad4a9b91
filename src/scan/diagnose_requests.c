/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/diagnose_requests.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/wire.h"
#include "net/mcast.h"

/* Send one more request, to learn the error.  Returns it, or 0. */
static int
try_to_send(const struct request_settings *request, unsigned int ifindex)
{
	const int fd = mcast_open_sender(0, request->hops);
	uint8_t buf[WIRE_MSG_LEN];
	int error;

	if (fd < 0)
		return errno;
	wire_encode_request(buf);
	error = mcast_send(fd, ifindex, request->group, request->port, buf, sizeof(buf)) < 0 ? errno
											     : 0;
	close(fd);
	return error;
}

static void
check_sending(const struct facts *facts, struct findings *findings, const struct link *link)
{
	const int error =
	    try_to_send(&facts->options->config.monitor.discover.request, link->ifindex);

	finding_add(findings, FINDING_NOT_SENT, RESULT_PROBLEM, link->name,
		    "requests cannot be sent: %s", error != 0 ? strerror(error) : "at times");
}

/* Of the requests of this round, those that were not received by the listener, although the
 * kernel loops each back to members of the group on this host. */
static unsigned int
lost_requests(const struct link *link)
{
	unsigned int count = 0;

	for (int i = 0; i < SENDER_COUNT; i++)
		count += link->loops[i].count;
	return count;
}

static void
check_loops(struct findings *findings, const struct link *link)
{
	if (link->requests == 0 || link->deaf)
		return; /* diagnose_port() says why */
	if (lost_requests(link) > 0)
		finding_add(findings, FINDING_REQUEST_LOST, RESULT_PROBLEM, link->name,
			    "%u of %llu requests sent did not come back to this host",
			    lost_requests(link), (unsigned long long)link->requests);
	else
		finding_add(findings, FINDING_REQUESTS, RESULT_OK, link->name,
			    "%llu requests sent, and looped back to this host",
			    (unsigned long long)link->requests);
}

void
diagnose_requests(const struct facts *facts, struct findings *findings)
{
	const struct link *link;
	unsigned int from = 0;

	while ((link = facts_next_used(facts, &from)) != NULL) {
		if (link->send_failed)
			check_sending(facts, findings, link);
		else
			check_loops(findings, link);
	}
}
