/* SPDX-License-Identifier: BSD-2-Clause */
/* record.h - what is saved over a restart.
 *
 * Monotonic times in it are relative to the time of the save: negative, or 0 for none.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "core/links.h"
#include "core/manager.h"
#include "core/notified.h"

/* These members of m are not saved: status, ifindex, link, request_number, response_time_us,
 * expected_by_file, given_name and announced. */
struct manager_record {
	struct manager m;
	char link[LINK_NAME_LEN]; /* where it was last heard, or "" */
	struct notified notified;
	int64_t changed_us;  /* last EVENT_CHANGED; 0: none */
	bool challenged;     /* there is a second source: */
	uint32_t challenger; /* its address */
	struct wire_response challenger_says;
};

struct event_record {
	struct event event; /* its time.mono_us has no meaning */
	bool queued;        /* the master agent has not accepted its notification */
};

/* A link that was announced as impaired. */
struct link_record {
	char name[LINK_NAME_LEN];
};

/* A value set by SNMP SET, and the value in the configuration file that it overrides. */
struct setting_record {
	bool set;
	int64_t value, over;
};

struct state {
	bool clean;                          /* it was saved at the end of the daemon */
	bool quiet;                          /* the first round was not over: see announceFirst */
	uint32_t last_id;                    /* the last one that an event was given */
	struct setting_record interval;      /* microseconds */
	struct setting_record notifications; /* 0 or 1 */
	struct link_record *links;           /* owned, as are the others */
	size_t link_count;
	struct manager_record *managers; /* if all, by ascending addresses */
	size_t manager_count;
	struct event_record *events; /* in the order in which they happened: after the id
				      * 4294967295 they start at 1 again */
	size_t event_count;
};

#define REMOVED_MAX 256

/* What has changed since the last save. */
struct changes {
	struct state state;            /* of the managers and events, those that changed */
	bool all_managers;             /* managers that are not among them are gone */
	uint32_t removed[REMOVED_MAX]; /* addresses of managers that are gone; some of them may
					* have come back, and are among the managers */
	size_t removed_count;
	uint64_t managers_until, events_until; /* for monitor_note_saved() */
};

/* Release what the state owns, and empty it. */
void state_clear(struct state *state);

#endif /* RECORD_H */
