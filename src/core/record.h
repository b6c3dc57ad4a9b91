/* SPDX-License-Identifier: BSD-2-Clause */
/* record.h - the state that is saved over a restart.
 *
 * Monotonic times in it are relative to the time of the save: 0 or negative.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/events.h"
#include "core/inventory.h"
#include "core/links.h"

/* A value set by SNMP SET, and the value in the configuration file that it overrides. */
struct state_setting {
	bool set;
	int64_t value, over;
};

struct state_switch {
	bool set, value, over;
};

struct state {
	int64_t saved_wall_ms;
	bool quiet;                    /* the first round was not over: see announceFirst */
	uint32_t last_id;              /* of events: ids up to this one may have been used */
	struct state_setting interval; /* microseconds */
	struct state_switch notifications;
	struct link_record *links; /* owned, as are the others */
	size_t link_count;
	struct manager_record *managers; /* addresses ascending; m.link is a place in links */
	size_t manager_count;
	struct event_record *events; /* ids ascending */
	size_t event_count;
};

#endif /* RECORD_H */
