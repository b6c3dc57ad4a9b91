/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/discovery.h"

#include <errno.h>
#include <string.h>

#include "agent/datagramlog.h"
#include "agent/monitor_lines.h"
#include "agent/monitoring.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/shared.h"
#include "core/monitor.h"
#include "net/ifaces.h"
#include "net/ifpatterns.h"
#include "net/ifwords.h"
#include "net/prober.h"

struct discovery {
	const struct conf *config; /* in effect */
	struct shared *shared;     /* the monitor */
	struct monitor_lines lines;
	struct prober *prober;
	struct datagramlog datagramlog;
};

static bool
admits(void *ctx, const struct iface *iface, bool *by_name)
{
	const struct discovery *discovery = ctx;

	return ifpatterns_admit(&discovery->config->interfaces, iface, by_name);
}

static void
received(void *ctx, enum verdict verdict, const struct arrival *arrival,
	 const struct wire_response *resp, const char *reason)
{
	struct discovery *discovery = ctx;

	datagramlog_put(&discovery->datagramlog, verdict, arrival, resp, reason,
			clock_now().mono_us);
}

static void
changed(void *ctx)
{
	struct discovery *discovery = ctx;
	const struct moment now = clock_now();

	monitor_reconcile(shared_lock(discovery->shared), now);
	shared_unlock(discovery->shared);
	monitor_lines_put(&discovery->lines, discovery->shared, now);
	datagramlog_sum_up(&discovery->datagramlog, now.mono_us);
}

static void
on_change(void *ctx, int fd)
{
	struct discovery *discovery = ctx;

	(void)fd;
	shared_drain_wake(discovery->shared);
	prober_wake(discovery->prober);
}

/* A missing interface may be created later, or its name may be misspelt. */
static void
warn_missing_interfaces(const struct conf *config)
{
	struct ifaces ifaces = {0};
	char buf[IFWORDS_LEN];

	if (ifaces_read(&ifaces) < 0)
		return; /* the prober logs the reason */
	for (size_t i = 0; i < config->interfaces.count; i++) {
		const char *what = ifwords_missing(config->interfaces.items[i], &ifaces, buf);

		if (what != NULL)
			log_warning("interface: %s; waiting for it", what);
	}
	ifaces_clear(&ifaces);
}

static struct prober_settings
prober_settings_of(const struct conf *config)
{
	return (struct prober_settings){
	    .request = config->monitor.discover.request,
	    .list_unused = true,
	};
}

static int
start_prober(struct discovery *discovery, struct loop *loop)
{
	const struct prober_settings settings = prober_settings_of(discovery->config);
	const struct prober_client client = {
	    .ctx = discovery, .admits = admits, .received = received, .changed = changed};

	discovery->prober = prober_new(loop, discovery->shared, &settings, &client);
	if (discovery->prober == NULL)
		return -1;
	warn_missing_interfaces(discovery->config);
	if (prober_usable(discovery->prober) == 0)
		log_warning("no interface can be used now; waiting for one");
	return 0;
}

struct discovery *
discovery_start(struct loop *loop, const struct conf *config)
{
	static struct discovery discovery; /* other threads may use it until the process ends */

	discovery.config = config;
	discovery.shared = monitoring_start(config, &discovery.lines);
	if (discovery.shared == NULL ||
	    loop_add_fd(loop, shared_wake_fd(discovery.shared), on_change, &discovery) < 0) {
		log_error("cannot start: %s", strerror(errno));
		return NULL;
	}
	return start_prober(&discovery, loop) == 0 ? &discovery : NULL;
}

struct shared *
discovery_monitor(const struct discovery *discovery)
{
	return discovery->shared;
}

int
discovery_configure(struct discovery *discovery, const struct conf *config)
{
	const struct prober_settings settings = prober_settings_of(config);
	int status;

	warn_missing_interfaces(config);
	status = monitoring_configure(config);
	discovery->config = config;
	prober_configure(discovery->prober, &settings);
	return status;
}

void
discovery_round_now(struct discovery *discovery)
{
	prober_round_now(discovery->prober);
}

void
discovery_tidy(struct discovery *discovery)
{
	changed(discovery);
}

void
discovery_stop(struct discovery *discovery)
{
	prober_free(discovery->prober);
	discovery->prober = NULL;
}
