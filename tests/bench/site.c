/* SPDX-License-Identifier: BSD-2-Clause */
#include "site.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/monitor.h"
#include "core/wire.h"
#include "store/store.h"

/* As the daemon has them: src/conf/conf_token.c, src/agent/monitoring.c and persist.c,
 * src/store/writer.c. */
#define INTERVAL_US (30 * US_PER_S)
#define WINDOW_US (3 * US_PER_S)
#define MISSES 3
#define EVENT_LOG 256
#define QUEUE_LIMIT 10000
#define NOTIFICATION_RATE 200
#define SOON_US US_PER_S
#define PERIOD_US (600 * US_PER_S)

#define FIRST_ADDR 0xc6120001u /* 198.18.0.1 */
#define OWN_ADDR 0xc613ff01u   /* 198.19.255.1 */
#define IFINDEX 2
#define EPHEMERAL_PORT 40000
#define EPOCH_MS INT64_C(1795000000000) /* 2026-11-18T11:06:40Z */
#define NEVER INT64_MAX

struct answer {
	uint8_t octets[WIRE_MSG_LEN];
	uint32_t addr;
	bool silent;
};

struct site {
	struct store *store;
	struct monitor *monitor;
	struct discover *discover;
	struct answer *answers;
	unsigned int managers;
	site_save_fn *on_save;
	void *ctx;
	unsigned int events; /* so far */
	struct event last_event;

	/* Simulated times of what is due next: */
	int64_t now_us, tick_us, save_us, periodic_us, send_us;
	int64_t round_us; /* when the last round began */
	bool urgent;      /* an event waits for the save that is due */
	bool has_saved;
};

static struct moment
moment(const struct site *site)
{
	return (struct moment){.mono_us = site->now_us, .wall_ms = EPOCH_MS + site->now_us / 1000};
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
note_event(void *ctx, const struct event *event, bool taken)
{
	struct site *site = ctx;

	if (!taken)
		errx(1, "the queue has no room");
	site->events++;
	site->last_event = *event;
}

/* Saving. */

static void
make_room(struct state *state)
{
	const size_t managers = state->manager_count, events = state->event_count;

	state_clear(state);
	state->links = calloc(LINKS_MAX, sizeof(*state->links));
	state->managers = calloc(managers, sizeof(*state->managers));
	state->events = calloc(events, sizeof(*state->events));
	state->manager_count = managers;
	state->event_count = events;
	if (state->links == NULL || state->managers == NULL || state->events == NULL)
		err(1, "calloc");
}

static struct changes export(const struct site *site, enum monitor_scope scope)
{
	struct changes changes = {0};

	while (!monitor_export(site->monitor, scope, &changes, moment(site)))
		make_room(&changes.state);
	return changes;
}

static void
write_changes(struct site *site, const struct changes *changes, bool all)
{
	char error[PLACE_ERROR_LEN];

	if (store_save(site->store, changes, all, moment(site), error) != STORE_SAVED)
		errx(1, "a save fails: %s", error);
	site->has_saved = true;
}

static void
save(struct site *site, enum monitor_scope scope, enum site_save why)
{
	const struct io_count before = io_count_now();
	struct changes changes;
	struct io_count io;

	monitor_begin_save(site->monitor, moment(site));
	changes = export(site, site->has_saved ? scope : MONITOR_ALL);
	write_changes(site, &changes, !site->has_saved);
	monitor_note_saved(site->monitor, &changes, moment(site));
	state_clear(&changes.state);
	io = io_count_since(&before);
	if (site->on_save != NULL)
		site->on_save(site->ctx, why, &io);
	monitor_release(site->monitor, events_last_id(monitor_events(site->monitor)));
}

/* Discovery. */

static void
receive(struct site *site, const struct answer *answer)
{
	const struct arrival arrival = {
	    .ifindex = IFINDEX, .source = answer->addr, .source_port = WIRE_PORT};
	struct wire_response resp;

	discover_receive(site->discover, answer->octets, sizeof(answer->octets), &arrival,
			 moment(site), &resp, NULL);
}

static void
receive_all(struct site *site)
{
	for (unsigned int i = 0; i < site->managers; i++)
		if (!site->answers[i].silent)
			receive(site, &site->answers[i]);
}

static void
tick(struct site *site)
{
	struct discover_request req;

	site->tick_us = discover_tick(site->discover, moment(site));
	while (discover_next_request(site->discover, &req)) {
		discover_sent(site->discover, &req, true,
			      req.sender == SENDER_FIXED ? WIRE_PORT : EPHEMERAL_PORT,
			      moment(site));
		if (site->now_us - site->round_us < WINDOW_US)
			continue;
		site->round_us = site->now_us;
		receive_all(site);
	}
}

/* What the monitor asks for. */
static void
act(struct site *site)
{
	unsigned int todo;

	while ((todo = monitor_take_todo(site->monitor)) != 0) {
		site->urgent |= (todo & MONITOR_SAVE_NOW) != 0;
		if ((todo & MONITOR_SAVE_NOW) != 0)
			site->save_us = site->now_us;
		if ((todo & MONITOR_SAVE_SOON) != 0)
			site->save_us = earlier(site->save_us, site->now_us + SOON_US);
		if ((todo & MONITOR_SEND) != 0)
			site->send_us = earlier(site->send_us, site->now_us);
		if ((todo & MONITOR_LOOK) != 0)
			site->tick_us = site->now_us;
		if ((todo & MONITOR_RECONCILE) != 0)
			monitor_reconcile(site->monitor, moment(site));
	}
}

/* Returns whether there was an event. */
static bool
announce(struct site *site)
{
	struct event event;

	if (!monitor_take_event(site->monitor, site->now_us, &event))
		return false;
	monitor_conclude_event(site->monitor, event.id, EVENT_ACCEPTED);
	return true;
}

static void
save_asked(struct site *site)
{
	const enum site_save why = site->urgent ? SITE_EVENT : SITE_ACCEPTED;

	site->save_us = NEVER;
	site->urgent = false;
	save(site, MONITOR_CHANGES, why);
}

static void
save_periodic(struct site *site)
{
	site->periodic_us += PERIOD_US;
	save(site, MONITOR_MANAGERS, SITE_PERIODIC);
}

static void
do_what_is_due(struct site *site)
{
	if (site->tick_us <= site->now_us)
		tick(site);
	act(site);
	if (site->save_us <= site->now_us)
		save_asked(site);
	if (site->periodic_us <= site->now_us)
		save_periodic(site);
	act(site);
	if (site->send_us <= site->now_us)
		site->send_us =
		    announce(site) ? site->now_us + US_PER_S / NOTIFICATION_RATE : NEVER;
	act(site);
}

void
site_run(struct site *site, int64_t time_us)
{
	const int64_t end_us = site->now_us + time_us;

	for (;;) {
		const int64_t next_us = earlier(earlier(site->tick_us, site->send_us),
						earlier(site->save_us, site->periodic_us));

		if (next_us >= end_us)
			break;
		site->now_us = next_us > site->now_us ? next_us : site->now_us;
		do_what_is_due(site);
	}
	site->now_us = end_us;
}

void
site_announce(struct site *site)
{
	while (announce(site))
		;
	act(site);
}

void
site_save_now(struct site *site)
{
	act(site);
	save_asked(site);
}

void
site_silence(struct site *site, unsigned int manager, bool silent)
{
	site->answers[manager].silent = silent;
}

void
site_answer(struct site *site, unsigned int manager)
{
	receive(site, &site->answers[manager]);
}

void
site_watch(struct site *site, site_save_fn *on_save, void *ctx)
{
	site->on_save = on_save;
	site->ctx = ctx;
}

void
site_stop_periodic(struct site *site)
{
	site->periodic_us = NEVER;
}

unsigned int
site_events(const struct site *site)
{
	return site->events;
}

/* Begin and end. */

static struct answer *
make_answers(unsigned int managers)
{
	struct answer *answers = calloc(managers, sizeof(*answers));

	if (answers == NULL)
		err(1, "calloc");
	for (unsigned int i = 0; i < managers; i++) {
		struct wire_response resp = {
		    .version = "1.3", .addr = FIRST_ADDR + i, .port = WIRE_XMPP_PORT};

		snprintf(resp.hostname, sizeof(resp.hostname), "ldom-%u.example.net", i);
		wire_encode_response(answers[i].octets, &resp);
		answers[i].addr = resp.addr;
	}
	return answers;
}

static struct monitor *
make_monitor(struct site *site)
{
	static const struct access_list access;
	const struct monitor_settings settings = {
	    .discover = {.interval_us = INTERVAL_US,
			 .window_us = WINDOW_US,
			 .probes = 3,
			 .misses = MISSES,
			 .request = {.group = WIRE_GROUP, .port = WIRE_PORT, .hops = 1}},
	    .inventory = {.max_managers = 2 * (size_t)site->managers,
			  .misses = MISSES,
			  .retention_us = 7 * US_PER_DAY,
			  .confirmations = 1,
			  .change_holdoff_us = 10 * US_PER_MIN},
	    .event_log = EVENT_LOG,
	    .queue_limit = QUEUE_LIMIT,
	    .notifications = true,
	    .notification_rate = NOTIFICATION_RATE,
	    .access = &access,
	};
	struct monitor *monitor = monitor_new(&settings, 1, moment(site), note_event, site);

	if (monitor == NULL)
		err(1, "monitor_new");
	return monitor;
}

static void
add_link(struct site *site)
{
	struct link_report report = {
	    .name = "eth0", .ifindex = IFINDEX, .addr = OWN_ADDR, .state = LINK_USABLE};

	discover_set_links(site->discover, &report, 1);
}

static void
load(struct site *site, const char *path)
{
	const struct store_limits limits = {.managers = 2 * (size_t)site->managers,
					    .events = EVENT_LOG};
	char error[PLACE_ERROR_LEN] = "";
	struct state state;
	size_t clamped;

	if (store_new(&site->store, path, error) != PLACE_OK)
		errx(1, "%s", error);
	switch (store_load(site->store, &limits, moment(site), &state, &clamped, error)) {
	case STORE_LOADED:
		site->has_saved = true;
		break;
	case STORE_NONE:
		break;
	default:
		errx(1, "cannot load: %s", error);
	}
	if (monitor_restore(site->monitor, &state, moment(site)) < 0)
		err(1, "monitor_restore");
	state_clear(&state);
}

struct site *
site_new(const char *path, unsigned int managers)
{
	struct site *site = calloc(1, sizeof(*site));

	if (site == NULL)
		err(1, "calloc");
	*site = (struct site){
	    .managers = managers,
	    .now_us = 1000 * US_PER_S,
	    .save_us = NEVER,
	    .send_us = NEVER,
	};
	site->tick_us = site->now_us;
	site->periodic_us = site->now_us + PERIOD_US;
	site->answers = make_answers(managers);
	site->monitor = make_monitor(site);
	site->discover = monitor_discover(site->monitor);
	add_link(site);
	load(site, path);
	monitor_start_saving(site->monitor);
	act(site);
	return site;
}

/* The end. */

/* Like the last event of this life, of another manager. */
static struct event_record
past_event(const struct site *site, unsigned int i, uint32_t id)
{
	struct event_record record = {.event = site->last_event};

	record.event.id = id;
	record.event.addr = site->answers[i % site->managers].addr;
	return record;
}

static void
save_last(struct site *site, unsigned int past_events)
{
	struct changes changes = export(site, MONITOR_ALL);
	struct state *state = &changes.state;

	free(state->events);
	state->events = calloc(past_events + 1, sizeof(*state->events));
	if (state->events == NULL)
		err(1, "calloc");
	state->event_count = past_events;
	for (unsigned int i = 0; i < past_events; i++)
		state->events[i] = past_event(site, i, ++state->last_id);
	state->clean = true;
	write_changes(site, &changes, true);
	state_clear(state);
}

void
site_free(struct site *site, unsigned int past_events)
{
	save_last(site, past_events);
	store_free(site->store);
	monitor_free(site->monitor);
	free(site->answers);
	free(site);
}
