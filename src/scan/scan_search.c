/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/scan_search.h"

#include <err.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/inherited.h"
#include "base/shared.h"
#include "core/monitor.h"
#include "net/ifaces.h"
#include "net/ifpatterns.h"
#include "net/prober.h"
#include "scan/progress.h"
#include "scan/terminal.h"

#define LIVE_RETENTION_US US_PER_H

struct search {
	const struct scan_options *options;
	struct search_client client;

	struct loop *loop;
	struct shared *shared; /* required by the prober; there is only one thread */
	struct monitor *monitor;
	const struct inventory *inventory; /* the monitor's */
	struct prober *prober;
};

static bool
admits(void *ctx, const struct iface *iface, bool *by_name)
{
	const struct search *search = ctx;

	return ifpatterns_admit(&search->options->config.interfaces, iface, by_name);
}

static void
on_datagram(void *ctx, enum verdict verdict, const struct arrival *arrival,
	    const struct wire_response *resp, const char *reason)
{
	const struct search *search = ctx;

	if (search->client.received != NULL)
		search->client.received(search->client.ctx, verdict, arrival, resp, reason);
}

static void
on_changed(void *ctx)
{
	const struct search *search = ctx;
	const bool enough = search->options->enough > 0 &&
			    inventory_summary(search->inventory).up >= search->options->enough;

	if (enough ||
	    (!search->options->live && discover_stats(search_discover(search))->rounds > 0))
		loop_stop(search->loop);
}

static void
on_signal(void *ctx, int signo)
{
	const struct search *search = ctx;

	(void)signo;
	loop_stop(search->loop);
}

static void
start_monitor(struct search *search)
{
	struct monitor_settings settings = search->options->config.monitor;
	const struct shared_hooks nothing_to_do = {NULL, NULL, NULL};

	settings.discover.always_probe = true;
	settings.inventory = (struct inventory_settings){
	    .max_managers = SCAN_MAX_MANAGERS,
	    .misses = settings.discover.misses,
	    .confirmations = 1,
	    .retention_us = LIVE_RETENTION_US,
	    .change_holdoff_us = SCAN_LIVE_INTERVAL_US,
	};
	settings.notifications = false; /* on_event() suffices */
	settings.event_log = 1;
	search->loop = loop_new();
	search->monitor =
	    monitor_new(&settings, 1, clock_now(), search->client.on_event, search->client.ctx);
	if (search->loop == NULL || search->monitor == NULL)
		err(EXIT_TROUBLE, NULL);
	search->inventory = monitor_inventory(search->monitor);
	search->shared = shared_new(search->monitor, &nothing_to_do);
	if (search->shared == NULL || loop_add_signal(search->loop, SIGTERM, on_signal, search) < 0)
		err(EXIT_TROUBLE, NULL);
	if (!inherited_ignores(SIGINT) &&
	    loop_add_signal(search->loop, SIGINT, on_signal, search) < 0)
		err(EXIT_TROUBLE, NULL);
}

struct search *
search_new(const struct scan_options *options, bool list_unused, const struct search_client *client)
{
	struct search *search = calloc(1, sizeof(*search));
	const struct prober_settings settings = {
	    .request = options->config.monitor.discover.request,
	    .no_fallback = true,
	    .yields_port = true,
	    .list_unused = list_unused,
	};
	const struct prober_client prober_client = {
	    .ctx = search,
	    .admits = admits,
	    .received = on_datagram,
	    .changed = on_changed,
	};

	if (search == NULL)
		err(EXIT_TROUBLE, NULL);
	search->options = options;
	search->client = *client;
	start_monitor(search);
	search->prober = prober_new(search->loop, search->shared, &settings, &prober_client);
	if (search->prober == NULL)
		exit(EXIT_TROUBLE); /* the prober has reported the error */
	return search;
}

void
search_free(struct search *search)
{
	prober_free(search->prober);
	shared_free(search->shared);
	monitor_free(search->monitor);
	loop_free(search->loop);
	free(search);
}

/* With -v and -l, there are other lines meanwhile. */
static bool
shows_progress(const struct scan_options *options)
{
	return !options->live && !options->verbose && !options->quiet && terminal_watched();
}

void
search_run(struct search *search)
{
	struct progress progress = {0};

	if (shows_progress(search->options))
		progress_begin(&progress, search->loop, search->inventory,
			       search->options->config.monitor.discover.window_us);
	if (loop_run(search->loop) < 0)
		err(EXIT_TROUBLE, "cannot wait for answers");
	progress_end(&progress);
}

unsigned int
search_usable(const struct search *search)
{
	return prober_usable(search->prober);
}

struct loop *
search_loop(const struct search *search)
{
	return search->loop;
}

const struct inventory *
search_inventory(const struct search *search)
{
	return search->inventory;
}

const struct discover *
search_discover(const struct search *search)
{
	return monitor_discover(search->monitor);
}
