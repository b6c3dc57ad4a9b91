/* SPDX-License-Identifier: BSD-2-Clause */
/* What the SNMP thread sees of the registry: copies. */
#include "agent/registry_internal.h"
#include "base/clock.h"

static bool
copy_manager(void *ctx, uint32_t from, struct manager *out)
{
	struct monitor *monitor = registry_lock_monitor(ctx);
	const struct manager *m;

	m = inventory_at_or_after(monitor_inventory(monitor), from);
	if (m != NULL)
		*out = *m;
	registry_unlock(ctx);
	return m != NULL;
}

static bool
copy_event(void *ctx, uint32_t from, struct event *out)
{
	struct monitor *monitor = registry_lock_monitor(ctx);
	const struct event *event;

	event = events_at_or_after(monitor_events(monitor), from);
	if (event != NULL)
		*out = *event;
	registry_unlock(ctx);
	return event != NULL;
}

static void
copy_summary(void *ctx, struct inventory_summary *out)
{
	struct monitor *monitor = registry_lock_monitor(ctx);

	*out = inventory_summary(monitor_inventory(monitor));
	registry_unlock(ctx);
}

static void
copy_events_counts(void *ctx, struct events_counts *out)
{
	struct monitor *monitor = registry_lock_monitor(ctx);

	*out = events_counts(monitor_events(monitor));
	registry_unlock(ctx);
}

static bool
copy_interface(void *ctx, uint32_t from, struct mib_interface *out)
{
	struct monitor *monitor = registry_lock_monitor(ctx);
	const struct link *link;

	link = discover_link_at_or_after(monitor_discover(monitor), from, &out->managers_up);
	if (link != NULL)
		out->link = *link;
	registry_unlock(ctx);
	return link != NULL;
}

static void
copy_discovery(void *ctx, struct mib_discovery *out)
{
	struct monitor *monitor = registry_lock_monitor(ctx);
	const struct monitor_settings settings = monitor_settings(monitor);

	*out = (struct mib_discovery){
	    .started = monitor_started(monitor),
	    .settings = settings.discover,
	    .retention_us = settings.inventory.retention_us,
	    .notifications = settings.notifications,
	    .stats = *discover_stats(monitor_discover(monitor)),
	};
	registry_unlock(ctx);
}

static unsigned int
copy_notification_rate(void *ctx)
{
	const unsigned int rate = monitor_settings(registry_lock_monitor(ctx)).notification_rate;

	registry_unlock(ctx);
	return rate;
}

static bool
take_event(void *ctx, struct event *out)
{
	const bool taken = monitor_take_event(registry_lock_monitor(ctx), clock_now().mono_us, out);

	registry_unlock(ctx);
	return taken;
}

static void
settle_event(void *ctx, uint32_t id, enum event_outcome outcome)
{
	monitor_settle_event(registry_lock_monitor(ctx), id, outcome);
	registry_unlock(ctx);
}

struct mib_source
registry_source(struct registry *registry)
{
	return (struct mib_source){
	    .ctx = registry,
	    .manager = copy_manager,
	    .event = copy_event,
	    .interface = copy_interface,
	    .summary = copy_summary,
	    .events_counts = copy_events_counts,
	    .discovery = copy_discovery,
	    .check = registry_check,
	    .apply = registry_apply,
	    .undo = registry_undo,
	    .commit = registry_commit,
	    .take_event = take_event,
	    .settle_event = settle_event,
	    .notification_rate = copy_notification_rate,
	};
}
