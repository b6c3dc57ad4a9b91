/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "snmp/direct.h"
#include "snmp/liblog.h"
#include "snmp/masterlink.h"
#include "snmp/mib_request.h"
#include "snmp/notify.h"
#include "snmp/registration.h"
#include "snmp/set_lines.h"
#include "snmp/subagent.h"
#include "snmp/tcpdomain.h"

#define NAME "ldm-agentx" /* in net-snmp's configuration and log */

/* The interval of pings while the link is up, and of attempts to connect while it is not:
 * it is up about a second after the master agent is back. */
#define PING_INTERVAL_S 1

/* The time after which a master agent that does not answer is considered hung.  snmpd does
 * not answer while the script of an `extend` or `pass` line runs, which may take some
 * seconds.  If it dies or goes on, the wait ends at once.  Only this thread waits.  No
 * retries, because nothing is lost on a stream. */
#define ANSWER_TIMEOUT_US 10000000
#define ANSWER_RETRIES 0

#define STOP_TIMEOUT_MS 500

/* Written before the thread starts, only read afterwards. */
static struct subagent_settings settings;
static struct shared *shared; /* the monitor */
static pthread_t thread;
static atomic_int our_end = -1; /* a byte sent here wakes the thread, an end of file ends it */
static int its_end = -1;        /* closed by the thread when it ends */

static bool stopping; /* the thread's own */

const char *
subagent_config_path(void)
{
	const char *path = getenv("SNMPCONFPATH");

	return path != NULL ? path : get_configuration_directory();
}

/* Runs when all lines have been read and before the library connects. */
static int
on_configured(int major, int minor, void *unused, void *arg)
{
	(void)major;
	(void)minor;
	(void)unused;
	(void)arg;
	liblog_configuring(false);
	/* With 0 the library would connect once at most, and register nothing. */
	if (netsnmp_ds_get_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL) <
	    1) {
		log_warning("agentXPingInterval must be at least 1, using %d", PING_INTERVAL_S);
		netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL,
				   PING_INTERVAL_S);
	}
	/* -x takes precedence over an agentXSocket line. */
	if (settings.address != NULL)
		netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET,
				      settings.address);
	masterlink_start();
	return 0;
}

/* The library uses its SNMP defaults for AgentX sessions, and agentXTimeout and
 * agentXRetries only as a master agent. */
static int
on_session_init(int major, int minor, void *session, void *arg)
{
	netsnmp_session *s = session;
	const int timeout_us =
	    netsnmp_ds_get_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_TIMEOUT);
	const int retries =
	    netsnmp_ds_get_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_RETRIES);

	(void)major;
	(void)minor;
	(void)arg;
	if ((s->flags & SNMP_FLAGS_STREAM_SOCKET) == 0)
		return 0; /* the library's internal one */
	s->timeout = timeout_us > 0 ? timeout_us : ANSWER_TIMEOUT_US;
	s->retries = retries >= 0 ? retries : ANSWER_RETRIES;
	return 0;
}

static void
set_up_library(void)
{
	liblog_start();
	if (settings.debug_tokens != NULL) {
		debug_register_tokens(settings.debug_tokens);
		snmp_set_do_debugging(1);
	}

	if (tcpdomain_start() != 0)
		log_warning("out of memory: TCP connections to the master agent may take minutes");

	/* Connect to a master agent instead of being one. */
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 1);
	/* Our state is saved elsewhere, and the library's directory may not be writable. */
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	/* Otherwise it would still make a directory for an index of TLS certificates. */
	set_persistent_directory("/dev/null");
	/* The configuration is read, and its errors are reported, by our own reader. */
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	/* Objects are registered by number, so no MIB module is needed; see also
	 * subagent_start(). */
	netsnmp_set_mib_directory("");
	/* masterlink.c logs this once, the library at each attempt. */
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_CONNECTION_WARNINGS,
			       1);

	snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_SESSION_INIT, on_session_init,
			       NULL);
	netsnmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_READ_CONFIG,
				  on_configured, NULL, NETSNMP_CALLBACK_HIGHEST_PRIORITY);

	/* Also makes alarms part of agent_check_and_process(), without SIGALRM. */
	init_agent(NAME);

	/* After init_agent(), which sets its own defaults, and before init_snmp(), which
	 * processes the configuration lines. */
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL,
			   PING_INTERVAL_S);
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_TIMEOUT,
			   ANSWER_TIMEOUT_US);
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_RETRIES,
			   ANSWER_RETRIES);
	for (size_t i = 0; i < settings.netsnmp_line_count; i++)
		netsnmp_config(settings.netsnmp_lines[i]);
}

static void
register_objects(void)
{
	static const oid module[] = {MIB_ROOT};

	mib_request_start(shared, settings.context);
	direct_start(shared, settings.context);
	/* net-snmp (5.9.3) has a sysORTable in the default context only. */
	if (settings.context == NULL)
		registration_set_module(
		    module, OID_LENGTH(module),
		    "The MIB module for Logical Domains Managers found on the network");
}

static void
on_wake(int fd, void *arg)
{
	char bytes[64];
	ssize_t n;

	(void)arg;
	while ((n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		;
	if (n == 0)
		stopping = true;
}

static void *
run(void *arg)
{
	(void)arg;
	set_up_library();
	register_objects();
	notify_start(shared, settings.context);
	register_readfd(its_end, on_wake, NULL);
	liblog_configuring(true);
	init_snmp(NAME);
	masterlink_report_absence();

	while (!stopping) {
		agent_check_and_process(1);
		masterlink_run();
		notify_run();
		set_lines_sum_up(clock_now().mono_us);
	}

	masterlink_stop();
	/* Notifies the master agent, which removes the objects at once. */
	snmp_shutdown(NAME);
	shutdown_agent();
	close(its_end);
	return NULL;
}

int
subagent_start(const struct subagent_settings *given, struct shared *lent)
{
	sigset_t all, before;
	int fds[2], error;

	settings = *given;
	shared = lent;
	/* init_snmp() calls setlocale(LC_CTYPE, ""), which is not safe with other threads
	 * unless it changes nothing. */
	setenv("LC_ALL", "C", 1);
	/* The only way to prevent it from loading its default MIB modules. */
	setenv("MIBS", "", 1);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -1;
	our_end = fds[0];
	its_end = fds[1];
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, NULL, run, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error == 0)
		return 0;
	/* our_end stays open: another thread may be about to use it. */
	close(its_end);
	errno = error;
	return -1;
}

void
subagent_wake(void)
{
	/* Fails if the buffer is full, so that the thread will wake, or if it has ended. */
	(void)!send(our_end, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

bool
subagent_stop(void)
{
	struct pollfd ended = {.fd = our_end, .events = POLLIN};

	shutdown(our_end, SHUT_WR);
	if (poll(&ended, 1, STOP_TIMEOUT_MS) <= 0)
		return false;
	pthread_join(thread, NULL);
	return true; /* our_end stays open, as above */
}
