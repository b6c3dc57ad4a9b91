/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "snmp/axpdu.h"
#include "snmp/registration.h"

/* Replacements of what registration.c uses: the library's subtrees, PDUs, the log. */
static char context[] = "ldm";
static netsnmp_handler_registration in_context = {.contextName = context};
static oid names[][3] = {{1, 3, 1}, {1, 3, 2}, {1, 3, 3}};
static netsnmp_subtree child = {.name_a = names[1], .namelen = 3, .reginfo = &in_context};
static netsnmp_subtree last = {.name_a = names[2], .namelen = 3, .reginfo = &in_context};
static netsnmp_subtree first = {
    .name_a = names[0],
    .namelen = 3,
    .reginfo = &in_context,
    .children = &child,
    .next = &last,
};
static netsnmp_subtree root = {.name_a = names[0], .namelen = 1, .next = &first};
static subtree_context_cache cache = {.context_name = context, .first_subtree = &root};

static const oid module[] = {1, 3};
static netsnmp_session session;
static netsnmp_pdu *in_flight;
static snmp_callback answer;
static void *answer_arg;
static bool can_send;
static unsigned int sent, ended, infos;
static enum registration_outcome outcome;
static char reason[512];

subtree_context_cache *
get_top_context_cache(void)
{
	return &cache;
}

netsnmp_pdu *
axpdu_new(const netsnmp_session *in, enum axpdu_type type, const char *name)
{
	assert_ptr_equal(in, &session);
	if (type == AXPDU_REGISTER)
		assert_string_equal(name, context);
	return snmp_pdu_create((int)type);
}

int
axpdu_send(netsnmp_session *in, netsnmp_pdu *pdu, snmp_callback callback, void *arg)
{
	(void)in;
	snmp_free_pdu(in_flight);
	in_flight = pdu;
	if (!can_send)
		return -1;
	answer = callback;
	answer_arg = arg;
	sent++;
	return 0;
}

void
log_line(enum log_level level, const char *format, ...)
{
	(void)format;
	infos += level == LOG_LEVEL_INFO;
}

static void
on_end(enum registration_outcome how, const char *why)
{
	outcome = how;
	snprintf(reason, sizeof(reason), "%s", why != NULL ? why : "");
	ended++;
}

static int
set_up(void **state)
{
	(void)state;
	in_flight = NULL;
	can_send = true;
	sent = ended = infos = 0;
	root.flags = first.flags = child.flags = last.flags = 0;
	registration_set_module(module, OID_LENGTH(module), "a module");
	registration_start(&session, on_end);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	registration_cancel();
	snmp_free_pdu(in_flight);
	return 0;
}

static void
answer_with(long error)
{
	in_flight->errstat = error;
	answer(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, &session, 1, in_flight, answer_arg);
}

static void
assert_registers(oid arc)
{
	assert_int_equal(in_flight->command, AXPDU_REGISTER);
	assert_int_equal(in_flight->variables->name[2], arc);
}

static void
test_one_after_the_other(void **state)
{
	(void)state;
	for (oid arc = 1; arc <= 3; arc++) {
		assert_int_equal(sent, arc);
		assert_registers(arc);
		answer_with(0);
	}
	assert_int_equal(in_flight->command, AXPDU_ADD_AGENT_CAPS);
	assert_int_equal(ended, 0);
	answer_with(0);
	assert_int_equal(ended, 1);
	assert_int_equal(outcome, REGISTRATION_COMPLETE);
	assert_int_equal(sent, 4);
}

/* The library would register subtrees that are not marked, and ignore the answers. */
static void
test_the_library_registers_nothing(void **state)
{
	(void)state;
	assert_true(first.flags & SUBTREE_ATTACHED);
	assert_true(child.flags & SUBTREE_ATTACHED);
	assert_true(last.flags & SUBTREE_ATTACHED);
}

static void
test_a_refusal_ends_it(void **state)
{
	static const struct {
		long error;
		const char *words;
	} cases[] = {
	    {AXPDU_DUPLICATE_REGISTRATION, "another subagent has registered these objects (1.3.2)"},
	    {AXPDU_UNSUPPORTED_CONTEXT, "does not support the context 'ldm'"},
	    {AXPDU_REQUEST_DENIED, "denies the registration of 1.3.2"},
	    {266, "1.3.2: AgentX error 266"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		registration_start(&session, on_end);
		answer_with(0);
		answer_with(cases[i].error);
		assert_int_equal(ended, i + 1);
		if (outcome != REGISTRATION_REFUSED || strstr(reason, cases[i].words) == NULL)
			fail_msg("AgentX error %ld: outcome %d, '%s'", cases[i].error, (int)outcome,
				 reason);
		assert_registers(2); /* nothing was sent after it */
	}
}

static void
test_no_answer(void **state)
{
	(void)state;
	answer(NETSNMP_CALLBACK_OP_RESEND, &session, 1, in_flight, answer_arg);
	assert_int_equal(ended, 0);
	answer(NETSNMP_CALLBACK_OP_TIMED_OUT, &session, 1, in_flight, answer_arg);
	assert_int_equal(ended, 1);
	assert_int_equal(outcome, REGISTRATION_UNANSWERED);
	/* A late answer is ignored. */
	answer_with(0);
	assert_int_equal(ended, 1);
	assert_int_equal(sent, 1);
}

static void
test_not_open_is_no_refusal(void **state)
{
	(void)state;
	answer_with(AXPDU_NOT_OPEN);
	assert_int_equal(ended, 1);
	assert_int_equal(outcome, REGISTRATION_UNANSWERED);
}

static void
test_cannot_send(void **state)
{
	(void)state;
	can_send = false;
	answer_with(0);
	assert_int_equal(ended, 1);
	assert_int_equal(outcome, REGISTRATION_UNANSWERED);
}

static void
test_an_ended_session_says_nothing(void **state)
{
	(void)state;
	registration_cancel();
	answer(NETSNMP_CALLBACK_OP_TIMED_OUT, &session, 1, in_flight, answer_arg);
	assert_int_equal(ended, 0);
}

static void
test_the_module_is_not_essential(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		answer_with(0);
	answer_with(AXPDU_REQUEST_DENIED);
	assert_int_equal(outcome, REGISTRATION_COMPLETE);
	assert_int_equal(infos, 1);
}

static void
test_without_a_module(void **state)
{
	(void)state;
	registration_set_module(NULL, 0, NULL);
	for (int i = 0; i < 3; i++)
		answer_with(0);
	assert_int_equal(outcome, REGISTRATION_COMPLETE);
	assert_int_equal(sent, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_one_after_the_other),
	    TEST(test_the_library_registers_nothing),
	    TEST(test_a_refusal_ends_it),
	    TEST(test_no_answer),
	    TEST(test_not_open_is_no_refusal),
	    TEST(test_cannot_send),
	    TEST(test_an_ended_session_says_nothing),
	    TEST(test_the_module_is_not_essential),
	    TEST(test_without_a_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
