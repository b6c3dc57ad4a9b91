/* SPDX-License-Identifier: BSD-2-Clause */
/* model.c - random scenarios, and what has to hold in every one of them.
 *
 *     model [COUNT [FIRST]]
 *
 * plays COUNT scenarios, the first one made up from the seed FIRST.  The core is
 * the real one, in the network of the replays (sim.h); managers, interfaces, the
 * disk, the master agent and the operator misbehave at random, and the daemon
 * crashes.  A receiver records what it is notified of.  At all times:
 *
 * - Ids ascend, without gaps while saves work, and none is given twice in all lives:
 *   all notifications with an id, also after a crash, are the same event.
 * - Of each manager at most one notification is in flight, and its events are
 *   notified in the order in which they happened.
 * - An event goes out when it is on disk, when that failed or after EVENTS_HOLD_US.
 * - Every event for the queue is queued, sent or dropped, as the counters say.
 * - Nothing is notified twice with different ids: each event says something new, and
 *   follows from the one notified last.
 * - With nothing queued or owed, the last notifications are what the core takes for notified.
 * - The text of a state, once read, makes the same text again.
 *
 * Then everything works for a while, conflicts perhaps excepted, and:
 *
 * - Nothing is queued or owed, and the last notifications are the truth.
 * - A restart, clean or not, causes no notification.
 *
 * An event is a cut if the next one need not follow from it or from the one notified
 * before: the queue had no room for it, the master agent refused it, it was notified but
 * not on disk when the daemon crashed, or its row is gone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "core/change.h"
#include "core/events.h"
#include "core/ids.h"
#include "core/monitor.h"
#include "receiver.h"
#include "sim.h"
#include "store/state.h"

#define FLYING_MAX 16
#define S_US INT64_C(1000000)

struct save {
	char *text; /* NULL: none under way, or nothing saved */
	size_t len;
	uint32_t last_id, reserved_id;
};

static struct {
	struct random random;
	unsigned int seed;
	bool calm; /* everything works */
	bool disk_fails, disk_hangs, master_is_away, master_refuses;
	struct save saving, saved;
	uint32_t failed_id;         /* the last one that could not be saved */
	uint32_t last_id;           /* given */
	bool in_reserve;            /* ids are, for the rest of this life */
	bool to_save, to_reconcile; /* the monitor has asked for it */
	struct event flying[FLYING_MAX];
	unsigned int flying_count;
	unsigned int queued, sent, dropped, resent; /* what the counters ought to say */
} model;

static unsigned int lives; /* in all scenarios */

/* No two of these in one expression, or compilers have scenarios of their own. */
static uint32_t
pick(uint32_t below)
{
	return (uint32_t)random_below(&model.random, below);
}

static bool
chance(unsigned int percent)
{
	return pick(100) < percent;
}

/* The daemon's side: what it does with what the monitor returns. */

static void
on_event(void *ctx, const struct event *event, bool taken)
{
	(void)ctx;
	receiver_note_given(event, taken);
	receiver_require(event->id > model.last_id, "an id is not above the last one");
	receiver_require(!model.in_reserve || event->id == model.last_id + 1, "an id is left out");
	model.last_id = event->id;
	*(taken ? &model.queued : &model.dropped) += 1;
}

static bool
owes(void)
{
	return inventory_is_owed(sim.inv) || discover_is_owed(sim.d);
}

static void
note_todo(void)
{
	const unsigned int todo = monitor_take_todo(sim.monitor);

	model.to_save |= (todo & (MONITOR_SAVE_NOW | MONITOR_SAVE_SOON)) != 0;
	model.to_reconcile |= (todo & MONITOR_RECONCILE) != 0;
}

static void
reconcile(void)
{
	note_todo();
	if (model.to_reconcile)
		monitor_reconcile(sim.monitor, sim_moment());
	model.to_reconcile = false;
}

/* The disk. */

static void
read_state(const struct save *save, struct state *state)
{
	const struct state_limits limits = {.managers = MANAGERS, .events = 10000};
	struct state_error error;

	if (state_decode(state, save->text, save->len, &limits, &error) == 0)
		return;
	receiver_note("%s", error.text);
	receiver_require(false, "a state cannot be read");
}

static void
start_saving(bool final)
{
	struct save *save = &model.saving;
	struct state state, read;
	char *again;
	size_t len;

	if (save->text != NULL)
		return;
	note_todo();
	model.to_save = false;
	sim_export(&state);
	save->last_id = state.last_id;
	save->reserved_id = state.last_id = final ? save->last_id : ids_reserve(save->last_id);
	save->text = state_encode(&state, &save->len);
	read_state(save, &read);
	again = state_encode(&read, &len);
	receiver_require(strcmp(save->text, again) == 0,
			 "a state's text, once read, makes another one");
	free(again);
	state_clear(&state);
	state_clear(&read);
}

static void
finish_saving(void)
{
	struct save *save = &model.saving;
	bool failed;

	if (save->text == NULL || (model.disk_hangs && !model.calm))
		return;
	failed = model.disk_fails && !model.calm;
	monitor_release(sim.monitor, save->last_id, failed ? 0 : save->reserved_id);
	if (failed) {
		free(save->text);
		model.failed_id = save->last_id;
		model.to_save = true; /* the writer tries again */
	} else {
		free(model.saved.text);
		model.saved = *save;
		model.in_reserve |= save->last_id == model.last_id;
	}
	save->text = NULL;
}

/* The master agent. */

static void
take_events(void)
{
	struct event *event = &model.flying[model.flying_count];

	for (;
	     model.flying_count < FLYING_MAX && monitor_take_event(sim.monitor, sim.now_us, event);
	     event++, model.flying_count++) {
		const int64_t age_us = sim.now_us - receiver_find(event->id)->event.time.mono_us;

		receiver_require(event->id <= model.saved.last_id || event->id <= model.failed_id ||
				     age_us >= EVENTS_HOLD_US,
				 "an event goes out that is not on disk");
		for (const struct event *e = model.flying; e < event; e++)
			receiver_require(e->addr != event->addr, "two notifications are in flight");
	}
}

/* One notification is answered, or it is given up. */
static void
conclude_one(void)
{
	const unsigned int i = pick(model.flying_count);
	const struct event event = model.flying[i];
	const bool refused = !model.calm && model.master_refuses && chance(20);
	const bool lost = !model.calm && !refused && (model.master_is_away || chance(20));

	model.flying[i] = model.flying[--model.flying_count];
	if (!lost || chance(50))
		receiver_tell(&event, refused);
	monitor_conclude_event(sim.monitor, event.id,
			       refused ? EVENT_REFUSED
			       : lost  ? EVENT_RETRY
				       : EVENT_ACCEPTED);
	model.queued -= !lost;
	model.resent += lost;
	model.dropped += refused;
	model.sent += !lost && !refused;
}

static void
notify(void)
{
	do {
		if (!model.master_is_away || model.calm)
			take_events();
		while (model.flying_count > 0 && (model.calm || chance(70)))
			conclude_one();
		reconcile();
	} while (model.calm && events_counts(monitor_events(sim.monitor)).queued > 0 &&
		 model.saving.text == NULL && model.saved.last_id == model.last_id);
}

static void
check(void)
{
	const struct events_counts counts = events_counts(monitor_events(sim.monitor));

	receiver_require(counts.queued == model.queued && counts.sent == model.sent &&
			     counts.dropped == model.dropped && counts.resent == model.resent,
			 "the counters are wrong");
	receiver_note_rows();
	if (counts.queued == 0 && !owes())
		receiver_check();
}

static void
check_truth(void)
{
	check();
	receiver_require(!owes() && model.queued == 0, "something is not notified");
	receiver_check_truth();
}

/* Lives and scenarios. */

/* As at a start. */
static void
begin_saving(void)
{
	start_saving(false);
	finish_saving();
	monitor_start_saving(sim.monitor);
}

static void
live_again(bool clean, int64_t after_us)
{
	const bool kept = clean && !model.disk_fails && !model.disk_hangs;
	const int64_t interval_us = discover_settings(sim.d)->interval_us;
	struct state state;

	if (clean) {
		finish_saving();
		start_saving(true);
		finish_saving();
	}
	receiver_note("%s", clean ? "end" : "crash");

	free(model.saving.text);
	model.saving.text = NULL;
	receiver_crash(model.saved.last_id);
	model.failed_id = 0;
	read_state(&model.saved, &state);
	model.last_id = state.last_id;
	model.to_reconcile = false;
	model.queued = model.sent = model.dropped = model.resent = model.flying_count = 0;
	for (size_t i = 0; i < state.event_count; i++)
		model.queued += state.events[i].queued;
	sim_live_again(&state, after_us);
	receiver_require(!kept || discover_settings(sim.d)->interval_us == interval_us,
			 "a restart changes the interval");
	state_clear(&state);
	model.in_reserve = false;
	begin_saving();
	lives++;
}

static void
run_for(int64_t time_us)
{
	const int64_t end_us = sim.now_us + time_us;

	while (sim.now_us < end_us) {
		sim_advance(sim.now_us + S_US / 2 + pick(8 * S_US));
		if (model.calm || chance(50))
			finish_saving();
		note_todo();
		if (model.calm ? model.to_save : chance(30))
			start_saving(false);
		notify();
		check();
	}
}

static void
reload(void)
{
	sim.settings.queue_limit = 1 + pick(6);
	sim.settings.event_log = 1 + pick(8);
	if (chance(30))
		sim.settings.discover.interval_us = (30 + 10 * pick(2)) * S_US;
	sim_configure();
}

/* A SET whose phases lie apart, and which others may refuse. */
static void
set_slowly(struct change change)
{
	if (monitor_check(sim.monitor, &change) != CHANGE_GRANTED ||
	    monitor_apply(sim.monitor, &change, sim_moment()) != CHANGE_GRANTED)
		return;
	run_for(pick(40 * S_US));
	if (chance(30))
		reload();
	if (chance(50))
		monitor_commit(sim.monitor, &change, sim_moment());
	else
		monitor_undo(sim.monitor, &change, sim_moment());
}

static void
set_link(unsigned int i, enum link_state state)
{
	sim.links[i].state = state;
	sim_report_links();
}

/* Of all its names the digit stays, by which the receiver knows it.  The new one is on
 * disk at once, or it would be another interface after a crash. */
static void
rename_link(unsigned int i)
{
	static const char *const kinds[] = {"eth", "lan", "wan"};
	char name[LINK_NAME_LEN];

	if (sim.links[i].state == LINK_GONE || model.disk_fails || model.disk_hangs)
		return;
	snprintf(name, sizeof(name), "%s%u", kinds[pick(3)], i);
	receiver_note("%s is called %s", sim.links[i].name, name);
	sim_rename(sim.links[i].name, name);
	sim_report_links();
	finish_saving();
	start_saving(false);
	finish_saving();
}

static void
disturb(void)
{
	static const enum link_state states[] = {LINK_USABLE, LINK_NO_CARRIER, LINK_DOWN,
						 LINK_GONE};
	const unsigned int i = pick(MANAGERS), l = pick(LINKS);
	struct peer *peer = &sim.peers[i + (chance(30) ? MANAGERS : 0)];
	bool clean;

	switch (pick(19)) {
	case 0:
	case 1:
	case 2:
		peer->silent = !peer->silent;
		break;
	case 3:
		snprintf(peer->hostname, sizeof(peer->hostname), "host%u", pick(3));
		break;
	case 4:
		peer->port = (uint16_t)(6482 + pick(2));
		break;
	case 5:
		peer->lose = pick(15);
		break;
	case 6:
		set_link(l, states[pick(4)]);
		break;
	case 7:
		sim.links[l].send_fails = !sim.links[l].send_fails;
		break;
	case 8:
		discover_note_drops(sim.d, sim.links[l].number, 1);
		break;
	case 9:
		sim_change(sim_expectation(FIRST_ADDR + i, chance(50)));
		break;
	case 10:
		sim_change((struct change){
		    .what = CHANGE_ROW, .address = FIRST_ADDR + i, .action = CHANGE_ROW_DESTROY});
		break;
	case 11:
		reload();
		break;
	case 12:
		model.disk_fails = model.seed % 2 && chance(50);
		model.disk_hangs = model.seed % 2 && chance(30);
		break;
	case 13:
		model.master_is_away = chance(50);
		model.master_refuses = model.seed % 3 == 0 && chance(50);
		break;
	case 14:
		rename_link(l);
		break;
	case 15:
		set_slowly(sim_expectation(FIRST_ADDR + i, chance(80)));
		break;
	case 16:
		set_slowly((struct change){.what = CHANGE_INTERVAL, .value = 10000 + pick(50000)});
		break;
	default:
		clean = chance(50);
		live_again(clean, pick(100 * S_US));
	}
}

static void
start(unsigned int seed)
{
	memset(&model, 0, sizeof(model));
	memset(&sim, 0, sizeof(sim));
	model.seed = seed;
	receiver_start(seed);
	model.random.state = seed;
	sim.file = "model";
	sim.on_event = on_event;
	sim.now_us = sim.tick_us = 1000 * S_US;
	sim.settings = (struct monitor_settings){
	    .discover = {.interval_us = 30 * S_US, .window_us = 3 * S_US, .probes = 3, .misses = 3},
	    .inventory = {.max_managers = 100,
			  .misses = 3,
			  .confirmations = 2,
			  .change_holdoff_us = 300 * S_US},
	    .event_log = 8,
	    .queue_limit = 1 + pick(6),
	    .notifications = true,
	};
	sim_start();
	set_link(sim_link("eth0"), LINK_USABLE);
	set_link(sim_link("eth1"), LINK_USABLE);
	for (; sim.peer_count < 2 * MANAGERS; sim.peer_count++) {
		struct peer *peer = &sim.peers[sim.peer_count];

		*peer = (struct peer){.addr = FIRST_ADDR + sim.peer_count % MANAGERS,
				      .source = FIRST_ADDR + sim.peer_count,
				      .port = 6482,
				      .delay_us = pick(S_US),
				      .copies = 1,
				      .hears = -1,
				      .hostname = "host"};
		peer->silent = sim.peer_count >= MANAGERS || chance(30);
		snprintf(peer->link, sizeof(peer->link), "eth%u", sim.peer_count % LINKS);
	}
	begin_saving();
}

static void
play(unsigned int seed)
{
	size_t given;

	start(seed);
	for (unsigned int steps = pick(60); steps > 0; steps--, sim.line++) {
		disturb();
		receiver_note_rows();
		run_for(pick(200 * S_US));
	}
	receiver_note("calm");
	model.calm = true;
	for (unsigned int i = 0; i < LINKS; i++) {
		set_link(i, LINK_USABLE);
		sim.links[i].send_fails = false;
	}
	for (unsigned int i = 0; i < 2 * MANAGERS; i++) {
		sim.peers[i].lose = 0;
		sim.peers[i].silent |= i >= MANAGERS && chance(70);
	}
	run_for(900 * S_US);
	check_truth();
	given = receiver_given();
	live_again(chance(50), 10 * S_US);
	run_for(300 * S_US);
	receiver_require(receiver_given() == given, "a restart tells something");
	check_truth();
	sim_end();
	free(model.saving.text);
	free(model.saved.text);
}

int
main(int argc, char **argv)
{
	const unsigned int count = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 10) : 200;
	const unsigned int first = argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 10) : 1;
	struct receiver_sums sums;

	for (unsigned int i = 0; i < count; i++)
		play(first + i);
	sums = receiver_sums();
	printf(
	    "%u scenarios from seed %u on, %u lives: %lu events, %lu notified, %lu more than once, "
	    "%lu after a cut\n",
	    count, first, lives, sums.events, sums.notified, sums.again, sums.cuts);
	return 0;
}
