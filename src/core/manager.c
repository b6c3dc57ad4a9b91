/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/manager.h"

#include <string.h>

#include "base/text.h"

static const char *const status_names[MANAGER_STATUSES] = {
    [0] = "invalid",         [MANAGER_UP] = "up",           [MANAGER_MISSING] = "missing",
    [MANAGER_DOWN] = "down", [MANAGER_UNKNOWN] = "unknown",
};

const char *
manager_status_name(enum manager_status status)
{
	return status_names[status < MANAGER_STATUSES ? status : 0];
}

char *
manager_name(const struct manager *m, char buf[WIRE_HOSTNAME_LEN])
{
	if (m->hostname[0] != '\0')
		return memcpy(buf, m->hostname, WIRE_HOSTNAME_LEN);
	if (m->given_name[0] != '\0')
		return memcpy(buf, m->given_name, MANAGER_GIVEN_NAME_LEN);
	return text_address(m->addr, buf);
}

void
manager_note_heard(struct manager *m, struct moment now)
{
	if (!manager_heard(m))
		m->first_seen = now;
	m->last_seen = now;
	m->missed = 0;
}

void
manager_note_answer(struct manager *m, const struct wire_response *resp,
		    const struct reception *reception)
{
	memcpy(m->version, resp->version, sizeof(m->version));
	memcpy(m->hostname, resp->hostname, sizeof(m->hostname));
	m->port = resp->port;
	m->source = reception->source;
	m->ifindex = reception->ifindex;
	m->link = reception->link;
	if (reception->request_number > 0 && reception->request_number != m->request_number) {
		m->request_number = reception->request_number;
		m->response_time_us = (uint32_t)(reception->since_request_us < UINT32_MAX
						     ? reception->since_request_us
						     : UINT32_MAX);
	}
	manager_note_heard(m, reception->now);
}

bool
manager_heard_since(const struct manager *m, int64_t since)
{
	return manager_heard(m) && m->last_seen.mono_us >= since;
}
