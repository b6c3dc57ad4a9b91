/* SPDX-License-Identifier: BSD-2-Clause */
#include "life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/events.h"
#include "core/monitor.h"
#include "sim.h"

struct life life;

uint32_t
life_pick(uint32_t below)
{
	return (uint32_t)random_below(&life.random, below);
}

bool
life_chance(unsigned int percent)
{
	return life_pick(100) < percent;
}

/* Since 1970. */
static uint32_t
now_s(void)
{
	return (uint32_t)(sim_moment().wall_ms / 1000);
}

/* The daemon's side: what it does with what the monitor returns. */

static void
on_event(void *ctx, const struct event *event, bool taken)
{
	(void)ctx;
	receiver_note_given(event, taken);
	receiver_require(event->id > life.last_id, "an id is not above the last one");
	receiver_require(life.has_saved || event->id > now_s(),
			 "an id may be given again, because no save has worked");
	receiver_require(!life.has_saved || event->id == life.last_id + 1, "an id is left out");
	life.last_id = event->id;
	*(taken ? &life.queued : &life.dropped) += 1;
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

	life.to_save |= (todo & (MONITOR_SAVE_NOW | MONITOR_SAVE_SOON)) != 0;
	life.to_reconcile |= (todo & MONITOR_RECONCILE) != 0;
}

static void
reconcile(void)
{
	note_todo();
	if (life.to_reconcile)
		monitor_reconcile(sim.monitor, sim_moment());
	life.to_reconcile = false;
}

/* The disk. */

static void
drop_save(void)
{
	state_clear(&life.saving.changes.state);
	state_clear(&life.saving.whole.state);
	life.saving.under_way = false;
}

static enum monitor_scope
choose_scope(bool final)
{
	if (life.disk_is_new)
		return MONITOR_ALL;
	return final || life_chance(10) ? MONITOR_MANAGERS : MONITOR_CHANGES;
}

void
life_start_saving(bool final)
{
	struct save *save = &life.saving;

	if (save->under_way)
		return;
	note_todo();
	life.to_save = false;
	save->under_way = true;
	save->scope = choose_scope(final);
	save->runtime_us = sim_runtime_us();
	save->at = sim_moment();
	monitor_begin_save(sim.monitor, save->at);
	sim_export(save->scope, &save->changes);
	sim_export(MONITOR_ALL, &save->whole);
	save->changes.state.clean = final;
}

static void
note_saved(const struct save *save)
{
	kept_apply(&life.saved, &save->changes, save->scope == MONITOR_ALL, save->runtime_us);
	receiver_require(kept_has(&life.saved, &save->whole, save->runtime_us),
			 "a save has left out something that must not be lost");
	monitor_note_saved(sim.monitor, &save->changes, sim_moment());
	life.disk_is_new &= save->scope != MONITOR_ALL;
	life.has_saved = true;
}

static enum disk_result
save_once(void)
{
	if (life.disk != NULL)
		return life.disk->save(&life.saving);
	return life.disk_fails && !life.calm ? DISK_FAILED : DISK_SAVED;
}

static enum disk_result
save_as_needed(void)
{
	const bool final = life.saving.changes.state.clean;
	enum disk_result result = save_once();

	if (result != DISK_NEEDS_ALL)
		return result;
	life.disk_is_new = true;
	drop_save();
	life_start_saving(final);
	return save_once();
}

void
life_finish_saving(void)
{
	struct save *save = &life.saving;

	if (!save->under_way || (life.disk_hangs && !life.calm))
		return;
	switch (save_as_needed()) {
	case DISK_SAVED:
		note_saved(save);
		break;
	case DISK_LOST:
		life.is_dead = true;
		drop_save();
		return;
	default:
		life.failed_id = save->changes.state.last_id;
		life.to_save = true; /* the writer tries again */
	}
	monitor_release(sim.monitor, save->changes.state.last_id);
	drop_save();
}

/* The master agent. */

static void
take_events(void)
{
	struct event *event = &life.flying[life.flying_count];

	for (; life.flying_count < FLYING_MAX && monitor_take_event(sim.monitor, sim.now_us, event);
	     event++, life.flying_count++) {
		const int64_t age_us = sim.now_us - receiver_find(event->id)->event.time.mono_us;

		receiver_require(event->id <= life.saved.state.last_id ||
				     event->id <= life.failed_id || age_us >= EVENTS_HOLD_US,
				 "an event goes out that is not on disk");
		for (const struct event *e = life.flying; e < event; e++)
			receiver_require(e->addr != event->addr, "two notifications are in flight");
	}
}

/* One notification is answered, or it is given up. */
static void
conclude_one(void)
{
	const unsigned int i = life_pick(life.flying_count);
	const struct event event = life.flying[i];
	const bool refused = !life.calm && life.master_refuses && life_chance(20);
	const bool lost = !life.calm && !refused && (life.master_is_away || life_chance(20));

	life.flying[i] = life.flying[--life.flying_count];
	if (!lost || life_chance(50))
		receiver_tell(&event, refused);
	monitor_conclude_event(sim.monitor, event.id,
			       refused ? EVENT_REFUSED
			       : lost  ? EVENT_RETRY
				       : EVENT_ACCEPTED);
	life.queued -= !lost;
	life.resent += lost;
	life.dropped += refused;
	life.sent += !lost && !refused;
}

static void
notify(void)
{
	do {
		if (!life.master_is_away || life.calm)
			take_events();
		while (life.flying_count > 0 && (life.calm || life_chance(70)))
			conclude_one();
		reconcile();
	} while (life.calm && events_counts(monitor_events(sim.monitor)).queued > 0 &&
		 !life.saving.under_way && life.saved.state.last_id == life.last_id);
}

static void
check(void)
{
	const struct events_counts counts = events_counts(monitor_events(sim.monitor));

	receiver_require(counts.queued == life.queued && counts.sent == life.sent &&
			     counts.dropped == life.dropped && counts.resent == life.resent,
			 "the counters are wrong");
	receiver_note_rows();
	if (counts.queued == 0 && !owes())
		receiver_check();
}

static void
check_truth(void)
{
	check();
	receiver_require(!owes() && life.queued == 0, "something is not notified");
	receiver_check_truth();
}

/* Lives. */

/* As at a start. */
void
life_begin(void)
{
	monitor_start_saving(sim.monitor);
	life_start_saving(false);
	life_finish_saving();
	if (life.is_dead)
		life_again(false, S_US);
}

/* The ids of a new life go on after all those of the previous ones. */
static void
check_first_id(void)
{
	const struct state *saved = &life.saved.state;

	life.last_id = events_last_id(monitor_events(sim.monitor));
	receiver_require(saved->clean ? life.last_id == saved->last_id
				      : life.last_id >= saved->last_id && life.last_id >= now_s(),
			 "ids go on from a wrong one");
}

void
life_again(bool clean, int64_t after_us)
{
	const int64_t interval_us = discover_settings(sim.d)->interval_us;
	bool kept;

	if (clean) {
		life_finish_saving();
		life_start_saving(true);
		life_finish_saving();
	}
	receiver_note("%s", clean ? "end" : "crash");

	drop_save();
	life.is_dead = false;
	sim.now_us += after_us;
	if (life.disk != NULL)
		life.disk_is_new = !life.disk->restart(clean);
	kept = clean && life.has_saved && life.saved.state.clean;
	life.disk_fails |= life.disk_will_fail;
	life.disk_will_fail = false;
	receiver_crash(life.saved.state.last_id, life.saved.state.clean && !life.has_saved);
	life.failed_id = 0;
	life.to_reconcile = false;
	life.has_saved = false;
	life.queued = life.sent = life.dropped = life.resent = life.flying_count = 0;
	for (size_t i = 0; i < life.saved.state.event_count; i++)
		life.queued += life.saved.state.events[i].queued;
	sim_live_again(&life.saved, 0);
	check_first_id();
	receiver_require(!kept || discover_settings(sim.d)->interval_us == interval_us,
			 "a restart changes the interval");
	life_begin();
	life.number++;
}

void
life_run(int64_t time_us)
{
	int64_t end_us = sim.now_us + time_us;

	while (sim.now_us < end_us) {
		sim_advance(sim.now_us + S_US / 2 + life_pick(8 * S_US));
		if (life.calm || life_chance(50))
			life_finish_saving();
		if (life.is_dead) {
			life_again(false, S_US);
			end_us = sim.now_us + time_us;
		}
		note_todo();
		if (life.calm ? life.to_save : life_chance(30))
			life_start_saving(false);
		notify();
		check();
	}
}

void
life_set_link(unsigned int i, enum link_state state)
{
	sim.links[i].state = state;
	sim_report_links();
}

void
life_start(unsigned int seed, const struct disk *disk)
{
	memset(&life, 0, sizeof(life));
	life.disk = disk;
	memset(&sim, 0, sizeof(sim));
	receiver_start(seed);
	life.random.state = seed;
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
	    .queue_limit = 1 + life_pick(6),
	    .notifications = true,
	};
	sim_start();
	life_set_link(sim_link("eth0"), LINK_USABLE);
	life_set_link(sim_link("eth1"), LINK_USABLE);
	if (disk != NULL)
		life.disk_is_new = !disk->restart(true);
	sim_live_again(&life.saved, 0);
	check_first_id();
}

void
life_add_peer(int64_t delay_us, bool silent)
{
	struct peer *peer = &sim.peers[sim.peer_count];

	*peer = (struct peer){.addr = FIRST_ADDR + sim.peer_count % MANAGERS,
			      .source = FIRST_ADDR + sim.peer_count,
			      .port = 6482,
			      .silent = silent,
			      .delay_us = delay_us,
			      .copies = 1,
			      .hears = -1,
			      .hostname = "host"};
	snprintf(peer->link, sizeof(peer->link), "eth%u", sim.peer_count % LINKS);
	sim.peer_count++;
}

static void
end(void)
{
	sim_end();
	drop_save();
	kept_clear(&life.saved);
}

void
life_calm(void)
{
	size_t given;

	receiver_note("calm");
	life.calm = true;
	for (unsigned int i = 0; i < LINKS; i++) {
		life_set_link(i, LINK_USABLE);
		sim.links[i].send_fails = false;
	}
	for (unsigned int i = 0; i < sim.peer_count; i++) {
		sim.peers[i].lose = 0;
		sim.peers[i].silent |= i >= MANAGERS && life_chance(70);
	}
	life_run(900 * S_US);
	check_truth();
	given = receiver_given();
	life_again(life_chance(50), 10 * S_US);
	life_run(300 * S_US);
	receiver_require(receiver_given() == given, "a restart tells something");
	check_truth();
	end();
}
