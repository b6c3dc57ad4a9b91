/* SPDX-License-Identifier: BSD-2-Clause */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/registry_internal.h"
#include "base/log.h"
#include "core/events.h"
#include "core/inventory.h"
#include "store/ids.h"

#define CHANGE_HOLDOFF_US INT64_C(600000000) /* ten minutes */
#define CONFIRMATIONS 2
#define MINUTE_US INT64_C(60000000)

/* An id that is not on disk as taken may be given again after a crash. */
static void
take_id(struct registry *r)
{
	if (r->writer == NULL || events_last_id(r->events) < r->reserved_id)
		return;
	events_skip(r->events, ids_leap(events_last_id(r->events)));
	r->reserved_id = UINT32_MAX; /* until the next save */
}

/* Called by the inventory, within the discovery thread's hold of the lock. */
static bool
add_event(void *ctx, const struct event *event)
{
	struct registry *r = ctx;
	struct unlogged *unlogged;
	bool taken;

	registry_ask_to_save(r, WRITER_NOW);
	if (r->quiet && event->type == EVENT_APPEARED) {
		r->unannounced++;
		return true;
	}
	take_id(r);
	taken = events_add(r->events, event, r->notifications);
	if (r->writer == NULL)
		events_release(r->events, events_last_id(r->events));
	unlogged = malloc(sizeof(*unlogged));
	if (unlogged != NULL) {
		unlogged->event = *event;
		STAILQ_INSERT_TAIL(&r->unlogged, unlogged, link);
	}
	return taken;
}

static struct inventory_settings
inventory_settings(const struct conf *config)
{
	return (struct inventory_settings){
	    .max_managers = config->max_managers,
	    .misses = config->misses,
	    .retention_us = config->retention_us,
	    .confirmations = CONFIRMATIONS,
	    .change_holdoff_us = CHANGE_HOLDOFF_US,
	};
}

static struct discover_settings
discover_settings_of(const struct conf *config)
{
	return (struct discover_settings){
	    .interval_us = config->interval_us,
	    .window_us = config->window_us,
	    .probes = config->probes,
	    .misses = config->misses,
	    .source_port = config->source_port,
	};
}

/* What needs nothing but to be noted. */
static void
note_settings(struct registry *r, const struct conf *config)
{
	r->notification_rate = config->notification_rate;
	r->hops = config->hops;
	r->queue_limit = config->queue_limit;
	r->file.interval_us = config->interval_us;
	r->file.notifications = config->notifications;
}

struct registry *
registry_new(const struct conf *config, struct moment now)
{
	const struct discover_settings discover = discover_settings_of(config);
	struct registry *r = calloc(1, sizeof(*r));
	uint64_t seed;

	if (r == NULL)
		return NULL;
	pthread_mutex_init(&r->lock, NULL);
	STAILQ_INIT(&r->unlogged);
	r->started = now;
	r->inventory_settings = inventory_settings(config);
	r->notifications = config->notifications;
	note_settings(r, config);
	arc4random_buf(&seed, sizeof(seed));
	if (pipe2(r->wake_fds, O_CLOEXEC | O_NONBLOCK) < 0)
		goto fail;
	r->events = events_new(config->event_log, config->queue_limit);
	r->inventory = inventory_new(&r->inventory_settings, seed, add_event, r);
	if (r->events == NULL || r->inventory == NULL)
		goto fail_opened;
	r->discover = discover_new(&discover, r->inventory, now, add_event, r);
	if (r->discover == NULL || discover_set_access(r->discover, &config->access) < 0)
		goto fail_opened;
	inventory_expect_configured(r->inventory, config->expected, config->expected_count, now);
	return r;

fail_opened:
	discover_free(r->discover);
	inventory_free(r->inventory);
	events_free(r->events);
	close(r->wake_fds[0]);
	close(r->wake_fds[1]);
fail:
	pthread_mutex_destroy(&r->lock);
	free(r);
	return NULL;
}

/* What SET has changed stays while the file says what it said before. */
static struct discover_settings
merge_settings(const struct registry *r, const struct conf *config)
{
	const struct discover_settings *current = discover_settings(r->discover);
	struct discover_settings settings = discover_settings_of(config);

	if (config->interval_us == r->file.interval_us &&
	    current->interval_us >= 2 * settings.window_us)
		settings.interval_us = current->interval_us;
	return settings;
}

int
registry_configure(struct registry *r, const struct conf *config, struct moment now)
{
	struct discover_settings discover;
	size_t refused, removed;
	int status = 0;

	pthread_mutex_lock(&r->lock);
	discover = merge_settings(r, config);
	discover_configure(r->discover, &discover);
	if (config->notifications != r->file.notifications)
		r->notifications = config->notifications;
	note_settings(r, config);
	r->inventory_settings = inventory_settings(config);
	if (inventory_configure(r->inventory, &r->inventory_settings) < 0 ||
	    discover_set_access(r->discover, &config->access) < 0 ||
	    events_resize(r->events, config->event_log, config->queue_limit) < 0)
		status = -1;
	refused = inventory_expect_configured(r->inventory, config->expected,
					      config->expected_count, now);
	registry_ask_to_save(r, WRITER_SOON);
	removed = inventory_remove_denied(r->inventory, &config->access, now);
	pthread_mutex_unlock(&r->lock);
	if (removed > 0)
		log_notice("%zu managers are refused by accept and deny now, and removed", removed);
	if (refused > 0)
		log_error("%zu expected managers are not in the table: %s", refused,
			  strerror(ENOMEM));
	return status;
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

int
registry_wake_fd(const struct registry *registry)
{
	return registry->wake_fds[0];
}

void
registry_drain_wake(struct registry *registry)
{
	char bytes[64];

	while (read(registry->wake_fds[0], bytes, sizeof(bytes)) > 0)
		;
}

void
registry_wake(struct registry *r)
{
	(void)!write(r->wake_fds[1], "", 1);
}

bool
registry_can_reconcile(const struct registry *r)
{
	return events_room(r->events) > 0 &&
	       (inventory_is_owed(r->inventory) || discover_is_owed(r->discover));
}

void
registry_reconcile(struct registry *r, struct moment now)
{
	pthread_mutex_lock(&r->lock);
	if (registry_can_reconcile(r)) {
		discover_reconcile(r->discover, now);
		inventory_reconcile(r->inventory, events_room(r->events), now);
	}
	pthread_mutex_unlock(&r->lock);
}

/* Once when the table is full and had to refuse somebody, and again only after
 * it has had room in between, a minute later at the soonest. */
static void
log_full_table(struct registry *r, struct moment now)
{
	uint64_t no_room;
	size_t max;
	bool full;

	pthread_mutex_lock(&r->lock);
	max = r->inventory_settings.max_managers;
	full = inventory_summary(r->inventory).all >= max;
	no_room = discover_stats(r->discover)->verdicts[VERDICT_NO_ROOM];
	pthread_mutex_unlock(&r->lock);
	if (full && !r->full_logged && no_room != r->no_room_logged &&
	    (r->full_logged_us == 0 || now.mono_us - r->full_logged_us >= MINUTE_US)) {
		log_warning("the table is full: new managers are refused (maxManagers %zu)", max);
		r->full_logged = true;
		r->full_logged_us = now.mono_us;
	} else if (!full) {
		r->full_logged = false;
	}
	r->no_room_logged = no_room;
}

/* Once the first round of a quiet start is over in which somebody was asked. */
static void
end_quiet(struct registry *r)
{
	const struct discover_stats *stats;
	size_t unannounced;
	bool over;

	pthread_mutex_lock(&r->lock);
	stats = discover_stats(r->discover);
	if (stats->requests_sent == 0)
		r->idle_rounds = stats->rounds;
	over = r->quiet && stats->rounds > r->idle_rounds;
	if (over) {
		r->quiet = false;
		registry_ask_to_save(r, WRITER_NOW);
	}
	unannounced = r->unannounced;
	pthread_mutex_unlock(&r->lock);
	if (over)
		log_notice("the first round has found %zu managers; they are not announced "
			   "(announceFirst no)",
			   unannounced);
}

bool
registry_log(struct registry *registry, struct moment now)
{
	struct unlogged_list events = STAILQ_HEAD_INITIALIZER(events);
	struct unlogged *unlogged;
	bool any;

	pthread_mutex_lock(&registry->lock);
	STAILQ_CONCAT(&events, &registry->unlogged);
	pthread_mutex_unlock(&registry->lock);
	any = !STAILQ_EMPTY(&events);
	while ((unlogged = STAILQ_FIRST(&events)) != NULL) {
		STAILQ_REMOVE_HEAD(&events, link);
		eventlog_put(&registry->eventlog, &unlogged->event);
		free(unlogged);
	}
	eventlog_sum_up(&registry->eventlog, now.mono_us);
	registry_sum_up_sets(registry, now.mono_us);
	log_full_table(registry, now);
	end_quiet(registry);
	return any;
}
