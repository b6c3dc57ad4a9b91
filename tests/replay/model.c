/* SPDX-License-Identifier: BSD-2-Clause */
/* model.c - random scenarios, and what has to hold in every one of them.
 *
 *     model [COUNT [FIRST]]
 *
 * plays COUNT scenarios, the first one made up from the seed FIRST.  The core is
 * the real one, in the network of the replays (sim.h); managers, interfaces, the
 * disk, the master agent and the operator misbehave at random, and the daemon
 * crashes.  What has to hold is written in life.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/change.h"
#include "core/monitor.h"
#include "life.h"
#include "receiver.h"
#include "sim.h"

static unsigned int lives; /* in all scenarios */

static void
reload(void)
{
	sim.settings.queue_limit = 1 + life_pick(6);
	sim.settings.event_log = 1 + life_pick(8);
	if (life_chance(30))
		sim.settings.discover.interval_us = (30 + 10 * life_pick(2)) * S_US;
	sim_configure();
}

/* A SET whose phases lie apart, and which others may refuse. */
static void
set_slowly(struct change change)
{
	if (monitor_check(sim.monitor, &change) != CHANGE_GRANTED ||
	    monitor_apply(sim.monitor, &change, sim_moment()) != CHANGE_GRANTED)
		return;
	life_run(life_pick(40 * S_US));
	if (life_chance(30))
		reload();
	if (life_chance(50))
		monitor_commit(sim.monitor, &change, sim_moment());
	else
		monitor_undo(sim.monitor, &change, sim_moment());
}

/* Of all its names the digit stays, by which the receiver knows it.  The new one is on
 * disk at once, or it would be another interface after a crash. */
static void
rename_link(unsigned int i)
{
	static const char *const kinds[] = {"eth", "lan", "wan"};
	char name[LINK_NAME_LEN];

	if (sim.links[i].state == LINK_GONE || life.disk_fails || life.disk_hangs)
		return;
	snprintf(name, sizeof(name), "%s%u", kinds[life_pick(3)], i);
	receiver_note("%s is called %s", sim.links[i].name, name);
	sim_rename(sim.links[i].name, name);
	sim_report_links();
	life_finish_saving();
	life_start_saving(false);
	life_finish_saving();
}

static void
disturb(unsigned int seed)
{
	static const enum link_state states[] = {LINK_USABLE, LINK_NO_CARRIER, LINK_DOWN,
						 LINK_GONE};
	const unsigned int i = life_pick(MANAGERS), l = life_pick(LINKS);
	struct peer *peer = &sim.peers[i + (life_chance(30) ? MANAGERS : 0)];
	bool clean;

	switch (life_pick(20)) {
	case 0:
	case 1:
	case 2:
		peer->silent = !peer->silent;
		break;
	case 3:
		snprintf(peer->hostname, sizeof(peer->hostname), "host%u", life_pick(3));
		break;
	case 4:
		peer->port = (uint16_t)(6482 + life_pick(2));
		break;
	case 5:
		peer->lose = life_pick(15);
		break;
	case 6:
		life_set_link(l, states[life_pick(4)]);
		break;
	case 7:
		sim.links[l].send_fails = !sim.links[l].send_fails;
		break;
	case 8:
		discover_note_drops(sim.d, sim.links[l].number, 1);
		break;
	case 9:
		sim_change(sim_expectation(FIRST_ADDR + i, life_chance(50)));
		break;
	case 10:
		sim_change((struct change){
		    .what = CHANGE_ROW, .address = FIRST_ADDR + i, .action = CHANGE_ROW_DESTROY});
		break;
	case 11:
		reload();
		break;
	case 12:
		life.disk_fails = seed % 2 && life_chance(50);
		life.disk_hangs = seed % 2 && life_chance(30);
		life.disk_is_new |= life_chance(20);
		break;
	case 13:
		life.master_is_away = life_chance(50);
		life.master_refuses = seed % 3 == 0 && life_chance(50);
		break;
	case 14:
		rename_link(l);
		break;
	case 15:
		set_slowly(sim_expectation(FIRST_ADDR + i, life_chance(80)));
		break;
	case 16:
		set_slowly(
		    (struct change){.what = CHANGE_INTERVAL, .value = 10000 + life_pick(50000)});
		break;
	case 17:
		memcpy(peer->link, sim.links[l].name, sizeof(peer->link));
		break;
	default:
		clean = life_chance(50);
		life.disk_will_fail = seed % 2 && life_chance(10);
		life_again(clean, life_pick(100 * S_US));
	}
}

static void
add_peers(void)
{
	while (sim.peer_count < 2 * MANAGERS) {
		const int64_t delay_us = life_pick(S_US);

		life_add_peer(delay_us, sim.peer_count >= MANAGERS || life_chance(30));
	}
}

static void
play(unsigned int seed)
{
	life_start(seed, NULL);
	add_peers();
	life_begin();
	for (unsigned int steps = life_pick(60); steps > 0; steps--, sim.line++) {
		disturb(seed);
		receiver_note_rows();
		life_run(life_pick(200 * S_US));
	}
	life_calm();
	lives += life.number;
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
