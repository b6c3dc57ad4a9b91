/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of core/discover.c that replays with their few links do not reach: LINKS_MAX
 * links, and the details reported of one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "core/discover.h"
#include "core/inventory.h"
#include "core/sight.h"

#define MANAGER 0xc6120001u /* 198.18.0.1 */

static struct inventory *inv;
static struct discover *discover;
static struct link_report reports[LINKS_MAX];
static int report_count;
static unsigned int ifindex;

static struct moment
at_s(int64_t s)
{
	return (struct moment){.mono_us = s * US_PER_S, .wall_ms = 1700000000000 + s * 1000};
}

static int
set_up(void **state)
{
	const struct inventory_settings inventory = {
	    .max_managers = 10, .misses = 3, .confirmations = 1};
	const struct discover_settings settings = {
	    .interval_us = 30 * US_PER_S, .window_us = 3 * US_PER_S, .probes = 1, .misses = 3};

	(void)state;
	inv = inventory_new(&inventory, 1, NULL, NULL);
	discover = discover_new(&settings, inv, at_s(0), NULL, NULL);
	report_count = 0;
	ifindex = 0;
	return inv != NULL && discover != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	discover_free(discover);
	inventory_free(inv);
	return 0;
}

static struct link_report
new_interface(void)
{
	struct link_report report = {
	    .ifindex = ++ifindex, .addr = 0xc612ff01, .state = LINK_USABLE};

	snprintf(report.name, sizeof(report.name), "veth%u", ifindex);
	return report;
}

/* A manager's answer on the link is judged, some time after it arrived. */
static void
hear_late_on(const struct link_report *report, uint32_t addr, int64_t waited_us)
{
	const struct arrival arrival = {
	    .ifindex = report->ifindex, .source = addr, .waited_us = waited_us};
	struct wire_response resp = {.version = "1.2", .addr = addr, .port = 6482};
	uint8_t buf[WIRE_MSG_LEN];

	wire_encode_response(buf, &resp);
	assert_int_equal(
	    discover_receive(discover, buf, sizeof(buf), &arrival, at_s(1), &resp, NULL),
	    VERDICT_ACCEPTED);
}

static void
hear_on(const struct link_report *report, uint32_t addr)
{
	hear_late_on(report, addr, 0);
}

/* Run the round that begins at second s: request and judgement. */
static void
play_round(int64_t s)
{
	struct discover_request req;

	discover_tick(discover, at_s(s));
	while (discover_next_request(discover, &req))
		discover_sent(discover, &req, true, 40000, at_s(s));
	for (int i = 1; i <= 6; i++)
		discover_tick(discover, at_s(s + i));
}

static void
assert_response_time(uint32_t addr, uint32_t us)
{
	assert_int_equal(inventory_at_or_after(inv, addr)->addr, addr);
	assert_int_equal(inventory_at_or_after(inv, addr)->response_time_us, us);
}

/* Answers are judged a second after the request. */
static void
response_time_ends_when_the_answer_arrives(void **state)
{
	(void)state;
	reports[0] = new_interface();
	discover_set_links(discover, reports, 1);
	play_round(0);
	hear_late_on(&reports[0], MANAGER, 0);
	hear_late_on(&reports[0], MANAGER + 1, 400000);
	hear_late_on(&reports[0], MANAGER + 2, US_PER_S);
	/* The wall clock was set meanwhile. */
	hear_late_on(&reports[0], MANAGER + 3, US_PER_S + 1);
	hear_late_on(&reports[0], MANAGER + 4, -1);
	assert_response_time(MANAGER, 1000000);
	assert_response_time(MANAGER + 1, 600000);
	assert_response_time(MANAGER + 2, 0);
	assert_response_time(MANAGER + 3, 1000000);
	assert_response_time(MANAGER + 4, 1000000);
}

static void
containers_come_and_go_without_end(void **state)
{
	(void)state;
	reports[0] = new_interface();
	report_count = 1;
	discover_set_links(discover, reports, report_count);
	play_round(0);
	hear_on(&reports[0], MANAGER);
	/* More interfaces than places, within one round and over several. */
	for (int i = 0; i < 5 * LINKS_MAX; i++) {
		reports[1] = new_interface();
		discover_set_links(discover, reports, 2);
		assert_int_equal(reports[0].link, 0);
		assert_int_not_equal(reports[1].link, LINK_NONE);
		if (i % LINKS_MAX == 0)
			play_round(30 + 30 * (int64_t)i / LINKS_MAX);
	}
	assert_int_equal(inventory_at_or_after(inv, 0)->link, 0);
}

static void
a_name_of_one_letter_is_given_up_like_any(void **state)
{
	struct link_report *last = &reports[LINKS_MAX - 1];

	(void)state;
	for (; report_count < LINKS_MAX; report_count++)
		reports[report_count] = new_interface();
	strlcpy(last->name, "a", sizeof(last->name));
	discover_set_links(discover, reports, report_count);
	*last = new_interface();
	discover_set_links(discover, reports, report_count);
	assert_int_not_equal(last->link, LINK_NONE);
}

static void
a_saved_link_that_is_gone_has_no_number(void **state)
{
	unsigned int found = 77;

	(void)state;
	assert_int_not_equal(discover_restore_link(discover, "veth-saved", &found), LINK_NONE);
	assert_int_equal(found, 0);
	found = 77;
	assert_int_equal(discover_restore_link(discover, "", &found), LINK_NONE);
	assert_int_equal(found, 0);
}

static void
a_full_list_gives_up_nobody(void **state)
{
	const int managers = 3;
	char name[LINK_NAME_LEN];

	(void)state;
	for (; report_count < LINKS_MAX; report_count++)
		reports[report_count] = new_interface();
	discover_set_links(discover, reports, report_count);
	play_round(0);
	for (int i = 0; i < managers; i++)
		hear_on(&reports[i], MANAGER + (uint32_t)i);
	/* All interfaces are replaced by others; places of links with managers are kept. */
	for (int i = 0; i < report_count; i++)
		reports[i] = new_interface();
	discover_set_links(discover, reports, report_count);
	for (int i = 0; i < report_count; i++)
		assert_int_equal(reports[i].link == LINK_NONE, i >= LINKS_MAX - managers);
	for (int i = 0; i < managers; i++) {
		assert_int_equal(inventory_at_or_after(inv, MANAGER + (uint32_t)i)->link, i);
		discover_link_name(discover, i, name);
		assert_int_equal(name[4], '1' + i);
		inventory_remove(inv, MANAGER + (uint32_t)i, at_s(2));
	}
	discover_set_links(discover, reports, report_count);
	for (int i = 0; i < report_count; i++)
		assert_int_not_equal(reports[i].link, LINK_NONE);
}

static char announced[EVENT_REASON_LEN];

static bool
keep_reason(void *ctx, const struct event *event)
{
	(void)ctx;
	snprintf(announced, sizeof(announced), "%s", event->reason);
	return true;
}

static const char *
trouble(void)
{
	uint32_t up;

	return link_trouble(discover_link_at_or_after(discover, 0, &up));
}

static void
detail_says_more_than_the_state(void **state)
{
	struct link_report report = new_interface();

	(void)state;
	report.detail = "half of it is missing";
	discover_set_links(discover, &report, 1);
	assert_string_equal(trouble(), "half of it is missing");
	report.state = LINK_NOT_JOINED;
	report.detail = "there is no room";
	discover_set_links(discover, &report, 1);
	assert_string_equal(trouble(), "there is no room");
	report.detail = NULL;
	discover_set_links(discover, &report, 1);
	assert_string_equal(trouble(), link_state_text(LINK_NOT_JOINED));
	report.state = LINK_USABLE;
	discover_set_links(discover, &report, 1);
	assert_string_equal(trouble(), "");
}

/* A name may contain nearly any octet. */
static void
impaired_tells_the_detail_of_a_printable_name(void **state)
{
	struct links links = {0};
	struct link_report report = {
	    .name = "e\x1b[m\\", .ifindex = 3, .state = LINK_NOT_JOINED, .detail = "no room"};

	(void)state;
	assert_int_equal(links_update(&links, &report, 1), 0);
	link_start_round(&links.list[0], 1);
	sight_note(&links.list[0], LINK_UNTRUSTED, true, at_s(1), keep_reason, NULL);
	assert_string_equal(announced, "e\\x1b[m\\x5c: no room");
}

/* The detail is set in the middle of a round, and affects its judgement. */
static void
a_detail_blinds_what_is_not_usable(void **state)
{
	struct links links = {0};
	struct link_report report = {
	    .name = "eth0", .ifindex = 3, .state = LINK_USABLE, .detail = "half of it is missing"};

	(void)state;
	links_update(&links, &report, 1);
	link_start_round(&links.list[0], 1);
	links_update(&links, &report, 1);
	assert_false(links.list[0].blind);
	report.state = LINK_NOT_JOINED;
	report.detail = "no room";
	links_update(&links, &report, 1);
	assert_true(links.list[0].blind);
	assert_string_equal(links.list[0].why, "no room");
}

/* Deafness is the reason only if the round is not blind for another one. */
static void
a_deaf_link_says_why(void **state)
{
	struct links links = {0};
	struct link_report report = {.name = "eth0",
				     .ifindex = 3,
				     .state = LINK_USABLE,
				     .detail = "another program has bound the port",
				     .deaf = true};
	struct link *link = &links.list[0];
	bool excused;

	(void)state;
	links_update(&links, &report, 1);
	link_start_round(link, 1);
	link_start_round(link, 2);
	link_blind(link, "requests cannot be sent");
	assert_int_equal(link_judge(link, true, 3, &excused).heard, LINK_EXCUSED);
	assert_string_equal(link->why, "requests cannot be sent");
	link_start_round(link, 3);
	link_note_sent(link, SENDER_FIXED, WIRE_PORT, 1, 3);
	link_end_request(link);
	assert_int_equal(link_judge(link, true, 3, &excused).heard, LINK_JUDGED);
	assert_string_equal(link->why, report.detail);
}

/* The requests of one round at second s, in which nobody answers. */
static int
requests_at(int64_t s)
{
	struct discover_request req;
	int count = 0;

	for (int i = 0; i <= 6; i++) {
		discover_tick(discover, at_s(s + i));
		for (; discover_next_request(discover, &req); count++)
			discover_sent(discover, &req, true, 40000, at_s(s + i));
	}
	return count;
}

static void
a_scanner_repeats_requests_without_managers(void **state)
{
	struct discover_settings settings = *discover_settings(discover);

	(void)state;
	reports[0] = new_interface();
	reports[1] = new_interface();
	discover_set_links(discover, reports, 2);
	settings.probes = 3;
	discover_configure(discover, &settings);
	assert_int_equal(requests_at(0), 2);
	settings.always_probe = true;
	discover_configure(discover, &settings);
	assert_int_equal(requests_at(30), 6);
}

static void
a_link_counts_requests_and_answers(void **state)
{
	const struct link *link;
	uint32_t up;

	(void)state;
	reports[0] = new_interface();
	discover_set_links(discover, reports, 1);
	play_round(0);
	hear_on(&reports[0], MANAGER);
	hear_on(&reports[0], MANAGER + 1);
	link = discover_link_at_or_after(discover, 0, &up);
	assert_non_null(link);
	assert_int_equal(link->requests, 1);
	assert_int_equal(link->responses, 2);
	assert_int_equal(up, 2);
}

/* An answer whose hostname fills its field, with or without a terminating NUL. */
static enum verdict
hear_long(uint32_t addr, bool terminated)
{
	const struct arrival arrival = {.ifindex = reports[0].ifindex, .source = addr};
	struct wire_response resp = {.version = "1.2", .addr = addr, .port = 6482};
	const size_t end = WIRE_MSG_LEN - 2 * sizeof(uint32_t); /* of the hostname */
	uint8_t buf[WIRE_MSG_LEN];

	memset(resp.hostname, 'h', sizeof(resp.hostname) - 1);
	wire_encode_response(buf, &resp);
	buf[end - 1] = terminated ? '\0' : 'h';
	return discover_receive(discover, buf, sizeof(buf), &arrival, at_s(1), &resp, NULL);
}

static void
only_cut_answers_that_are_not_refused_are_counted_as_cut(void **state)
{
	const struct inventory_settings confirmed = {
	    .max_managers = 10, .misses = 3, .confirmations = 2};
	struct access_rule rule = {.addr = MANAGER + 2, .prefix_len = 32};
	const struct access_list deny = {.rules = &rule, .count = 1};

	(void)state;
	reports[0] = new_interface();
	discover_set_links(discover, reports, 1);
	play_round(0);
	assert_int_equal(hear_long(MANAGER, true), VERDICT_ACCEPTED);
	assert_int_equal(discover_stats(discover)->cut, 0);
	assert_int_equal(hear_long(MANAGER, false), VERDICT_ACCEPTED);
	assert_int_equal(discover_stats(discover)->cut, 1);
	assert_int_equal(inventory_configure(inv, &confirmed), 0);
	assert_int_equal(hear_long(MANAGER + 1, false), VERDICT_UNCONFIRMED);
	assert_int_equal(discover_stats(discover)->cut, 2);
	assert_int_equal(discover_set_access(discover, &deny), 0);
	assert_int_equal(hear_long(MANAGER + 2, false), VERDICT_DENIED);
	assert_int_equal(discover_stats(discover)->cut, 2);
}

static void
failed_requests_are_counted(void **state)
{
	struct discover_request req;

	(void)state;
	reports[0] = new_interface();
	discover_set_links(discover, reports, 1);
	discover_tick(discover, at_s(0));
	assert_true(discover_next_request(discover, &req));
	discover_sent(discover, &req, false, 40000, at_s(0));
	assert_int_equal(discover_stats(discover)->send_errors, 1);
	assert_int_equal(discover_stats(discover)->requests_sent, 0);
	assert_string_equal(trouble(), "requests cannot be sent");
	assert_int_equal(discover_impaired_links(discover), 0); /* nobody was heard there */
}

static void
late_rounds_do_not_drift(void **state)
{
	(void)state;
	play_round(0);
	assert_int_equal(discover_tick(discover, at_s(29)), 30 * US_PER_S);
	play_round(31);
	assert_int_equal(discover_tick(discover, at_s(59)), 60 * US_PER_S);
	/* After more than an interval, they are counted from the next one on. */
	play_round(125);
	assert_int_equal(discover_tick(discover, at_s(154)), 155 * US_PER_S);
	/* After exactly one, there is no second round at once. */
	play_round(185);
	assert_int_equal(discover_tick(discover, at_s(214)), 215 * US_PER_S);
	assert_int_equal(discover_stats(discover)->rounds, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(response_time_ends_when_the_answer_arrives, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(containers_come_and_go_without_end, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_name_of_one_letter_is_given_up_like_any, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(a_saved_link_that_is_gone_has_no_number, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(a_full_list_gives_up_nobody, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(detail_says_more_than_the_state, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_scanner_repeats_requests_without_managers, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(a_link_counts_requests_and_answers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		only_cut_answers_that_are_not_refused_are_counted_as_cut, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(failed_requests_are_counted, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(late_rounds_do_not_drift, set_up, tear_down),
	    cmocka_unit_test(impaired_tells_the_detail_of_a_printable_name),
	    cmocka_unit_test(a_detail_blinds_what_is_not_usable),
	    cmocka_unit_test(a_deaf_link_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
