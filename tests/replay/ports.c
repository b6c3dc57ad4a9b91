/* SPDX-License-Identifier: BSD-2-Clause */
/* ports.c - every configuration finds and keeps the managers it can hear.
 *
 * Plays each combination of sourcePort, probes and misses with managers that hear the
 * fixed port alone, the other one alone, or both (as do those that answer to the
 * group), with each set of these three, prompt and slow ones, with and without rounds
 * out of turn, in a network that loses nothing.  A manager that can be heard is found within
 * FOUND_ROUNDS, is not missed in ROUNDS more, is reported as down at the end of the last
 * round that it may miss, and is found again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/events.h"
#include "sim.h"

#define S_US INT64_C(1000000)
#define INTERVAL_US (30 * S_US)
#define WINDOW_US (3 * S_US)
#define PROBES_MAX 10
#define MISSES_MAX 4
#define KINDS 3
#define FOUND_ROUNDS 3
#define ROUNDS 24
#define FIRST_ADDR 0xc6120001 /* 198.18.0.1 */

/* Which sender it hears, by kind of manager; -1: both. */
static const int hears[KINDS] = {SENDER_FIXED, SENDER_EPHEMERAL, -1};

static struct {
	enum source_port source_port;
	unsigned int probes, misses, kinds; /* kinds: a bit for each */
	bool slow, out_of_turn;
	int64_t down_us; /* when silent ones are reported */
	unsigned int appeared[KINDS], others;
} play;

static void
require(bool holds, const char *what)
{
	static const char *const ports[] = {"auto", "fixed", "ephemeral"};

	if (holds)
		return;
	printf("sourcePort %s, probes %u, misses %u, %s managers of kinds %u%s: %s at %.1f s\n",
	       ports[play.source_port], play.probes, play.misses, play.slow ? "slow" : "prompt",
	       play.kinds, play.out_of_turn ? ", rounds out of turn" : "", what,
	       (double)sim.now_us / 1e6);
	exit(1);
}

static void
count_event(void *ctx, const struct event *event, bool taken)
{
	(void)ctx;
	require(taken, "a notification finds no room");
	if (event->type == EVENT_APPEARED) {
		play.appeared[event->addr - FIRST_ADDR]++;
		return;
	}
	require(event->time.mono_us == play.down_us, "it is reported too early or late");
	play.others++;
}

/* Whether there is such a manager, which the configuration can hear. */
static bool
is_heard(unsigned int kind)
{
	return (play.kinds & 1U << kind) != 0 &&
	       (hears[kind] < 0 || play.source_port == SOURCE_PORT_AUTO ||
		(hears[kind] == SENDER_FIXED) == (play.source_port == SOURCE_PORT_FIXED));
}

/* Let rounds go by, each of them judged at the end. */
static void
run_rounds(unsigned int count, bool keep)
{
	for (; count > 0; count--) {
		if (play.out_of_turn) {
			sim_advance(sim.now_us + INTERVAL_US / 2);
			discover_round_now(sim.d);
			sim_tick();
			sim_advance(sim.now_us + INTERVAL_US / 2);
		} else {
			sim_advance(sim.now_us + INTERVAL_US);
		}
		for (unsigned int kind = 0; keep && kind < KINDS; kind++) {
			const struct manager *m = inventory_at_or_after(sim.inv, FIRST_ADDR + kind);

			require(!is_heard(kind) || (m != NULL && m->addr == FIRST_ADDR + kind &&
						    m->status == MANAGER_UP),
				"one of them is not up");
		}
	}
}

/* The requests of a round in which a manager is silent. */
static unsigned int
requests_in_round(void)
{
	return play.source_port == SOURCE_PORT_AUTO && play.probes < 2 ? 2 : play.probes;
}

/* In the middle between rounds. */
static void
make_silent(bool silent)
{
	const int64_t next_round_us = sim.now_us + 1 + INTERVAL_US / 2;
	const int64_t window_us = requests_in_round() * (WINDOW_US / requests_in_round());

	play.down_us = next_round_us + (play.misses - 1) * INTERVAL_US + window_us;
	if (play.out_of_turn) /* such a round begins 1 us before the next one, which waits */
		play.down_us += window_us - 1;
	for (unsigned int i = 0; i < sim.peer_count; i++)
		sim.peers[i].silent = silent;
}

static void
require_events(unsigned int appeared, unsigned int others)
{
	unsigned int heard = 0;

	for (unsigned int kind = 0; kind < KINDS; kind++) {
		heard += is_heard(kind);
		require(play.appeared[kind] == (is_heard(kind) ? appeared : 0),
			"there are not the right notifications");
	}
	require(play.others == heard * others, "there are notifications that should not be");
}

static void
start(void)
{
	memset(&sim, 0, sizeof(sim));
	memset(play.appeared, 0, sizeof(play.appeared));
	play.others = 0;
	sim.file = "ports";
	sim.on_event = count_event;
	sim.settings = (struct monitor_settings){
	    .discover = {.interval_us = INTERVAL_US,
			 .window_us = WINDOW_US,
			 .probes = play.probes,
			 .misses = play.misses,
			 .request = {.source_port = play.source_port}},
	    .inventory = {.max_managers = 100, .misses = play.misses, .confirmations = 2},
	    .event_log = 1,
	    .queue_limit = 100,
	    .notifications = true,
	};
	sim_start();
	sim.links[sim_link("eth0")].state = LINK_USABLE;
	sim_report_links();
	for (unsigned int kind = 0; kind < KINDS; kind++) {
		struct peer *peer = &sim.peers[sim.peer_count];

		if ((play.kinds & 1U << kind) == 0)
			continue;
		sim.peer_count++;
		*peer = (struct peer){.addr = FIRST_ADDR + kind,
				      .source = FIRST_ADDR + kind,
				      .port = 6482,
				      .copies = 1,
				      .hears = hears[kind],
				      /* Later, it may be late for the round. */
				      .delay_us =
					  play.slow ? WINDOW_US / requests_in_round() - 1000 : 1000,
				      .hostname = "host",
				      .link = "eth0"};
	}
}

static void
play_one(void)
{
	start();
	sim_advance(INTERVAL_US / 2 - 1); /* from now on in the middle between rounds */
	run_rounds(FOUND_ROUNDS - 1, false);
	run_rounds(ROUNDS, true);
	require_events(1, 0);
	make_silent(true);
	run_rounds(play.misses + 1, false);
	require_events(1, 1);
	make_silent(false);
	run_rounds(1, false);
	run_rounds(ROUNDS, true);
	require_events(2, 1);
	sim_end();
}

int
main(void)
{
	unsigned int count = 0;

	for (play.source_port = SOURCE_PORT_AUTO; play.source_port <= SOURCE_PORT_EPHEMERAL;
	     play.source_port++)
		for (play.probes = 1; play.probes <= PROBES_MAX; play.probes++)
			for (play.misses = 1; play.misses <= MISSES_MAX; play.misses++)
				for (unsigned int i = 4; i < 4U << KINDS; i++, count++) {
					play.kinds = i >> 2;
					play.slow = (i & 1) != 0;
					play.out_of_turn = (i & 2) != 0;
					play_one();
				}
	printf("%u scenarios\n", count);
	return 0;
}
