/* SPDX-License-Identifier: BSD-2-Clause */
/* store_cost - what the state file costs: the program of tests/bench/store.
 *
 *	store_cost events PATH MANAGERS HISTORY COUNT	one after the other
 *	store_cost burst PATH MANAGERS HISTORY COUNT	managers that vanish at once
 *	store_cost day PATH MANAGERS HISTORY		without an event
 *	store_cost rate PATH MANAGERS HISTORY COUNT GROUP
 *							events, GROUP in a save
 *	store_cost load PATH MANAGERS HISTORY
 *
 * PATH, which is absolute and ends in .db, must not be there; it is made with so many
 * managers, and events in its history.  Prints JSON, one object a line: one for each save
 * that is measured, the result, and a last one of all that was written, also before and
 * after.  Time is simulated, except that "seconds" are real.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/parse.h"
#include "io_count.h"
#include "site.h"
#include "store/store.h"

#define ROUND_US (30 * US_PER_S)
#define SILENT_ROUNDS 4 /* until a manager is down */
#define RATE 200        /* notifications a second */
#define MANAGERS_MAX 30000
#define EVENTS_MAX 1000000
#define STRIDE 7919 /* a prime number */

static struct order {
	const char *path;
	unsigned int managers, history, count, group;
} order;

static void
print_io(const char *why, const struct io_count *io)
{
	printf("{\"why\": \"%s\", \"wal\": %" PRIu64 ", \"database\": %" PRIu64
	       ", \"other\": %" PRIu64 ", \"writes\": %" PRIu64 ", \"syncs\": %" PRIu64 "}\n",
	       why, io->wal, io->database, io->other, io->writes, io->syncs);
}

static void
print_save(void *ctx, enum site_save why, const struct io_count *io)
{
	static const char *const names[] = {"event", "accepted", "periodic"};

	(void)ctx;
	print_io(names[why], io);
}

static double
seconds_since(struct moment then)
{
	return (double)(clock_now().mono_us - then.mono_us) / (double)US_PER_S;
}

/* Let all that has happened be announced and saved. */
static void
settle(struct site *site, unsigned int events)
{
	site_run(site, SILENT_ROUNDS * ROUND_US + (int64_t)events * US_PER_S / RATE);
}

static void
make_database(void)
{
	struct site *site = site_new(order.path, order.managers);

	settle(site, order.managers);
	site_free(site, order.history);
}

/* A second life, in which all managers are known; `more` others are silent. */
static struct site *
start(unsigned int more)
{
	struct site *site;

	make_database();
	site = site_new(order.path, order.managers + more);
	for (unsigned int i = 0; i < more; i++)
		site_silence(site, order.managers + i, true);
	settle(site, 0);
	if (site_events(site) != 0)
		errx(1, "a restart has events");
	site_watch(site, print_save, NULL);
	return site;
}

static void
end(struct site *site, unsigned int expected)
{
	if (site_events(site) != expected)
		errx(1, "expected %u events, not %u", expected, site_events(site));
	printf("{\"events\": %u}\n", expected);
	site_watch(site, NULL, NULL);
	site_free(site, 0);
}

/* In each round one vanishes and another one comes back. */
static void
events(void)
{
	const unsigned int pairs = order.count / 2;
	struct site *site = start(0);

	site_stop_periodic(site);
	for (unsigned int i = 0; i < pairs + SILENT_ROUNDS; i++) {
		if (i < pairs)
			site_silence(site, i * STRIDE % order.managers, true);
		if (i >= SILENT_ROUNDS)
			site_silence(site, (i - SILENT_ROUNDS) * STRIDE % order.managers, false);
		site_run(site, ROUND_US);
	}
	settle(site, 0);
	end(site, 2 * pairs);
}

static void
burst(void)
{
	struct site *site = start(0);

	site_stop_periodic(site);
	for (unsigned int i = 0; i < order.count; i++)
		site_silence(site, i, true);
	settle(site, order.count);
	end(site, order.count);
}

static void
day(void)
{
	struct site *site = start(0);

	site_run(site, US_PER_DAY);
	end(site, 0);
}

/* New managers answer, one after the other. */
static void
rate(void)
{
	struct site *site = start(order.count);
	struct moment began;

	site_stop_periodic(site);
	site_run(site, US_PER_S);
	began = clock_now();
	for (unsigned int i = 0; i < order.count; i++) {
		site_silence(site, order.managers + i, false);
		site_answer(site, order.managers + i);
		if ((i + 1) % order.group != 0 && i + 1 != order.count)
			continue;
		site_save_now(site);
		site_announce(site);
	}
	printf("{\"seconds\": %.6f}\n", seconds_since(began));
	settle(site, 0);
	end(site, order.count);
}

/* Have the kernel forget what it has of the database. */
static void
drop_cache(void)
{
	int fd = open(order.path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
		err(1, "%s", order.path);
	close(fd);
}

static double
load_once(void)
{
	const struct store_limits limits = {.managers = MANAGERS_MAX, .events = 256};
	const struct moment began = clock_now();
	char error[PLACE_ERROR_LEN] = "";
	struct store *store;
	struct state state;
	size_t clamped;
	double seconds;

	if (store_new(&store, order.path, error) != PLACE_OK ||
	    store_load(store, &limits, began, &state, &clamped, error) != STORE_LOADED)
		errx(1, "%s", error);
	seconds = seconds_since(began);
	if (state.manager_count != order.managers)
		errx(1, "loaded %zu managers", state.manager_count);
	state_clear(&state);
	store_free(store);
	return seconds;
}

static void
load(void)
{
	double cold;

	make_database();
	drop_cache();
	cold = load_once();
	printf("{\"cold_seconds\": %.6f, \"seconds\": %.6f}\n", cold, load_once());
}

static const struct what {
	const char *name;
	void (*measure)(void);
	int numbers;
} whats[] = {
    {"events", events, 3}, {"burst", burst, 3}, {"day", day, 2},
    {"rate", rate, 4},     {"load", load, 2},
};

static unsigned int
number(const char *text, unsigned long min, unsigned long max)
{
	unsigned long value;

	if (parse_unsigned(text, min, max, &value) < 0)
		errx(2, "%s: expected %lu..%lu", text, min, max);
	return (unsigned int)value;
}

static void
take_order(char **words, int numbers)
{
	char directory[PATH_MAX];

	order.path = words[0];
	order.managers = number(words[1], 1, MANAGERS_MAX);
	order.history = number(words[2], 0, EVENTS_MAX);
	if (numbers > 2)
		order.count = number(words[3], 1, MANAGERS_MAX);
	if (numbers > 3)
		order.group = number(words[4], 1, MANAGERS_MAX);
	snprintf(directory, sizeof(directory), "%s", order.path);
	io_count_begin(dirname(directory));
}

int
main(int argc, char **argv)
{
	struct io_count total;

	for (size_t i = 0; i < sizeof(whats) / sizeof(whats[0]); i++) {
		if (argc != whats[i].numbers + 3 || strcmp(argv[1], whats[i].name) != 0)
			continue;
		take_order(argv + 2, whats[i].numbers);
		whats[i].measure();
		total = io_count_now();
		print_io("total", &total);
		return 0;
	}
	errx(2, "usage: store_cost events|burst|day|rate|load PATH MANAGERS HISTORY ...");
}
