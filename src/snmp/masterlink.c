/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/agent/agent_callbacks.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "snmp/absence.h"
#include "snmp/masterlink.h"
#include "snmp/mib_set.h"
#include "snmp/registration.h"
#include "snmp/tcpdomain.h"
#include "snmp/unfinished.h"

/* After a refusal: another subagent may keep the objects registered for long, and the
 * master agent logs each attempt. */
#define REFUSED_INTERVAL_S 3

static netsnmp_session *session; /* NULL: none is open */
static bool complete;            /* all objects are registered in it */

/* The last message, which is not repeated. */
static enum {
	LOGGED_NOTHING,
	LOGGED_UP,
	LOGGED_DOWN,
	LOGGED_REFUSED,
} logged;
static char refusal[512];

static int interval_s; /* between attempts, as configured */

/* The library's alarm that opens the session while there is none; 0: unknown. */
static unsigned int reconnect_alarm;
/* The lowest id of an alarm that keep_newest_alarm() has not considered. */
static unsigned int unseen_alarm;

static const char *
master_address(void)
{
	const char *address =
	    netsnmp_ds_get_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET);

	return address != NULL ? address : NETSNMP_AGENTX_SOCKET;
}

static void
on_no_alarm(unsigned int id, void *arg)
{
	(void)id;
	(void)arg;
}

/* The library numbers alarms in the order of their registration. */
static unsigned int
unused_alarm(void)
{
	const unsigned int id = snmp_alarm_register(1, 0, on_no_alarm, NULL);

	snmp_alarm_unregister(id);
	return id;
}

/* If the peer closes the connection while the library opens a session, the library (5.9.3)
 * registers a second repeating alarm for further attempts in addition to the one that is
 * running: their number would double with each attempt.  While there is no session,
 * nothing else registers alarms. */
static void
keep_newest_alarm(void)
{
	const unsigned int end = unused_alarm();

	for (; unseen_alarm < end; unseen_alarm++) {
		snmp_alarm_unregister(reconnect_alarm);
		reconnect_alarm = unseen_alarm;
	}
	unseen_alarm = end + 1;
}

static void
stop_reconnecting(void)
{
	keep_newest_alarm();
	snmp_alarm_unregister(reconnect_alarm);
	reconnect_alarm = 0;
}

/* The library reads it when a session has ended and, for its pings, when one was opened. */
static void
set_interval(int seconds)
{
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL,
			   seconds);
}

/* The library finds the connection closed, and tries again after the interval. */
static void
end_session(void)
{
	shutdown(snmp_sess_transport(snmp_sess_pointer(session))->sock, SHUT_RDWR);
}

static void
log_up(void)
{
	log_notice("AgentX link to the master agent at %s is up", master_address());
	logged = LOGGED_UP;
}

static void
log_refused(const char *why)
{
	if (logged == LOGGED_REFUSED && strcmp(why, refusal) == 0)
		return;
	log_warning("the master agent at %s refuses to register the objects: %s; trying again "
		    "every %d s",
		    master_address(), why, REFUSED_INTERVAL_S);
	snprintf(refusal, sizeof(refusal), "%s", why);
	logged = LOGGED_REFUSED;
}

static void
on_registered(enum registration_outcome outcome, const char *why)
{
	complete = outcome == REGISTRATION_COMPLETE;
	if (complete) {
		log_up();
		return;
	}
	if (outcome == REGISTRATION_REFUSED) {
		log_refused(why);
		set_interval(REFUSED_INTERVAL_S);
	}
	end_session();
}

/* The session was opened; nothing is registered in it yet. */
static int
on_open(int major, int minor, void *opened, void *arg)
{
	(void)major;
	(void)minor;
	(void)arg;
	stop_reconnecting();
	set_interval(interval_s);
	session = opened;
	complete = false;
	registration_start(session, on_registered);
	return 0;
}

static void
log_down(void)
{
	if (complete)
		log_warning("AgentX link to the master agent at %s lost, reconnecting",
			    master_address());
	else if (logged == LOGGED_NOTHING)
		log_error("the master agent at %s ended the session before all objects were "
			  "registered; will keep trying",
			  master_address());
	else
		return;
	logged = LOGGED_DOWN;
}

/* May be called twice for a session, and for one that was never opened (5.9.3, if the
 * master agent dies during a synchronous call). */
static int
on_close(int major, int minor, void *closed, void *arg)
{
	(void)major;
	(void)minor;
	(void)closed;
	(void)arg;
	if (session == NULL) {
		keep_newest_alarm(); /* the library is about to register another one */
		return 0;
	}
	log_down();
	registration_cancel();
	unfinished_note(session);
	session = NULL;
	complete = false;
	reconnect_alarm = 0;
	unseen_alarm = unused_alarm() + 1;
	mib_set_abandon();
	return 0;
}

void
masterlink_start(void)
{
	session = NULL;
	complete = false;
	logged = LOGGED_NOTHING;
	interval_s =
	    netsnmp_ds_get_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL);
	reconnect_alarm = 0;
	unseen_alarm = unused_alarm() + 1;
	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, on_open,
			       NULL);
	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP, on_close,
			       NULL);
}

void
masterlink_run(void)
{
	unfinished_run();
	if (session == NULL)
		keep_newest_alarm();
}

void
masterlink_stop(void)
{
	registration_cancel();
	complete = false; /* pending requests do not mean that the master agent hangs */
}

netsnmp_session *
masterlink_session(void)
{
	return complete ? session : NULL;
}

void
masterlink_report_absence(void)
{
	char why[320];

	if (session != NULL)
		return;
	/* The library tries TCP when it cannot connect to a path. */
	absence_explain(master_address(), tcpdomain_error(), why, sizeof(why));
	log_error("cannot connect to the master agent at %s: %s; will keep trying",
		  master_address(), why);
	logged = LOGGED_DOWN;
}
