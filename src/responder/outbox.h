/* SPDX-License-Identifier: BSD-2-Clause */
/* outbox.h - sends answers when they are due, and MAC collision traffic. */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "net/listeners.h"
#include "responder/answers.h"
#include "responder/fleet.h"

struct loop;
struct outbox;

/* Send answers in loop when they are due, on the interfaces that outbox_can_use() permits.
 * hops is the TTL, also of unicast.  All pointers must be valid as long as the result.
 * Returns NULL with errno on failure. */
struct outbox *outbox_new(struct loop *loop, struct listeners *listeners, const struct fleet *fleet,
			  struct answers *answers, unsigned int hops);
void outbox_free(struct outbox *outbox);

/* To be called when answers were scheduled. */
void outbox_wake(struct outbox *outbox);

/* Send a MAC collision query and an answer to the group on every interface, now and every
 * second. */
void outbox_start_mac_traffic(struct outbox *outbox);

/* Whether requests can be received and answers sent on the interface. */
bool outbox_can_use(const struct listener *listener);

#endif /* OUTBOX_H */
