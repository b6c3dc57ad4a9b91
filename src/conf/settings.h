/* SPDX-License-Identifier: BSD-2-Clause */
/* settings.h - what can be configured; see ldm-agentx.conf(5). */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "core/access.h"
#include "core/monitor.h"

/* CONF_STATE_FILE, the default of stateFile, comes from who compiles: the Makefile's
 * localstatedir decides. */
#define CONF_NO_STATE_FILE "none"

struct conf {
	struct text_list interfaces;     /* patterns as fnmatch(3), "!pattern" excludes */
	uint16_t source_port_number;     /* as given for SOURCE_PORT_FIXED; 0: by its name */
	struct monitor_settings monitor; /* as far as they can be configured, lists left out */
	bool announce_first;             /* what the first round of a start without state finds */
	struct access_list access;       /* accept, deny and sourceMatch; owned */
	uint32_t *expected;              /* addresses, each once, in the order given; owned */
	size_t expected_count;
	char *context;            /* SNMPv3 context to register in; NULL: the default one; owned */
	char *state_file;         /* as given, NULL: by default; owned; see conf_state_file() */
	struct text_list netsnmp; /* lines for net-snmp: "agentXSocket tcp:localhost:705" */
};

#endif /* SETTINGS_H */
