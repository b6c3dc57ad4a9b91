/* SPDX-License-Identifier: BSD-2-Clause */
/* What the SNMP thread sees of the registry: copies. */
#include "agent/registry_internal.h"
#include "base/clock.h"

static bool
copy_manager(void *ctx, uint32_t from, struct manager *out)
{
	struct registry *r = ctx;
	const struct manager *m;

	pthread_mutex_lock(&r->lock);
	m = inventory_at_or_after(r->inventory, from);
	if (m != NULL)
		*out = *m;
	pthread_mutex_unlock(&r->lock);
	return m != NULL;
}

static bool
copy_event(void *ctx, uint32_t from, struct event *out)
{
	struct registry *r = ctx;
	const struct event *event;

	pthread_mutex_lock(&r->lock);
	event = events_at_or_after(r->events, from);
	if (event != NULL)
		*out = *event;
	pthread_mutex_unlock(&r->lock);
	return event != NULL;
}

static void
copy_summary(void *ctx, struct inventory_summary *out)
{
	struct registry *r = ctx;

	pthread_mutex_lock(&r->lock);
	*out = inventory_summary(r->inventory);
	pthread_mutex_unlock(&r->lock);
}

static void
copy_events_counts(void *ctx, struct events_counts *out)
{
	struct registry *r = ctx;

	pthread_mutex_lock(&r->lock);
	*out = events_counts(r->events);
	pthread_mutex_unlock(&r->lock);
}

static bool
copy_interface(void *ctx, uint32_t from, struct mib_interface *out)
{
	struct registry *r = ctx;
	const struct link *link;

	pthread_mutex_lock(&r->lock);
	link = discover_link_at_or_after(r->discover, from, &out->managers_up);
	if (link != NULL)
		out->link = *link;
	pthread_mutex_unlock(&r->lock);
	return link != NULL;
}

static void
copy_discovery(void *ctx, struct mib_discovery *out)
{
	struct registry *r = ctx;

	pthread_mutex_lock(&r->lock);
	*out = (struct mib_discovery){
	    .started = r->started,
	    .settings = *discover_settings(r->discover),
	    .retention_us = r->inventory_settings.retention_us,
	    .hops = r->hops,
	    .notifications = r->notifications,
	    .stats = *discover_stats(r->discover),
	};
	pthread_mutex_unlock(&r->lock);
}

static unsigned int
copy_notification_rate(void *ctx)
{
	struct registry *r = ctx;
	unsigned int rate;

	pthread_mutex_lock(&r->lock);
	rate = r->notification_rate;
	pthread_mutex_unlock(&r->lock);
	return rate;
}

static bool
take_event(void *ctx, struct event *out)
{
	struct registry *r = ctx;
	bool taken;

	pthread_mutex_lock(&r->lock);
	taken = events_take(r->events, clock_now().mono_us, out);
	pthread_mutex_unlock(&r->lock);
	return taken;
}

static void
settle_event(void *ctx, uint32_t id, enum event_outcome outcome)
{
	struct registry *r = ctx;

	pthread_mutex_lock(&r->lock);
	events_settle(r->events, id, outcome);
	if (outcome != EVENT_RETRY)
		registry_ask_to_save(r, WRITER_SOON);
	if (registry_can_reconcile(r))
		registry_wake(r);
	pthread_mutex_unlock(&r->lock);
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
