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

/* CONF_STATE_FILE, the default of stateFile, is defined by the Makefile from
 * localstatedir. */
#define CONF_NO_STATE_FILE "none"

struct conf {
	struct text_list interfaces;     /* patterns of fnmatch(3); "!pattern" excludes */
	uint16_t source_port_number;     /* sourcePort as a number; 0: it is a keyword */
	struct monitor_settings monitor; /* those with a token, except for the lists below */
	bool announce_first;             /* managers of the first round, without a saved state */
	struct access_list access;       /* accept, deny and sourceMatch; owned */
	struct expectation *expected;    /* each address once, in the order given; owned */
	size_t expected_count;
	char *context;            /* SNMPv3 context to register in; NULL: the default one; owned */
	char *state_file;         /* NULL: the default one; owned; see conf_state_file() */
	struct text_list netsnmp; /* lines for net-snmp: "agentXSocket tcp:localhost:705" */
};

#endif /* SETTINGS_H */
