/* SPDX-License-Identifier: BSD-2-Clause */
#include "registry.h"

#include <stdlib.h>
#include <string.h>

#include "core/events.h"
#include "core/format.h"
#include "core/inventory.h"
#include "log.h"

struct registry {
	pthread_mutex_t lock; /* guards all below but last_logged */
	struct inventory *inventory;
	struct events *events;
	struct discover *discover;
	bool notifications;

	uint32_t last_logged; /* event id; the discovery thread's own */
};

/* Called by the inventory, within the discovery thread's hold of the lock. */
static void
add_event(void *ctx, const struct event *event)
{
	struct registry *r = ctx;

	events_add(r->events, event, r->notifications);
}

struct registry *
registry_new(const struct config *config, struct moment now)
{
	const struct inventory_settings inventory = {
	    .max_managers = config->max_managers,
	    .misses = config->misses,
	    .retention_us = config->retention_us,
	    .confirmations = 2,
	};
	const struct discover_settings discover = {
	    .interval_us = config->interval_us,
	    .window_us = config->window_us,
	    .probes = config->probes,
	    .misses = config->misses,
	    .source_port = config->source_port,
	};
	struct registry *r = calloc(1, sizeof(*r));
	uint64_t seed;

	if (r == NULL)
		return NULL;
	pthread_mutex_init(&r->lock, NULL);
	r->notifications = config->notifications;
	arc4random_buf(&seed, sizeof(seed));
	r->events = events_new(config->event_log, config->queue_limit);
	r->inventory = inventory_new(&inventory, seed, add_event, r);
	if (r->events == NULL || r->inventory == NULL)
		goto fail;
	r->discover = discover_new(&discover, r->inventory, now);
	if (r->discover == NULL)
		goto fail;
	return r;

fail:
	inventory_free(r->inventory);
	events_free(r->events);
	pthread_mutex_destroy(&r->lock);
	free(r);
	return NULL;
}

pthread_mutex_t *
registry_lock(struct registry *registry)
{
	return &registry->lock;
}

struct discover *
registry_discover(struct registry *registry)
{
	return registry->discover;
}

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
take_event(void *ctx, struct event *out)
{
	struct registry *r = ctx;
	bool taken;

	pthread_mutex_lock(&r->lock);
	taken = events_take(r->events, out);
	pthread_mutex_unlock(&r->lock);
	return taken;
}

static void
settle_event(void *ctx, uint32_t id, enum event_outcome outcome)
{
	struct registry *r = ctx;

	pthread_mutex_lock(&r->lock);
	events_settle(r->events, id, outcome);
	pthread_mutex_unlock(&r->lock);
}

struct mib_source
registry_source(struct registry *registry)
{
	return (struct mib_source){
	    .ctx = registry,
	    .manager = copy_manager,
	    .event = copy_event,
	    .summary = copy_summary,
	    .events_counts = copy_events_counts,
	    .take_event = take_event,
	    .settle_event = settle_event,
	};
}

bool
registry_log_events(struct registry *registry)
{
	char addr[FORMAT_ADDRESS_LEN], hostname[4 * WIRE_HOSTNAME_LEN];
	struct event event;
	bool any = false;

	while (copy_event(registry, registry->last_logged + 1, &event)) {
		any = true;
		registry->last_logged = event.id;
		log_notice("manager %s (%s) %s: %s", format_address(event.addr, addr),
			   format_printable(event.hostname, strlen(event.hostname), hostname,
					    sizeof(hostname)),
			   event_type_name(event.type), event.reason);
	}
	return any;
}
