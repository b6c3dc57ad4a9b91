/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_source.h - where the objects of LDM-DISCOVERY-MIB get their values from, and
 * where SET puts them.
 *
 * The daemon's main lends these functions to the SNMP thread.  Each takes the
 * lock, copies, and releases it: nothing of net-snmp is called meanwhile.
 */
#ifndef MIB_SOURCE_H
#define MIB_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/change.h"
#include "core/discover.h"
#include "core/event.h"
#include "core/events.h"
#include "core/inventory.h"
#include "core/links.h"
#include "core/manager.h"

/* ldmDiscovery and ldmStatistics. */
struct mib_discovery {
	struct moment started; /* the agent: since when the counters count */
	struct discover_settings settings;
	int64_t retention_us;
	bool notifications; /* enabled */
	struct discover_stats stats;
};

/* A row of ldmInterfaceTable. */
struct mib_interface {
	struct link link;
	uint32_t managers_up;
};

struct mib_source {
	void *ctx;

	/* Copy the row with the smallest key >= from; false: there is none. */
	bool (*manager)(void *ctx, uint32_t from, struct manager *out);
	bool (*event)(void *ctx, uint32_t from, struct event *out);
	bool (*interface)(void *ctx, uint32_t from, struct mib_interface *out);

	void (*summary)(void *ctx, struct inventory_summary *out);
	void (*events_counts)(void *ctx, struct events_counts *out);
	void (*discovery)(void *ctx, struct mib_discovery *out);

	/* The phases of a SET, as in core/change.h. */
	enum change_refusal (*check)(void *ctx, const struct change *change);
	enum change_refusal (*apply)(void *ctx, struct change *change);
	void (*undo)(void *ctx, const struct change *change);
	void (*commit)(void *ctx, const struct change *change);

	/* As events_take() and events_settle(). */
	bool (*take_event)(void *ctx, struct event *out);
	void (*settle_event)(void *ctx, uint32_t id, enum event_outcome outcome);

	/* Notifications a second at most. */
	unsigned int (*notification_rate)(void *ctx);
};

#endif /* MIB_SOURCE_H */
