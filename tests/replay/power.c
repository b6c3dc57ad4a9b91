/* SPDX-License-Identifier: BSD-2-Clause */
/* power.c - the real store under the daemon of life.h, on a disk that fails, and on one
 * that loses its power.
 *
 *     power [STEP]
 *
 * plays the same scenario again and again: a new file, managers and links that come, change
 * and go, a clean end, a start, a crash, a start.  In it each call of SQLite for input or
 * output, or each STEP-th,
 *
 * - fails once, or is the first of many that do, with EIO or ENOSPC;
 * - is the last one before the power is cut, after which the disk has any part of what was
 *   not synced (../store/unsynced.h).
 *
 * A crash leaves such a disk, too.  What has to hold is written in life.h, and:
 *
 * - At a start there is on disk what the last save has saved, or one that was tried since.
 * - Saving and loading fail only while calls do.  No file is renamed.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include <unistd.h>

#include "../store/vfs.h"
#include "kept.h"
#include "life.h"
#include "receiver.h"
#include "sim.h"
#include "store/store.h"

#define CUTS 6             /* of the power, after each call */
#define MANY 40            /* calls that fail */
#define TRIES_MAX 5        /* to start, until the disk is repaired */
#define CHECKPOINT_PAGES 8 /* instead of 1000, so that there are checkpoints */
#define ATTEMPTS_MAX 256

enum how { FAIL_ONCE, FAIL_MANY, FAIL_ON };

static const char *const how_names[] = {"once", "many times", "from then on"};
static const char *const fault_names[] = {"EIO", "ENOSPC", "power cut"};

static struct {
	char directory[256], path[272];
	struct store *store;
	uint64_t seed;

	/* The last save that has succeeded, and those that were tried since. */
	struct kept attempts[ATTEMPTS_MAX];
	size_t attempt_count;
	bool any_saved;

	/* What is tried, to be printed if a property does not hold. */
	enum vfs_fault fault;
	enum how how;
	unsigned int nth;
	bool passed;
} power;

static struct {
	unsigned int scenarios, calls, lives, strikes;
} sums;

int __real_sqlite3_open_v2(const char *path, sqlite3 **db, int flags, const char *vfs);
int __wrap_sqlite3_open_v2(const char *path, sqlite3 **db, int flags, const char *vfs);

int
__wrap_sqlite3_open_v2(const char *path, sqlite3 **db, int flags, const char *vfs)
{
	const int code = __real_sqlite3_open_v2(path, db, flags, vfs);

	if (code == SQLITE_OK)
		sqlite3_wal_autocheckpoint(*db, CHECKPOINT_PAGES);
	return code;
}

/* The disk. */

static void
forget_attempts(void)
{
	while (power.attempt_count > 0)
		kept_clear(&power.attempts[--power.attempt_count]);
}

static void
note_attempt(const struct save *save, bool saved)
{
	struct changes whole = save->whole;

	if (saved)
		forget_attempts();
	power.any_saved |= saved;
	receiver_require(power.attempt_count < ATTEMPTS_MAX, "this test has no room for attempts");
	whole.state.clean = save->changes.state.clean;
	kept_apply(&power.attempts[power.attempt_count++], &whole, true, save->runtime_us);
}

static enum disk_result
save(const struct save *save)
{
	char error[PLACE_ERROR_LEN] = "";
	const unsigned int strikes = vfs_strikes();
	const enum store_saved saved =
	    store_save(power.store, &save->changes, save->scope == MONITOR_ALL, save->at, error);
	const bool struck = vfs_strikes() > strikes || vfs_power_is_off();

	receiver_note("save: %d %s", (int)saved, error);
	note_attempt(save, saved == STORE_SAVED);
	receiver_require(saved != STORE_NEEDS_ALL || error[0] == '\0', "a good file is renamed");
	receiver_require(saved == STORE_SAVED || struck || save->scope != MONITOR_ALL,
			 "a save fails, although no call has failed");
	if (vfs_power_is_off())
		return DISK_LOST;
	return saved == STORE_SAVED       ? DISK_SAVED
	       : saved == STORE_NEEDS_ALL ? DISK_NEEDS_ALL
					  : DISK_FAILED;
}

/* Whether that is what was loaded; it becomes what life.h knows then. */
static bool
is_loaded(const struct kept *attempt, const struct state *loaded)
{
	const struct changes all = {.state = *loaded, .all_managers = true};
	struct changes whole = {0};
	bool same;

	kept_clear(&life.saved);
	kept_apply(&life.saved, &all, true, attempt->runtime_us);
	kept_read(attempt, &whole.state);
	same = loaded->last_id == attempt->state.last_id && loaded->clean == attempt->state.clean &&
	       loaded->link_count == attempt->state.link_count &&
	       kept_has(&life.saved, &whole, attempt->runtime_us);
	state_clear(&whole.state);
	return same;
}

static bool
is_any_loaded(const struct state *loaded)
{
	for (size_t i = power.attempt_count; i > 0; i--)
		if (is_loaded(&power.attempts[i - 1], loaded))
			return true;
	return false;
}

static void
stop(void)
{
	store_free(power.store);
	power.store = NULL;
	if (vfs_power_is_off())
		vfs_power_on(power.seed++);
}

/* Returns whether the daemon runs now. */
static bool
start(enum store_loaded *loaded, struct state *state)
{
	static const struct store_limits limits = {.managers = 100, .events = 1000};
	char error[PLACE_ERROR_LEN] = "";
	const unsigned int strikes = vfs_strikes();
	size_t clamped;

	receiver_require(store_new(&power.store, power.path, error) == PLACE_OK,
			 "the place cannot be used");
	*loaded = store_load(power.store, &limits, sim_moment(), state, &clamped, error);
	receiver_note("load: %d %s", (int)*loaded, error);
	receiver_require(*loaded != STORE_DAMAGED, "a good file is renamed");
	receiver_require(*loaded != STORE_UNREAD || vfs_strikes() > strikes || vfs_power_is_off(),
			 "loading fails, although no call has failed");
	if (*loaded != STORE_UNREAD && !vfs_power_is_off())
		return true;
	state_clear(state);
	stop();
	return false;
}

static bool
restart(bool clean)
{
	enum store_loaded loaded;
	struct state state;

	if (!clean)
		vfs_power_off();
	stop();
	for (int tries = 0; !start(&loaded, &state); tries++)
		if (tries == TRIES_MAX)
			vfs_repair();
	receiver_require(loaded == STORE_LOADED ? is_any_loaded(&state) : !power.any_saved,
			 "what was saved is not on disk");
	if (loaded != STORE_LOADED)
		kept_clear(&life.saved);
	state_clear(&state);
	return loaded == STORE_LOADED;
}

static const struct disk disk = {.save = save, .restart = restart};

/* The scenario. */

/* Everything that a state can have. */
static void
disturb(void)
{
	sim.peers[0].silent = true;
	snprintf(sim.peers[1].hostname, sizeof(sim.peers[1].hostname), "another");
	life_run(100 * S_US);
	sim_change(sim_expectation(FIRST_ADDR + MANAGERS - 1, true));
	sim_change((struct change){.what = CHANGE_INTERVAL, .value = 20000});
	sim.peers[2 + MANAGERS].silent = false; /* contradicts another one */
	snprintf(sim.peers[2 + MANAGERS].hostname, sizeof(sim.peers[0].hostname), "liar");
	life_run(100 * S_US);
}

static void
mend(void)
{
	sim.peers[0].silent = false;
	sim.peers[2 + MANAGERS].silent = true;
	sim.links[1].send_fails = true;
	life_run(100 * S_US);
	sim_change((struct change){
	    .what = CHANGE_ROW, .address = FIRST_ADDR + 3, .action = CHANGE_ROW_DESTROY});
	life_run(50 * S_US);
}

static void
play_lives(void)
{
	life_start(1, &disk);
	sim.settings.queue_limit = 4;
	sim_configure();
	while (sim.peer_count < 2 * MANAGERS)
		life_add_peer(S_US / 10, sim.peer_count >= MANAGERS - 1);
	life_begin();
	life_run(100 * S_US);
	life.master_is_away = true;
	disturb();
	life_again(true, 60 * S_US);
	life.master_is_away = false;
	mend();
	life_again(false, 60 * S_US);
	sim.links[1].send_fails = false;
	life_run(60 * S_US);
	if (power.how == FAIL_ON)
		vfs_repair();
	life_calm();
}

static void
for_each_file(int (*call)(const char *path))
{
	DIR *directory = opendir(power.directory);
	const struct dirent *entry;
	char path[600];

	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", power.directory, entry->d_name);
		if (entry->d_name[0] != '.' && call(path) < 0)
			perror(path);
	}
	closedir(directory);
}

static int
require_not_aside(const char *path)
{
	receiver_require(strstr(path, ".bad") == NULL, "a file was renamed");
	return 0;
}

static void
play(enum vfs_fault fault, enum how how, unsigned int nth, uint64_t seed)
{
	static const unsigned int counts[] = {1, MANY, UINT32_MAX};

	power.fault = fault;
	power.how = how;
	power.nth = nth;
	power.seed = seed;
	power.any_saved = false;
	for_each_file(remove);
	vfs_begin(power.directory);
	vfs_plan(fault, nth, nth > 0 ? counts[how] : 0);
	play_lives();
	vfs_repair();
	stop();
	for_each_file(require_not_aside);
	forget_attempts();
	sums.scenarios++;
	sums.calls += vfs_calls();
	sums.strikes += vfs_strikes() > 0;
	sums.lives += life.number;
}

/* The number of calls that can have the fault. */
static unsigned int
count_calls(enum vfs_fault fault)
{
	play(fault, FAIL_ONCE, 0, 1);
	return vfs_calls();
}

static void
fail_calls(enum vfs_fault fault, unsigned int step)
{
	const unsigned int calls = count_calls(fault);

	for (unsigned int n = 1; n <= calls; n += step)
		for (enum how how = FAIL_ONCE; how <= FAIL_ON; how++)
			play(fault, how, n, n);
	printf("%s: %u calls\n", fault_names[fault], calls);
}

static void
cut_power(unsigned int step)
{
	const unsigned int calls = count_calls(VFS_POWER);

	for (unsigned int n = 1; n <= calls; n += step)
		for (unsigned int i = 0; i < CUTS; i++)
			play(VFS_POWER, FAIL_ONCE, n, (uint64_t)n * CUTS + i);
	printf("%s: %u calls\n", fault_names[VFS_POWER], calls);
}

static void
tidy_up(void)
{
	if (power.passed) {
		for_each_file(remove);
		rmdir(power.directory);
		return;
	}
	printf("%s %s, call %u, seed %llu: %s; see %s\n", fault_names[power.fault],
	       how_names[power.how], power.nth, (unsigned long long)power.seed, vfs_struck(),
	       power.directory);
}

int
main(int argc, char **argv)
{
	const unsigned int step = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 10) : 29;
	const char *parent = getenv("TMPDIR");

	snprintf(power.directory, sizeof(power.directory), "%s/ldm-power.XXXXXX",
		 parent != NULL ? parent : "/tmp");
	if (step == 0 || mkdtemp(power.directory) == NULL) {
		perror(power.directory);
		return 99;
	}
	snprintf(power.path, sizeof(power.path), "%s/state.db", power.directory);
	atexit(tidy_up);
	vfs_register();
	fail_calls(VFS_EIO, step);
	fail_calls(VFS_ENOSPC, step);
	cut_power(step);
	printf("%u scenarios, %u with a fault, %u lives, %u calls\n", sums.scenarios, sums.strikes,
	       sums.lives, sums.calls);
	power.passed = true;
	return 0;
}
