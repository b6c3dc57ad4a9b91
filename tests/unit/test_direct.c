/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/agent/agent_callbacks.h>

#include "base/shared.h"
#include "snmp/axpdu.h"
#include "snmp/direct.h"
#include "snmp/mib_answer.h"
#include "snmp/mib_request.h"
#include "snmp/mib_set.h"

#define NO_FAILURE 1000

/* Replacements of what direct.c uses: a table, its lock, and a session. */
static const oid root[] = {1, 3, 6, 1, 4, 1, 99999};
static const struct mib_table table = {.root = root, .root_len = OID_LENGTH(root)};
static struct mib_view view = {.table = &table};
static bool locked, set_under_way;
static unsigned int locks, answered, failing, passed_on;
static netsnmp_session session;
static netsnmp_pdu *sent;

void *
shared_lock(struct shared *shared)
{
	(void)shared;
	assert_false(locked);
	locked = true;
	locks++;
	return NULL;
}

void
shared_unlock(struct shared *shared)
{
	(void)shared;
	assert_true(locked);
	locked = false;
}

struct mib_view *
mib_request_view(const netsnmp_variable_list *vb)
{
	return snmp_oidtree_compare(vb->name, vb->name_length, root, OID_LENGTH(root)) == 0 ? &view
											    : NULL;
}

int
mib_answer(struct mib_view *of, struct monitor *monitor, enum mib_asked asked,
	   netsnmp_variable_list *vb)
{
	(void)monitor;
	(void)asked;
	assert_ptr_equal(of, &view);
	assert_true(locked);
	return ++answered == failing ? -1 : snmp_set_var_typed_integer(vb, ASN_INTEGER, 7);
}

int
mib_answer_range(struct mib_view *of, struct monitor *monitor, netsnmp_variable_list *vb)
{
	return mib_answer(of, monitor, MIB_NEXT, vb);
}

bool
mib_set_under_way(void)
{
	return set_under_way;
}

int
snmp_send(netsnmp_session *to, netsnmp_pdu *pdu)
{
	assert_ptr_equal(to, &session);
	assert_false(locked);
	assert_null(sent);
	sent = pdu;
	return 1;
}

static int
library(int operation, netsnmp_session *of, int request_id, netsnmp_pdu *pdu, void *arg)
{
	(void)operation;
	(void)of;
	(void)request_id;
	(void)pdu;
	assert_ptr_equal(arg, &session);
	passed_on++;
	return 1;
}

static int
set_up(void **state)
{
	(void)state;
	session = (netsnmp_session){.version = 192, .sessid = 50, .callback = library};
	locks = answered = passed_on = 0;
	failing = NO_FAILURE;
	set_under_way = false;
	snmp_call_callbacks(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, &session);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	snmp_free_pdu(sent);
	sent = NULL;
	return 0;
}

static netsnmp_pdu *
request(int command, size_t varbinds)
{
	netsnmp_pdu *pdu = snmp_pdu_create(command);
	oid name[OID_LENGTH(root) + 2], end[OID_LENGTH(root)];

	assert_non_null(pdu);
	memcpy(name, root, sizeof(root));
	memcpy(end, root, sizeof(root));
	end[OID_LENGTH(root) - 1]++;
	for (size_t i = 0; i < varbinds; i++) {
		name[OID_LENGTH(root)] = 1;
		name[OID_LENGTH(root) + 1] = i;
		assert_non_null(snmp_pdu_add_variable(pdu, name, OID_LENGTH(name),
						      ASN_PRIV_EXCL_RANGE, end, sizeof(end)));
	}
	pdu->sessid = 50;
	pdu->transid = 60;
	pdu->reqid = 70;
	return pdu;
}

static void
receive(int operation, netsnmp_pdu *pdu)
{
	session.callback(operation, &session, (int)pdu->reqid, pdu, &session);
	snmp_free_pdu(pdu);
}

static void
receive_message(netsnmp_pdu *pdu)
{
	receive(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, pdu);
}

static size_t
sent_varbinds(void)
{
	size_t count = 0;

	for (const netsnmp_variable_list *vb = sent->variables; vb != NULL; vb = vb->next_variable)
		count++;
	return count;
}

static void
expect_answer(void)
{
	assert_int_equal(passed_on, 0);
	assert_int_equal(sent->command, AXPDU_RESPONSE);
	assert_int_equal(sent->version, 192);
	assert_int_equal(sent->sessid, 50);
	assert_int_equal(sent->transid, 60);
	assert_int_equal(sent->reqid, 70);
	assert_int_equal(sent->time, 0);
}

static void
test_a_pdu_is_answered_from_one_state(void **state)
{
	(void)state;
	receive_message(request(AXPDU_GET, 40));
	expect_answer();
	assert_int_equal(locks, 1);
	assert_int_equal(answered, 40);
	assert_int_equal(sent_varbinds(), 40);
	assert_int_equal(view.request, 60); /* so that it lasts for the whole SNMP request */
	assert_int_equal(sent->errstat, SNMP_ERR_NOERROR);
	assert_int_equal(sent->errindex, 0);
}

static void
test_no_memory(void **state)
{
	(void)state;
	failing = 3;
	receive_message(request(AXPDU_GETNEXT, 5));
	expect_answer();
	assert_int_equal(locks, 1);
	assert_int_equal(sent->errstat, SNMP_ERR_GENERR);
	assert_int_equal(sent->errindex, 3);
	assert_int_equal(sent_varbinds(), 0);
}

static void
expect_passed_on(int operation, netsnmp_pdu *pdu)
{
	const unsigned int before = passed_on;

	receive(operation, pdu);
	assert_int_equal(passed_on, before + 1);
	assert_int_equal(answered, 0);
	assert_int_equal(locks, 0);
	assert_null(sent);
}

/* All types of PDUs that a master agent may send, and more. */
static void
test_the_rest_is_passed_on(void **state)
{
	(void)state;
	for (int command = 0; command < 32; command++)
		if (command != AXPDU_GET && command != AXPDU_GETNEXT)
			expect_passed_on(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, request(command, 1));
	expect_passed_on(NETSNMP_CALLBACK_OP_DISCONNECT, request(AXPDU_GET, 1));
	expect_passed_on(NETSNMP_CALLBACK_OP_TIMED_OUT, request(AXPDU_GET, 1));
}

/* In particular no Response, such as one to a Notify of an earlier session. */
static void
test_requests_in_another_session(void **state)
{
	(void)state;
	session.sessid = 51;
	for (int command = 0; command < 32; command++) {
		if (command < AXPDU_GET || command > AXPDU_CLEANUPSET) {
			expect_passed_on(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, request(command, 1));
			continue;
		}
		passed_on = 0;
		receive_message(request(command, 1));
		assert_int_equal(passed_on, 0);
		assert_int_equal(answered, 0);
		if (command == AXPDU_CLEANUPSET) {
			assert_null(sent);
			continue;
		}
		expect_answer();
		assert_int_equal(sent->errstat, AXPDU_NOT_OPEN);
		assert_int_equal(sent->errindex, 0);
		assert_int_equal(sent_varbinds(), 0);
		snmp_free_pdu(sent);
		sent = NULL;
	}
}

static void
test_no_varbinds(void **state)
{
	(void)state;
	receive_message(request(AXPDU_GETNEXT, 0));
	expect_answer();
	assert_int_equal(sent->errstat, SNMP_ERR_NOERROR);
	assert_int_equal(sent_varbinds(), 0);
}

/* Each request is passed on once, and not to ourselves again and again. */
static void
test_a_session_that_is_opened_twice(void **state)
{
	(void)state;
	snmp_call_callbacks(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, &session);
	alarm(10); /* instead of doing that for ever */
	expect_passed_on(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, request(AXPDU_RESPONSE, 1));
	alarm(0);
	receive_message(request(AXPDU_GET, 1));
	assert_non_null(sent);
}

static void
test_foreign_objects_are_passed_on(void **state)
{
	const oid foreign[] = {1, 3, 6, 1, 4, 1, 99998};
	netsnmp_pdu *pdu = request(AXPDU_GET, 3);

	(void)state;
	assert_non_null(snmp_pdu_add_variable(pdu, foreign, OID_LENGTH(foreign),
					      ASN_PRIV_EXCL_RANGE, foreign, sizeof(foreign)));
	expect_passed_on(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, pdu);
}

static void
test_nothing_overtakes_a_set(void **state)
{
	(void)state;
	set_under_way = true;
	expect_passed_on(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, request(AXPDU_GET, 1));
	set_under_way = false;
	receive_message(request(AXPDU_GET, 1));
	assert_non_null(sent);
}

static void
test_debugging_shows_the_library(void **state)
{
	(void)state;
	snmp_set_do_debugging(1);
	expect_passed_on(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, request(AXPDU_GET, 1));
	snmp_set_do_debugging(0);
}

/* The name of an instance may be longer than the library's buffers. */
static void
test_long_names(void **state)
{
	oid name[2 * MAX_OID_LEN] = {0};
	netsnmp_pdu *pdu = request(AXPDU_GETNEXT, 0);

	(void)state;
	memcpy(name, root, sizeof(root));
	if (snmp_pdu_add_variable(pdu, name, OID_LENGTH(name), ASN_PRIV_EXCL_RANGE, name,
				  sizeof(name)) != NULL)
		expect_passed_on(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, pdu);
	else
		snmp_free_pdu(pdu);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_a_pdu_is_answered_from_one_state),
	    TEST(test_no_memory),
	    TEST(test_the_rest_is_passed_on),
	    TEST(test_requests_in_another_session),
	    TEST(test_no_varbinds),
	    TEST(test_a_session_that_is_opened_twice),
	    TEST(test_foreign_objects_are_passed_on),
	    TEST(test_nothing_overtakes_a_set),
	    TEST(test_debugging_shows_the_library),
	    TEST(test_long_names),
	};

	direct_start(NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
