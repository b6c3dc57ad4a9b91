/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/monitor.h"
#include "snmp/axpdu.h"
#include "snmp/masterlink.h"
#include "snmp/mib_event.h"
#include "snmp/notify.h"

/* Replacements of what notify.c uses: a link, time, a queue of one event, the log. */
static netsnmp_session link_session;
static bool link_up;
static int64_t now_us;
static bool waiting; /* the event */
static bool locked;
static enum event_outcome outcome;
static unsigned int concluded;
static unsigned int warnings;
static char last_warning[256];

static netsnmp_pdu *in_flight;
static snmp_callback answer;
static void *answer_arg;
static unsigned int sent;

netsnmp_session *
masterlink_session(void)
{
	return link_up ? &link_session : NULL;
}

struct moment
clock_now(void)
{
	return (struct moment){.mono_us = now_us};
}

netsnmp_pdu *
axpdu_new(const netsnmp_session *session, enum axpdu_type type, const char *context)
{
	(void)session;
	(void)context;
	return snmp_pdu_create((int)type);
}

int
axpdu_send(netsnmp_session *session, netsnmp_pdu *pdu, snmp_callback callback, void *arg)
{
	(void)session;
	snmp_free_pdu(in_flight);
	in_flight = pdu;
	answer = callback;
	answer_arg = arg;
	sent++;
	return 0;
}

int
mib_event_notification(netsnmp_pdu *pdu, const struct event *event)
{
	(void)pdu;
	(void)event;
	return 0;
}

void
log_line(enum log_level level, const char *format, ...)
{
	va_list args;

	if (level != LOG_LEVEL_WARNING)
		return;
	va_start(args, format);
	vsnprintf(last_warning, sizeof(last_warning), format, args);
	va_end(args);
	warnings++;
}

void *
shared_lock(struct shared *unused)
{
	assert_false(locked);
	locked = true;
	return unused;
}

void
shared_unlock(struct shared *unused)
{
	(void)unused;
	assert_true(locked);
	locked = false;
}

bool
monitor_take_event(struct monitor *unused, int64_t at_us, struct event *out)
{
	const bool took = waiting;

	(void)unused;
	assert_true(locked);
	assert_int_equal(at_us, now_us);
	*out = (struct event){.id = 7};
	waiting = false;
	return took;
}

void
monitor_conclude_event(struct monitor *unused, uint32_t id, enum event_outcome how)
{
	(void)unused;
	assert_true(locked);
	assert_int_equal(id, 7);
	outcome = how;
	concluded++;
	waiting = how == EVENT_RETRY;
}

struct monitor_settings
monitor_settings(const struct monitor *unused)
{
	(void)unused;
	assert_true(locked);
	return (struct monitor_settings){.notification_rate = 1000};
}

static struct timeval timer;

unsigned int
snmp_alarm_register_hr(struct timeval t, unsigned int flags, SNMPAlarmCallback *callback, void *arg)
{
	(void)flags;
	(void)callback;
	(void)arg;
	timer = t;
	return 1;
}

static int
set_up(void **state)
{
	(void)state;
	link_up = waiting = true;
	now_us = 1000000000;
	concluded = warnings = sent = 0;
	in_flight = NULL;
	notify_start(NULL, NULL);
	notify_run();
	return sent == 1 ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	snmp_free_pdu(in_flight);
	return 0;
}

/* The library's timeout for this PDU, instead of the session's. */
static void
let_time_out(void)
{
	assert_true(in_flight->flags & UCD_MSG_FLAG_PDU_TIMEOUT);
	now_us += (int64_t)in_flight->time * 1000000;
	answer(NETSNMP_CALLBACK_OP_TIMED_OUT, &link_session, 1, in_flight, answer_arg);
}

static void
send_again(void)
{
	const unsigned int before = sent;

	now_us += 1000000; /* the pause after a failure */
	notify_run();
	assert_int_equal(sent, before + 1);
}

static void
accept_it(void)
{
	in_flight->errstat = 0;
	answer(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, &link_session, 1, in_flight, answer_arg);
	assert_int_equal(outcome, EVENT_ACCEPTED);
}

static void
test_has_tens_of_seconds(void **state)
{
	(void)state;
	assert_true(in_flight->flags & UCD_MSG_FLAG_PDU_TIMEOUT);
	assert_in_range(in_flight->time, 20, 60);
}

static void
test_repeats_are_worth_a_warning(void **state)
{
	static const unsigned int warnings_after[] = {0, 0, 1, 1, 2, 2, 2, 2, 3, 3};

	(void)state;
	for (size_t i = 1; i < sizeof(warnings_after) / sizeof(warnings_after[0]); i++) {
		let_time_out();
		assert_int_equal(outcome, EVENT_RETRY);
		if (warnings != warnings_after[i])
			fail_msg("%u warnings after %zu timeouts", warnings, i);
		send_again();
	}
	assert_non_null(strstr(last_warning, "event 7:"));
	assert_non_null(strstr(last_warning, "8 times"));
	accept_it();
	assert_int_equal(warnings, 3);
}

/* After an answer, timeouts are counted from the beginning. */
static void
test_an_answer_ends_the_count(void **state)
{
	(void)state;
	let_time_out();
	send_again();
	accept_it();
	waiting = true;
	send_again();
	let_time_out();
	assert_int_equal(warnings, 0);
}

/* The library reports this for all requests in flight when the session closes. */
static void
test_a_lost_link_is_no_silence(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		link_up = false;
		let_time_out();
		assert_int_equal(outcome, EVENT_RETRY);
		link_up = true;
		send_again();
	}
	assert_int_equal(warnings, 0);
}

static void
test_nothing_leaves_without_a_link(void **state)
{
	(void)state;
	accept_it();
	waiting = true;
	link_up = false;
	now_us += 1000000;
	notify_run();
	assert_int_equal(sent, 1);
	assert_true(waiting);
}

/* Send as many as may leave at once; each is accepted at once. */
static unsigned int
send_all(void)
{
	const unsigned int before = sent;
	unsigned int last;

	do {
		last = sent;
		waiting = true;
		notify_run();
		if (sent > last)
			accept_it();
	} while (sent > last && sent < 1000);
	return sent - before;
}

/* A burst after a pause, and then one each millisecond. */
static void
test_rate(void **state)
{
	(void)state;
	accept_it();
	assert_int_equal(send_all(), 9);
	assert_true(timer.tv_sec == 0 && timer.tv_usec == 1000);
	now_us += 1000;
	assert_int_equal(send_all(), 1);
	now_us += 5000;
	assert_int_equal(send_all(), 5);
	now_us += 3600000000;
	assert_int_equal(send_all(), 10);
}

static void
be_refused(long errstat)
{
	in_flight->errstat = errstat;
	answer(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, &link_session, 1, in_flight, answer_arg);
}

/* A master agent that was restarted does not know the session: that is not about the event. */
static void
test_only_refused_events_are_given_up(void **state)
{
	(void)state;
	be_refused(AXPDU_NOT_OPEN);
	assert_int_equal(outcome, EVENT_RETRY);
	assert_int_equal(warnings, 0);
	send_again();
	be_refused(SNMP_ERR_GENERR);
	assert_int_equal(outcome, EVENT_REFUSED);
	assert_int_equal(warnings, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_has_tens_of_seconds, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_repeats_are_worth_a_warning, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_an_answer_ends_the_count, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_lost_link_is_no_silence, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_nothing_leaves_without_a_link, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_rate, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_only_refused_events_are_given_up, set_up,
					    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
