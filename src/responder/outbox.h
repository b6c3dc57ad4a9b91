/* SPDX-License-Identifier: BSD-2-Clause */
/* outbox.h - the socket that all a responder says leaves from. */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "net/listeners.h"
#include "responder/answers.h"
#include "responder/fleet.h"

struct loop;
struct outbox;

/* Sends the answers as they become due, in loop, by those of the listeners'
 * interfaces that outbox_can_use().  hops is the TTL, of unicast too.
 * Everything must outlive it.  NULL with errno. */
struct outbox *outbox_new(struct loop *loop, struct listeners *listeners, const struct fleet *fleet,
			  struct answers *answers, unsigned int hops);
void outbox_free(struct outbox *outbox);

/* Look at the answers again: there are new ones. */
void outbox_wake(struct outbox *outbox);

/* Send a MAC collision query and an answer to the group on every interface
 * now, and again every second. */
void outbox_start_mac_traffic(struct outbox *outbox);

/* Whether requests can come in, and answers leave, there. */
bool outbox_can_use(const struct listener *listener);

#endif /* OUTBOX_H */
