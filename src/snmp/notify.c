/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <assert.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/monitor.h"
#include "snmp/axpdu.h"
#include "snmp/masterlink.h"
#include "snmp/mib_event.h"
#include "snmp/notify.h"

/* So few that no socket buffer fills up: if the buffers of both directions were full, both
 * sides would block in write(2) forever. */
#define MAX_IN_FLIGHT 16

/* Sent at once after a pause; a notification receiver's socket buffer holds more. */
#define BURST 10

/* The time without an answer after which a Notify is sent again.  Long, because a master
 * agent that only answers late forwards each repeat.  One that hangs is detected by pings,
 * and its session is closed. */
#define ANSWER_TIMEOUT_S 30

/* After a failure.  About the time within which a lost link is detected. */
#define PAUSE_US US_PER_S

static struct shared *shared; /* the monitor */
static const char *context;

static struct flight {
	bool used;
	uint32_t id;
} flights[MAX_IN_FLIGHT];

/* The event without an answer for the longest time while the link is up. */
static struct {
	uint32_t id;
	unsigned int times; /* 0: there is none */
} unanswered;

static int64_t due_us; /* when the next one is due if all are evenly spaced */
static int64_t paused_until_us;
static bool timer_set;

void
notify_start(struct shared *lent, const char *context_name)
{
	shared = lent;
	context = context_name;
	due_us = paused_until_us = 0;
	timer_set = false;
	unanswered.times = 0;
	for (int i = 0; i < MAX_IN_FLIGHT; i++)
		flights[i].used = false;
}

static void
conclude(struct flight *flight, enum event_outcome outcome)
{
	if (!flight->used)
		return;
	flight->used = false;
	if (outcome == EVENT_RETRY)
		paused_until_us = clock_now().mono_us + PAUSE_US;
	else if (flight->id == unanswered.id)
		unanswered.times = 0;
	monitor_conclude_event(shared_lock(shared), flight->id, outcome);
	shared_unlock(shared);
}

/* Log it the second time, the fourth, the eighth and so on. */
static void
count_unanswered(uint32_t id)
{
	if (unanswered.times > 0 && unanswered.id != id)
		return;
	unanswered.id = id;
	unanswered.times++;
	if (unanswered.times >= 2 && (unanswered.times & (unanswered.times - 1)) == 0)
		log_warning("event %u: the master agent has not answered its notification within "
			    "%d s (%u times so far); sending it again",
			    id, ANSWER_TIMEOUT_S, unanswered.times);
}

/* Also called, with TIMED_OUT, for events in flight when the session is closed. */
static int
on_answer(int operation, netsnmp_session *session, int request_id, netsnmp_pdu *pdu, void *arg)
{
	struct flight *flight = arg;
	enum event_outcome outcome = EVENT_RETRY;

	(void)request_id;
	if (operation == NETSNMP_CALLBACK_OP_RESEND)
		return 1; /* agentXRetries is set: the answer is still to come */
	if (operation == NETSNMP_CALLBACK_OP_TIMED_OUT && session == masterlink_session())
		count_unanswered(flight->id);
	if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE) {
		if (pdu->errstat == SNMP_ERR_NOERROR) {
			outcome = EVENT_ACCEPTED;
			log_debug("event %u: notification accepted", flight->id);
		} else if (pdu->errstat != AXPDU_NOT_OPEN) {
			outcome = EVENT_REFUSED;
			log_warning("event %u: the master agent refused its notification: AgentX "
				    "error %ld (RFC 2741, 6.2.16)",
				    flight->id, pdu->errstat);
		}
	}
	conclude(flight, outcome);
	return 1;
}

static void
send_event(netsnmp_session *session, struct flight *flight, const struct event *event)
{
	netsnmp_pdu *pdu = axpdu_new(session, AXPDU_NOTIFY, context);

	flight->used = true;
	flight->id = event->id;
	if (pdu != NULL && mib_event_notification(pdu, event) != 0) {
		snmp_free_pdu(pdu);
		pdu = NULL;
	}
	if (pdu != NULL) {
		pdu->flags |= UCD_MSG_FLAG_PDU_TIMEOUT;
		pdu->time = ANSWER_TIMEOUT_S;
	}
	if (pdu == NULL || axpdu_send(session, pdu, on_answer, flight) != 0)
		conclude(flight, EVENT_RETRY);
}

/* Between two notifications. */
static int64_t
interval_us(void)
{
	const unsigned int rate = monitor_settings(shared_lock(shared)).notification_rate;

	shared_unlock(shared);
	assert(rate > 0);
	return US_PER_S / rate;
}

static struct flight *
free_flight(void)
{
	for (int i = 0; i < MAX_IN_FLIGHT; i++)
		if (!flights[i].used)
			return &flights[i];
	return NULL;
}

/* The time until the next notification may be sent; 0 or less: now. */
static int64_t
wait_us(int64_t now_us)
{
	const int64_t earliest_us = due_us > paused_until_us ? due_us : paused_until_us;

	return earliest_us - now_us;
}

/* The timer only has to end a turn of the library's loop. */
static void
on_timer(unsigned int id, void *arg)
{
	(void)id;
	(void)arg;
	timer_set = false;
}

static void
set_timer(int64_t us)
{
	const struct timeval tv = {.tv_sec = us / US_PER_S, .tv_usec = us % US_PER_S};

	if (!timer_set)
		timer_set = snmp_alarm_register_hr(tv, 0, on_timer, NULL) != 0;
}

static bool
take_event(int64_t now_us, struct event *event)
{
	const bool taken = monitor_take_event(shared_lock(shared), now_us, event);

	shared_unlock(shared);
	return taken;
}

void
notify_run(void)
{
	const int64_t now_us = clock_now().mono_us;
	const int64_t full_us = now_us - (BURST - 1) * interval_us();

	if (due_us < full_us)
		due_us = full_us;
	for (;;) {
		netsnmp_session *session = masterlink_session();
		struct flight *flight = free_flight();
		struct event event;

		if (session == NULL || flight == NULL)
			return; /* a new link or an answer will end the loop's turn */
		if (wait_us(now_us) > 0) {
			set_timer(wait_us(now_us));
			return;
		}
		if (!take_event(now_us, &event))
			return;
		due_us += interval_us();
		send_event(session, flight, &event);
	}
}
