/* SPDX-License-Identifier: BSD-2-Clause */
/* life.h - for model.c and power.c: the daemon around the monitor of sim.h, from start to crash and
 * start: a disk and a master agent, which misbehave at random, and what the daemon does
 * with what the monitor returns.  The disk is memory, or a real one of the caller.  A receiver
 * records what it is notified of.
 *
 * At all times:
 *
 * - Ids ascend, without gaps while saves work, and none is given twice in all lives:
 *   all notifications with an id, also after a crash, are the same event.  Only a life
 *   without one save, after one that ended cleanly, leaves no trace of its ids.
 * - Of each manager at most one notification is in flight, and its events are
 *   notified in the order in which they happened.
 * - After a save, all that must not be lost is on disk.
 * - An event goes out when it is on disk, when that failed or after EVENTS_HOLD_US.
 * - Every event for the queue is queued, sent or dropped, as the counters say.
 * - Nothing is notified twice with different ids: each event says something new, and
 *   follows from the one notified last.
 * - With nothing queued or owed, the last notifications are what the core takes for notified.
 *
 * Once everything has worked for a while, conflicts perhaps excepted:
 *
 * - Nothing is queued or owed, and the last notifications are the truth.
 * - A restart, clean or not, causes no notification.
 *
 * An event is a cut if the next one need not follow from it or from the one notified
 * before: the queue had no room for it, the master agent refused it, it was notified but
 * not on disk when the daemon crashed, or its row is gone.
 */
#ifndef LIFE_H
#define LIFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "core/event.h"
#include "core/links.h"
#include "core/monitor.h"
#include "kept.h"
#include "receiver.h"

#define FLYING_MAX 16
#define S_US INT64_C(1000000)

/* A save that is under way. */
struct save {
	bool under_way;
	enum monitor_scope scope;
	struct changes changes;
	struct changes whole; /* what a save of everything would have */
	int64_t runtime_us;
	struct moment at; /* when they were exported */
};

enum disk_result {
	DISK_SAVED,
	DISK_NEEDS_ALL, /* as STORE_NEEDS_ALL */
	DISK_FAILED,
	DISK_LOST, /* the power is off */
};

/* A real disk. */
struct disk {
	enum disk_result (*save)(const struct save *save);

	/* The daemon has ended, or crashed, and starts: life.saved becomes what is on disk
	 * now.  Returns false if that is nothing. */
	bool (*restart)(bool clean);
};

struct life {
	const struct disk *disk; /* NULL: life.saved is the disk */
	bool is_dead;            /* the power was cut: it starts again at the next occasion */
	struct random random;
	bool calm; /* everything works */
	bool disk_fails, disk_hangs, master_is_away, master_refuses;
	bool disk_will_fail; /* after the end of this life, before the next one begins */
	bool disk_is_new;    /* what was saved is lost: the next save has to have everything */
	struct save saving;
	struct kept saved;
	bool has_saved;             /* in this life */
	uint32_t failed_id;         /* the last one that could not be saved */
	uint32_t last_id;           /* given */
	bool to_save, to_reconcile; /* the monitor has asked for it */
	struct event flying[FLYING_MAX];
	unsigned int flying_count;
	unsigned int queued, sent, dropped, resent; /* what the counters ought to say */
	unsigned int number;                        /* of lives, this one included */
};

extern struct life life;

/* Random numbers.  No two of these in one expression, or compilers have scenarios of their
 * own. */
uint32_t life_pick(uint32_t below);
bool life_chance(unsigned int percent);

/* Begin a scenario: a monitor with two usable links, no managers, nothing saved.  The caller
 * calls life_add_peer() and life_begin().  disk is borrowed. */
void life_start(unsigned int seed, const struct disk *disk);

/* Add the next manager; from MANAGERS on another one with the address of the first, second
 * and so on. */
void life_add_peer(int64_t delay_us, bool silent);

/* The first save of a life. */
void life_begin(void);

/* The two halves of a save.  final: the last one of this life. */
void life_start_saving(bool final);
void life_finish_saving(void);

/* The daemon ends, or crashes, and starts again later. */
void life_again(bool clean, int64_t after_us);

/* Let time pass; see that all holds that has to hold at all times. */
void life_run(int64_t time_us);

void life_set_link(unsigned int i, enum link_state state);

/* From now on everything works.  See that the rest holds, too, and end the scenario. */
void life_calm(void);

#endif /* LIFE_H */
