/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/monitoring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/persist.h"
#include "base/clock.h"
#include "base/log.h"
#include "core/monitor.h"
#include "snmp/subagent.h"

#define CHANGE_HOLDOFF_US (10 * US_PER_MIN)
#define CONFIRMATIONS 2

static struct shared *monitoring; /* set before other threads are started */

static struct monitor_settings
monitor_settings_of(const struct conf *config)
{
	struct monitor_settings settings = config->monitor;

	settings.inventory.misses = settings.discover.misses;
	settings.inventory.confirmations = CONFIRMATIONS;
	settings.inventory.change_holdoff_us = CHANGE_HOLDOFF_US;
	settings.access = &config->access;
	settings.expected = config->expected;
	settings.expected_count = config->expected_count;
	return settings;
}

static unsigned int
take_todo(void *monitor)
{
	return monitor_take_todo(monitor);
}

/* Do what the monitor has asked for.  Called by the thread that has released the lock. */
static void
act(void *ctx, unsigned int todo)
{
	(void)ctx;
	if ((todo & MONITOR_SAVE_NOW) != 0)
		persist_ask(WRITER_NOW);
	else if ((todo & MONITOR_SAVE_SOON) != 0)
		persist_ask(WRITER_SOON);
	if ((todo & MONITOR_SEND) != 0)
		subagent_wake();
	if ((todo & (MONITOR_LOOK | MONITOR_RECONCILE)) != 0)
		shared_wake(monitoring);
}

struct shared *
monitoring_start(const struct conf *config, struct monitor_lines *lines)
{
	const struct monitor_settings settings = monitor_settings_of(config);
	const struct shared_hooks hooks = {.take = take_todo, .act = act};
	struct monitor *monitor;
	uint64_t seed;

	monitor_lines_init(lines);
	arc4random_buf(&seed, sizeof(seed));
	monitor = monitor_new(&settings, seed, clock_now(), monitor_lines_note, lines);
	if (monitor != NULL)
		monitoring = shared_new(monitor, &hooks);
	return monitoring;
}

int
monitoring_configure(const struct conf *config)
{
	const struct monitor_settings settings = monitor_settings_of(config);
	struct monitor_outcome outcome;
	const int status =
	    monitor_configure(shared_lock(monitoring), &settings, clock_now(), &outcome);

	shared_unlock(monitoring);
	if (outcome.denied > 0)
		log_notice("%zu managers removed: now refused by accept or deny", outcome.denied);
	if (outcome.no_room > 0)
		log_error("%zu expected managers are not in the table: %s", outcome.no_room,
			  strerror(ENOMEM));
	return status;
}
