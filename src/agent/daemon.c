/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/configfile.h"
#include "agent/daemonize.h"
#include "agent/discovery.h"
#include "agent/heap.h"
#include "agent/persist.h"
#include "agent/pid_file.h"
#include "agent/preflight.h"
#include "agent/privileges.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "snmp/subagent.h"

/* Together with subagent_stop(), stopping takes at most a second. */
#define SAVE_TIMEOUT_MS 400
#define STOP_TIMEOUT_MS 900
#define LOG_TIMEOUT_MS 300
#define LOG_TIMEOUT_MIN_MS 50
#define TIDY_INTERVAL_US US_PER_MIN
#define WATCH_INTERVAL_US (2 * US_PER_S)

struct daemon {
	const struct options *options;
	struct conf *config;      /* in effect */
	char *config_path;        /* directories, separated by colons */
	const struct conf *first; /* of the start; not freed: the SNMP thread uses its strings */
	struct loop *loop;
	struct loop_timer *tidying, *watching;
	struct discovery *discovery;
};

/* Returns NULL after logging the errors. */
static struct conf *
load_config(const struct daemon *daemon)
{
	struct conf *config = malloc(sizeof(*config));

	if (config == NULL) {
		log_error("cannot read the configuration: %s", strerror(errno));
		return NULL;
	}
	if (configfile_load(config, daemon->options, daemon->config_path) == 0)
		return config;
	conf_clear(config);
	free(config);
	return NULL;
}

static void
warn_restart(void *ctx, const char *token)
{
	(void)ctx;
	log_warning("%s: the change takes effect when ldm-agentx is restarted", token);
}

/* Must not wait for the SNMP thread, which hangs while the master agent does. */
static void
reload(struct daemon *daemon)
{
	struct conf *config = load_config(daemon), *old = daemon->config;

	if (config == NULL) {
		log_error("configuration not reloaded: the previous one stays in effect");
		return;
	}
	conf_restart_tokens(daemon->first, config, warn_restart, NULL);
	if (discovery_configure(daemon->discovery, config) < 0)
		log_error("configuration only partly reloaded: %s", strerror(ENOMEM));
	daemon->config = config;
	if (old != daemon->first) {
		conf_clear(old);
		free(old);
	}
	log_notice("configuration reloaded");
}

static void
on_signal(void *ctx, int signo)
{
	struct daemon *daemon = ctx;

	switch (signo) {
	case SIGHUP:
		log_reopen();
		reload(daemon);
		break;
	case SIGUSR1:
		discovery_round_now(daemon->discovery);
		break;
	default:
		log_info("stopping: %s", strsignal(signo));
		loop_stop(daemon->loop);
	}
}

static const char *
log_destination(const struct options *options)
{
	if (options->log != NULL)
		return options->log;
	return options->foreground ? "e" : "sd";
}

static int
log_status(const struct options *options, int status)
{
	if (status < 0)
		log_error("-L %s: %s", log_destination(options), strerror(errno));
	return status;
}

static int
choose_log(const struct options *options)
{
	return log_status(options, log_choose(log_destination(options)));
}

static int
start_log(const struct options *options)
{
	return log_status(options, log_start());
}

static void
tidy(void *ctx)
{
	struct daemon *daemon = ctx;

	heap_give_back();
	discovery_tidy(daemon->discovery);
	loop_set_timer(daemon->tidying, clock_now().mono_us + TIDY_INTERVAL_US);
}

static void
watch(void *ctx)
{
	const struct daemon *daemon = ctx;

	persist_watch();
	loop_set_timer(daemon->watching, clock_now().mono_us + WATCH_INTERVAL_US);
}

static int
start_timers(struct daemon *daemon)
{
	daemon->tidying = loop_add_timer(daemon->loop, tidy, daemon);
	daemon->watching = loop_add_timer(daemon->loop, watch, daemon);
	if (daemon->tidying == NULL || daemon->watching == NULL) {
		log_error("cannot start: %s", strerror(errno));
		return -1;
	}
	loop_set_timer(daemon->tidying, clock_now().mono_us + TIDY_INTERVAL_US);
	loop_set_timer(daemon->watching, clock_now().mono_us + WATCH_INTERVAL_US);
	return 0;
}

static int
start_loop(struct daemon *daemon)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};

	daemon->loop = loop_new();
	if (daemon->loop == NULL) {
		log_error("cannot start: %s", strerror(errno));
		return -1;
	}
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		if (loop_add_signal(daemon->loop, signals[i], on_signal, daemon) < 0) {
			log_error("cannot handle signals: %s", strerror(errno));
			return -1;
		}
	}
	return start_timers(daemon);
}

static int
start_subagent(const struct daemon *daemon)
{
	const struct subagent_settings settings = {
	    .address = daemon->options->agentx_address,
	    .netsnmp_lines = daemon->config->netsnmp.items,
	    .netsnmp_line_count = daemon->config->netsnmp.count,
	    .debug_tokens = daemon->options->debug_tokens,
	    .context = daemon->config->context,
	};

	if (subagent_start(&settings, discovery_monitor(daemon->discovery)) == 0)
		return 0;
	log_error("cannot start the SNMP thread: %s", strerror(errno));
	return -1;
}

/* Wait until the log is written, for the rest of the second that stopping may take. */
static void
finish_log(int64_t stop_began_us)
{
	const int64_t left_ms = STOP_TIMEOUT_MS - (clock_now().mono_us - stop_began_us) / 1000;

	if (left_ms > LOG_TIMEOUT_MS)
		log_finish(LOG_TIMEOUT_MS);
	else
		log_finish(left_ms > LOG_TIMEOUT_MIN_MS ? (int)left_ms : LOG_TIMEOUT_MIN_MS);
}

/* End the process once the SNMP thread was started.  Exit handlers are not run, because
 * that thread may be blocked in net-snmp and still be running. */
static _Noreturn void
finish(struct daemon *daemon, int status)
{
	const int64_t began_us = clock_now().mono_us;

	discovery_stop(daemon->discovery);
	subagent_stop();
	/* After the last notification was accepted, so that it is not sent again. */
	persist_finish(SAVE_TIMEOUT_MS);
	pid_file_remove();
	log_info("stopped");
	finish_log(began_us);
	fflush(NULL);
	_exit(status);
}

static int
start(struct daemon *daemon)
{
	const struct options *options = daemon->options;

	if (choose_log(options) < 0)
		return -1;
	if (!options->foreground && daemonize_start() < 0) {
		log_error("cannot fork: %s", strerror(errno));
		return -1;
	}
	if (start_loop(daemon) < 0)
		return -1;
	daemon->discovery = discovery_start(daemon->loop, daemon->config);
	if (daemon->discovery == NULL)
		return -1;
	if (options->pidfile != NULL && pid_file_write(options->pidfile) < 0)
		return -1;
	if (privileges_drop(options->user, options->group) < 0 || start_log(options) < 0 ||
	    persist_open(daemon->config) < 0 ||
	    persist_load(daemon->config, discovery_monitor(daemon->discovery)) < 0 ||
	    start_subagent(daemon) < 0) {
		pid_file_remove();
		return -1;
	}
	if (persist_start(discovery_monitor(daemon->discovery)) < 0)
		finish(daemon, EXIT_FAILURE);
	log_started();
	if (!options->foreground)
		daemonize_ready();
	return 0;
}

struct daemon *
daemon_new(const struct options *options)
{
	struct daemon *daemon = calloc(1, sizeof(*daemon));
	const char *path = subagent_config_path();

	if (daemon != NULL && path != NULL)
		daemon->config_path = strdup(path);
	if (daemon == NULL || daemon->config_path == NULL) {
		log_error("cannot start: %s", strerror(ENOMEM));
		free(daemon);
		return NULL;
	}
	daemon->options = options;
	daemon->first = daemon->config = load_config(daemon);
	if (daemon->config != NULL)
		return daemon;
	free(daemon->config_path);
	free(daemon);
	return NULL;
}

int
daemon_check(const struct daemon *daemon)
{
	const int status = preflight_check(daemon->options);

	return preflight_print(daemon->config) == 0 ? status : -1;
}

int
daemon_start(struct daemon *daemon)
{
	if (start(daemon) == 0)
		return 0;
	log_finish(LOG_TIMEOUT_MS);
	return -1;
}

void
daemon_run(struct daemon *daemon)
{
	const bool failed = loop_run(daemon->loop) < 0;

	if (failed)
		log_error("discovery stopped: %s", strerror(errno));
	finish(daemon, failed ? EXIT_FAILURE : EXIT_SUCCESS);
}
