/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of the responder's control socket: their effects, and which are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "responder/command.h"

struct fixture {
	struct fleet *fleet;
	struct answers *answers;
};

static struct fixture f;

static int
set_up(void **state)
{
	struct fleet_settings settings = {.first_address = 0xc6120001,
					  .count = 5,
					  .hostname = "ldom%u",
					  .version = "1.2",
					  .port = 6482};
	char error[FLEET_ERROR_LEN];

	(void)state;
	f.fleet = fleet_new(&settings, error);
	f.answers = f.fleet == NULL ? NULL : answers_new(f.fleet, 0xef81091b, 64535, 1);
	return f.answers == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	answers_free(f.answers);
	fleet_free(f.fleet);
	return 0;
}

/* Run the command; the reply must be these lines, and the responder must stop or not. */
static void
expect_lines(const char *line, const char *lines, bool goes_on)
{
	char *reply;
	size_t len;
	FILE *out = open_memstream(&reply, &len);

	assert_non_null(out);
	assert_int_equal(command_run(line, f.fleet, f.answers, out), goes_on);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(reply, lines);
	free(reply);
}

static void
expect(const char *line, const char *reply)
{
	char lines[COMMAND_LINE_LEN];

	snprintf(lines, sizeof(lines), "%s\n", reply);
	expect_lines(line, lines, true);
}

static void
test_switch(void **state)
{
	(void)state;
	expect("off 198.18.0.2-198.18.0.4", "ok 3");
	assert_int_equal(fleet_count_on(f.fleet), 2);
	assert_true(fleet_get(f.fleet, 0)->on);
	assert_false(fleet_get(f.fleet, 3)->on);
	expect("on 198.18.0.3", "ok 1");
	assert_true(fleet_get(f.fleet, 2)->on);
	expect("off all", "ok 5");
	assert_int_equal(fleet_count_on(f.fleet), 0);
	expect("on all", "ok 5");
	assert_int_equal(fleet_count_on(f.fleet), 5);
}

static void
test_set(void **state)
{
	(void)state;
	expect("set 198.18.0.1 hostname two  words ", "ok 1");
	assert_string_equal(fleet_get(f.fleet, 0)->response.hostname, "two  words ");
	expect("set all version 3.6", "ok 5");
	assert_string_equal(fleet_get(f.fleet, 4)->response.version, "3.6");
	expect("set 198.18.0.4-198.18.0.5 port 65535", "ok 2");
	assert_int_equal(fleet_get(f.fleet, 4)->response.port, 65535);
	assert_int_equal(fleet_get(f.fleet, 2)->response.port, 6482);
	expect("set all hostname ", "ok 5");
	assert_string_equal(fleet_get(f.fleet, 0)->response.hostname, "");
}

static void
test_refused_who(void **state)
{
	(void)state;
	expect("off 198.18.0.6", "error: 198.18.0.6 is not one of the simulated managers");
	expect("off 198.18.0.5-198.18.0.6",
	       "error: 198.18.0.6 is not one of the simulated managers");
	expect("off 198.18.0.3-198.18.0.2",
	       "error: 198.18.0.3-198.18.0.2: the range ends before it begins");
	expect("off everybody", "error: 'everybody': expected ADDRESS, ADDRESS-ADDRESS or all");
	expect("off 198.18.0.1-", "error: '': expected ADDRESS, ADDRESS-ADDRESS or all");
	expect("off  all", "error: expected ADDRESS, ADDRESS-ADDRESS or all");
	expect("off all all", "error: unexpected 'all'");
	expect("off all ", "error: unexpected ''");
	expect("off", "error: usage: off WHO");
	assert_int_equal(fleet_count_on(f.fleet), 5);
}

static void
test_refused_set(void **state)
{
	static const char digits[] = "12345678901234567890123456789012";
	char line[COMMAND_LINE_LEN];

	(void)state;
	expect("set", "error: usage: set WHO hostname|version|port VALUE");
	expect("set all", "error: expected hostname, version or port after WHO");
	expect("set all address 1.2.3.4", "error: expected hostname, version or port after WHO");
	expect("set all hostname", "error: hostname: a value is missing");
	expect("set all port 0", "error: port '0': expected 1..65535");
	expect("set all port 65536", "error: port '65536': expected 1..65535");
	expect("set all port 1 ", "error: port '1 ': expected 1..65535");
	expect("set all hostname \x1b[0m",
	       "error: hostname '\\x1b[0m' contains an octet that is not printable ASCII");
	snprintf(line, sizeof(line), "set all version %s", digits);
	expect(line, "error: version '12345678901234567890123456789012' is longer than 31 octets");
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(fleet_get(f.fleet, i)->response.port, 6482);
		assert_string_equal(fleet_get(f.fleet, i)->response.version, "1.2");
	}
	assert_string_equal(fleet_get(f.fleet, 1)->response.hostname, "ldom2");
}

static void
test_answers(void **state)
{
	const struct answers_request request = {
	    .source = 0xc61200fe, .source_port = 2, .ifindex = 3};
	const struct answers_request impossible = {.source = 0, .source_port = 2, .ifindex = 3};

	(void)state;
	expect("mode multicast", "ok");
	expect("delay 10:10", "ok");
	answers_request(f.answers, &request, 0);
	assert_int_equal(answers_next(f.answers)->destination, 0xef81091b);
	assert_int_equal(answers_next(f.answers)->due_us, 10000);
	expect("loss 100", "ok");
	answers_request(f.answers, &request, 0);
	answers_finish(f.answers, ANSWER_SENT);
	answers_finish(f.answers, ANSWER_FAILED);
	answers_finish(f.answers, ANSWER_CANCELLED);
	expect("off 198.18.0.1", "ok 1");
	answers_request(f.answers, &impossible, 0);
	expect("stats", "ok managers=5 on=4 requests=3 refused=1 limited=0 sent=1 pending=2 lost=5 "
			"dropped=0 cancelled=1 failed=1");

	expect("loss 101", "error: loss: expected a percentage, 0..100");
	expect("loss 5%", "error: loss: expected a percentage, 0..100");
	expect("loss", "error: usage: loss PERCENT");
	expect("delay 20:10", "error: delay: expected MAX or MIN:MAX in milliseconds, 0..3600000");
	expect("mode some", "error: mode: expected source, fixed, multicast, both or twice");
}

static void
test_others(void **state)
{
	(void)state;
	expect_lines("quit", "ok\n", false);
	expect("quit now", "error: usage: quit (without arguments)");
	expect("", "error: '': expected off, on, set, loss, delay, mode, stats, list or quit");
	expect("Quit\t",
	       "error: 'Quit\\x09': expected off, on, set, loss, delay, mode, stats, list or quit");
}

static void
test_list(void **state)
{
	(void)state;
	expect("off 198.18.0.2", "ok 1");
	expect("set 198.18.0.2 version 1.2 patched", "ok 1");
	expect("set 198.18.0.4 port 65535", "ok 1");
	expect("set 198.18.0.5 hostname ", "ok 1");
	expect_lines("list",
		     "198.18.0.1\ton\t6482\t1.2\tldom1\n"
		     "198.18.0.2\toff\t6482\t1.2 patched\tldom2\n"
		     "198.18.0.3\ton\t6482\t1.2\tldom3\n"
		     "198.18.0.4\ton\t65535\t1.2\tldom4\n"
		     "198.18.0.5\ton\t6482\t1.2\t\n"
		     "ok 5\n",
		     true);
	expect("list all", "error: usage: list (without arguments)");
}

/* The longest texts, to the last octet. */
static void
test_longest(void **state)
{
	char line[COMMAND_LINE_LEN] = "set 198.18.0.1-198.18.0.5 hostname ";

	(void)state;
	memset(line + strlen(line), 'h', 255);
	expect(line, "ok 5");
	assert_int_equal(strlen(fleet_get(f.fleet, 4)->response.hostname), 255);
	expect("set all version 1234567890123456789012345678901", "ok 5");
	assert_int_equal(strlen(fleet_get(f.fleet, 4)->response.version), 31);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_switch, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_set, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_refused_who, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_refused_set, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_others, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_list, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_longest, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
