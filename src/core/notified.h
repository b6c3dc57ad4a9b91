/* SPDX-License-Identifier: BSD-2-Clause */
/* notified.h - what the receiver of notifications was last notified of, and what it has
 * yet to be notified of.
 *
 * Pure.  If there is no room for a notification in the queue, the receiver's knowledge of
 * a manager or link is out of date until another event is made for it.
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

/* What an event is about. */
enum notified_part {
	NOTIFIED_NOTHING,
	NOTIFIED_STATE, /* what is announced; carries the description as well */
	NOTIFIED_CONFLICT,
	NOTIFIED_DESCRIPTION,
};

/* What the receiver has to be notified of first to know the present state *is;
 * NOTIFIED_NOTHING if it knows it already. */
enum notified_part notified_lack(const struct notified *notified, const struct notified *is);

/* Record that the receiver will be notified of this part of *is. */
void notified_note(struct notified *notified, const struct notified *is, enum notified_part part);

#endif /* NOTIFIED_H */
