/* SPDX-License-Identifier: BSD-2-Clause */
/* mib.h - where the objects of LDM-DISCOVERY-MIB get their values from.
 *
 * The daemon's main lends these functions to the SNMP thread.  Each takes the
 * lock, copies, and releases it: nothing of net-snmp is called meanwhile.
 */
#ifndef MIB_SOURCE_H
#define MIB_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "core/events.h"
#include "core/inventory.h"
#include "core/manager.h"

struct mib_source {
	void *ctx;

	/* Copy the row with the smallest key >= from; false: there is none. */
	bool (*manager)(void *ctx, uint32_t from, struct manager *out);
	bool (*event)(void *ctx, uint32_t from, struct event *out);

	void (*summary)(void *ctx, struct inventory_summary *out);
	void (*events_counts)(void *ctx, struct events_counts *out);

	/* As events_take() and events_settle(). */
	bool (*take_event)(void *ctx, struct event *out);
	void (*settle_event)(void *ctx, uint32_t id, enum event_outcome outcome);
};

#endif /* MIB_SOURCE_H */
