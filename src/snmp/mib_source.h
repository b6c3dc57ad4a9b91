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
	unsigned int hops;
	bool notifications; /* enabled */
	struct discover_stats stats;
};

/* A row of ldmInterfaceTable. */
struct mib_interface {
	struct link link;
	uint32_t managers_up;
};

/* What SET may change. */
enum mib_setting {
	MIB_INTERVAL,      /* value: milliseconds; takes effect at commit */
	MIB_ROUND_NOW,     /* value is not looked at; takes effect at commit */
	MIB_NOTIFICATIONS, /* value: 0 or 1; takes effect at commit */
	MIB_ROW,           /* of ldmManagerTable; see below */
};

enum mib_row_action {
	MIB_ROW_KEEP,    /* it must exist */
	MIB_ROW_CREATE,  /* createAndGo: it must not exist; it will be expected */
	MIB_ROW_DESTROY, /* takes effect at commit; it need not exist */
};

struct mib_change {
	enum mib_setting what;
	uint32_t value;
	uint32_t address; /* MIB_ROW: which one */
	enum mib_row_action action;
	bool set_expected, expected; /* MIB_ROW: ldmManagerExpected is set too, to this */
	bool expectation_made; /* for apply() and undo() alone: the row was not expected before */
};

/* RFC 3416, 4.2.5: why a change cannot be made. */
enum mib_refusal {
	MIB_GRANTED,
	MIB_WRONG_VALUE,        /* never possible */
	MIB_INCONSISTENT_VALUE, /* not now: contradicts something else */
	MIB_INCONSISTENT_NAME,  /* there is no such row to change */
	MIB_RESOURCES,          /* the table is full */
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

	/* The phases of a SET.  check() changes nothing.  apply() refuses the
	 * change if check() would do so by now, and makes the part of it that
	 * might find no room later: a row to be expected.  undo() takes that
	 * back; the configuration may have been reloaded since, and whatever it
	 * says by now stays.  commit() carries out all else, unless such a
	 * reload excludes it, and makes the change final. */
	enum mib_refusal (*check)(void *ctx, const struct mib_change *change);
	enum mib_refusal (*apply)(void *ctx, struct mib_change *change);
	void (*undo)(void *ctx, const struct mib_change *change);
	void (*commit)(void *ctx, const struct mib_change *change);

	/* As events_take() and events_settle(). */
	bool (*take_event)(void *ctx, struct event *out);
	void (*settle_event)(void *ctx, uint32_t id, enum event_outcome outcome);

	/* Notifications a second at most. */
	unsigned int (*notification_rate)(void *ctx);
};

#endif /* MIB_SOURCE_H */
