/* SPDX-License-Identifier: BSD-2-Clause */
/* notified.h - compares what the receiver of notifications was last notified of with the
 * present state.
 *
 * Pure.  They differ if there was no room for a notification in the queue, until another
 * event is made for the manager or link.
 */
#ifndef NOTIFIED_H
#define NOTIFIED_H

#include <stdbool.h>

#include "core/wire.h"

enum announced {
	ANNOUNCED_NOTHING,
	ANNOUNCED_UP,
	ANNOUNCED_DOWN, /* of a link: it is impaired */
};

struct notified {
	enum announced announced;

	/* Of a manager only, while it is announced as up: */
	struct wire_response description; /* its hostname, version and port */
	bool conflict;                    /* two sources answer for it, differently */
};

/* The part of the state that an event reports. */
enum notified_part {
	NOTIFIED_NOTHING,
	NOTIFIED_STATE, /* member `announced`; such an event also has the description */
	NOTIFIED_CONFLICT,
	NOTIFIED_DESCRIPTION,
};

/* Returns the part of the present state, *is, of which the receiver has to be notified next;
 * NOTIFIED_NOTHING if there is no difference. */
enum notified_part notified_lack(const struct notified *notified, const struct notified *is);

/* Record that the receiver will be notified of this part of *is. */
void notified_note(struct notified *notified, const struct notified *is, enum notified_part part);

#endif /* NOTIFIED_H */
