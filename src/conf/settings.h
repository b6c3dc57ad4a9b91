/* SPDX-License-Identifier: BSD-2-Clause */
/* settings.h - what can be configured; see ldm-agentx.conf(5). */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "core/access.h"
#include "core/discover.h"

/* CONF_STATE_FILE, the default of stateFile, comes from who compiles: the Makefile's
 * localstatedir decides. */
#define CONF_NO_STATE_FILE "none"

struct conf {
	struct text_list interfaces; /* patterns as fnmatch(3), "!pattern" excludes */
	uint32_t group;
	uint16_t port;
	unsigned int hops;
	int64_t interval_us, window_us, retention_us;
	unsigned int probes, misses;
	size_t max_managers;
	enum source_port source_port;
	uint16_t source_port_number; /* as given for SOURCE_PORT_FIXED; 0: by its name */
	bool notifications;
	unsigned int notification_rate; /* a second */
	bool announce_first;            /* what the first round of a start without state finds */
	size_t event_log;
	size_t queue_limit;
	struct access_list access; /* accept, deny and sourceMatch; owned */
	uint32_t *expected;        /* addresses, each once, in the order given; owned */
	size_t expected_count;
	char *context;            /* SNMPv3 context to register in; NULL: the default one; owned */
	char *state_file;         /* as given, NULL: by default; owned; see conf_state_file() */
	struct text_list netsnmp; /* lines for net-snmp: "agentXSocket tcp:localhost:705" */
};

#endif /* SETTINGS_H */
