/* SPDX-License-Identifier: BSD-2-Clause */
/* outbox.h - sends the answers when they are due, and MAC collision traffic. */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "net/listeners.h"
#include "responder/answers.h"
#include "responder/fleet.h"

struct loop;
struct outbox;

/* Send the answers as they become due, in loop, on those interfaces of the
 * listeners that outbox_can_use().  hops is the TTL, also of unicast.
 * Everything must outlive it.  NULL with errno. */
struct outbox *outbox_new(struct loop *loop, struct listeners *listeners, const struct fleet *fleet,
			  struct answers *answers, unsigned int hops);
void outbox_free(struct outbox *outbox);

/* To be called when answers has new ones. */
void outbox_wake(struct outbox *outbox);

/* Send a MAC collision query and an answer to the group on every interface
 * now, and again every second. */
void outbox_start_mac_traffic(struct outbox *outbox);

/* Whether requests can come in, and answers leave, there. */
bool outbox_can_use(const struct listener *listener);

#endif /* OUTBOX_H */
