/* SPDX-License-Identifier: BSD-2-Clause */
/* event.h - a change of a manager, or of the ability to judge managers on a link, for
 * which there is a notification.
 *
 * An event is self-contained: it can be shown in full even after the row was removed.
 */
#ifndef EVENT_H
#define EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "core/manager.h"
#include "core/wire.h"

/* The values are those of ldmEventType and of the notifications below
 * ldmNotifications. */
enum event_type {
	EVENT_APPEARED = 1,
	EVENT_DISAPPEARED = 2,
	EVENT_CHANGED = 3,  /* its version, hostname or port */
	EVENT_CONFLICT = 4, /* two live sources answer for its address, differently */
	EVENT_IMPAIRED = 5, /* managers on an interface can no longer be judged */
	EVENT_RESTORED = 6,
	EVENT_CONFLICT_ENDED = 7,
};
#define EVENT_TYPES (EVENT_CONFLICT_ENDED + 1) /* the size of an array indexed by them */

#define EVENT_REASON_LEN 128
#define EVENT_TEXT_LEN 256

struct event {
	uint32_t id; /* 1..4294967295, given by events_add() */
	enum event_type type;
	struct moment time;
	uint32_t addr;                /* 0 for impaired and restored */
	enum manager_status status;   /* after the event */
	char name[WIRE_HOSTNAME_LEN]; /* of the manager, see manager_name(), or of the link */
	char hostname[WIRE_HOSTNAME_LEN];
	char version[WIRE_VERSION_LEN];
	uint16_t port;
	char previous_hostname[WIRE_HOSTNAME_LEN]; /* these three: as last announced */
	char previous_version[WIRE_VERSION_LEN];
	uint16_t previous_port;
	uint32_t source;       /* where the last response came from; 0: never heard */
	uint32_t other_source; /* the second one of a conflict, and what it announces: */
	char other_hostname[WIRE_HOSTNAME_LEN];
	uint16_t other_port;
	unsigned int ifindex;
	char reason[EVENT_REASON_LEN]; /* text for an operator */
};

/* The properties of a type. */
struct event_kind {
	const char *name;  /* "appeared", ... */
	const char *words; /* the same in a sentence */
	bool of_manager;   /* about a manager, whose address it has; otherwise about a link */
	bool warns;        /* logged as a warning, not as a notice */
};

/* Called for each event when it happens; *event is owned by the caller and has no id.
 * Returns false if there was no room for the notification: *_reconcile() makes another
 * event later. */
typedef bool event_fn(void *ctx, const struct event *event);

/* The properties of a type; static, never NULL. */
const struct event_kind *event_kind(enum event_type type);

/* The name of a type; static, never NULL. */
const char *event_type_name(enum event_type type);

/* Write the sentence that the log has, in printable ASCII; names that are too long end with
 * "...".  Returns buf. */
char *event_text(const struct event *event, char buf[EVENT_TEXT_LEN]);

#endif /* EVENT_H */
