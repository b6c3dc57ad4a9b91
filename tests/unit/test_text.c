/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/text.h"
#include "core/event.h"
#include "core/json.h"

static const struct manager t5240 = {
    .addr = 0xc0000211,
    .status = MANAGER_UP,
    .version = "1.2",
    .hostname = "t5240-17",
    .port = 6482,
    .source = 0xc0000212,
    .ifindex = 2,
    .first_seen = {.wall_ms = INT64_C(1795352532345)},
    .last_seen = {.wall_ms = INT64_C(1795352562000)},
    .response_time_us = 1234,
};

static void
addresses(void **state)
{
	char buf[TEXT_ADDRESS_LEN];

	(void)state;
	assert_ptr_equal(text_address(0, buf), buf);
	assert_string_equal(buf, "0.0.0.0");
	assert_string_equal(text_address(0x0a141e28, buf), "10.20.30.40");
	assert_string_equal(text_address(UINT32_MAX, buf), "255.255.255.255");
}

static void
times(void **state)
{
	static const struct {
		int64_t wall_ms;
		const char *text;
	} cases[] = {
	    {INT64_C(0), "1970-01-01T00:00:00.000Z"},
	    {INT64_C(1), "1970-01-01T00:00:00.001Z"},
	    {INT64_C(999), "1970-01-01T00:00:00.999Z"},
	    {INT64_C(951782399999), "2000-02-28T23:59:59.999Z"},
	    {INT64_C(951782400000), "2000-02-29T00:00:00.000Z"},
	    {INT64_C(1709251199010), "2024-02-29T23:59:59.010Z"},
	    {INT64_C(1709251200000), "2024-03-01T00:00:00.000Z"},
	    {INT64_C(1795352532345), "2026-11-22T13:02:12.345Z"},
	    {INT64_C(2147483648000), "2038-01-19T03:14:08.000Z"},
	    {INT64_C(4107542400000), "2100-03-01T00:00:00.000Z"}, /* 2100 is no leap year */
	    {INT64_C(4294967296000), "2106-02-07T06:28:16.000Z"},
	    {INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
	    {INT64_C(253402300800000), "9999-12-31T23:59:59.999Z"},
	    {INT64_MAX, "9999-12-31T23:59:59.999Z"},
	    {INT64_C(-1), "1970-01-01T00:00:00.000Z"},
	    {INT64_MIN, "1970-01-01T00:00:00.000Z"},
	};
	char buf[TEXT_TIME_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_ptr_equal(text_time(cases[i].wall_ms, buf), buf);
		if (strcmp(buf, cases[i].text) != 0)
			fail_msg("%" PRId64 " ms: %s", cases[i].wall_ms, buf);
	}
}

static void
printable_text_is_kept(void **state)
{
	char all[0x7f - 0x20 + 1] = "";
	char expected[sizeof(all) + 3];
	char buf[200];
	size_t used = 0;

	(void)state;
	for (int c = 0x20; c <= 0x7e; c++) {
		all[c - 0x20] = (char)c;
		if (c == '\\') {
			memcpy(expected + used, "\\x5c", 4);
			used += 4;
		} else {
			expected[used++] = (char)c;
		}
	}
	expected[used] = '\0';
	assert_ptr_equal(text_printable(all, strlen(all), buf, sizeof(buf)), buf);
	assert_string_equal(buf, expected);
	assert_string_equal(text_printable("", 0, buf, sizeof(buf)), "");
}

static void
other_octets_are_escaped(void **state)
{
	char buf[100];

	(void)state;
	assert_string_equal(text_printable("a\0b\x1f\x7f\x80\xff\n", 8, buf, sizeof(buf)),
			    "a\\x00b\\x1f\\x7f\\x80\\xff\\x0a");
	assert_string_equal(text_printable("\x1b[31m\\x1b", 9, buf, sizeof(buf)),
			    "\\x1b[31m\\x5cx1b");
}

/* Buffers of each size from 5 on, followed by an octet that must not change. */
static void
assert_cuts(const char *text, const char *const *expected, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t size = 5 + i;
		char buf[40];

		memset(buf, '#', sizeof(buf));
		text_printable(text, strlen(text), buf, size);
		assert_string_equal(buf, expected[i]);
		assert_int_equal(buf[size], '#');
	}
}

static void
long_text_is_cut(void **state)
{
	static const char *const plain[] = {"a...", "ab...", "abc...", "abcdefg", "abcdefg"};
	static const char *const escaped[] = {"a...",      "a...",      "a...",        "a...",
					      "a\\x01...", "a\\x01...", "a\\x01\\x02b"};
	char buf[5];

	(void)state;
	assert_cuts("abcdefg", plain, sizeof(plain) / sizeof(plain[0]));
	assert_cuts("a\1\2b", escaped, sizeof(escaped) / sizeof(escaped[0]));
	assert_string_equal(text_printable("\1", 1, buf, sizeof(buf)), "\\x01");
	assert_string_equal(text_printable("\1\2", 2, buf, sizeof(buf)), "...");
	assert_string_equal(text_printable("abcd", 4, buf, sizeof(buf)), "abcd");
}

static void
words_have_no_blanks(void **state)
{
	static const struct {
		const char *text, *word;
	} cases[] = {
	    {"t5-01", "t5-01"},
	    {"", "-"},
	    {"-", "\\x2d"},
	    {"--", "--"},
	    {" ", "\\x20"},
	    {"3.6 (beta 2)", "3.6\\x20(beta\\x202)"},
	    {"a\tb\\", "a\\x09b\\x5c"},
	};
	char buf[40];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_ptr_equal(text_word(cases[i].text, buf, sizeof(buf)), buf);
		if (strcmp(buf, cases[i].word) != 0)
			fail_msg("'%s': %s", cases[i].text, buf);
	}
	assert_string_equal(text_word("a b", buf, 5), "a...");
}

static void
json_of_a_manager(void **state)
{
	struct manager m = t5240;
	char buf[JSON_MANAGER_LEN];

	(void)state;
	assert_ptr_equal(json_manager(&m, "eth0", buf), buf);
	assert_string_equal(buf,
			    "{\"address\":\"192.0.2.17\",\"status\":\"up\",\"version\":\"1.2\","
			    "\"hostname\":\"t5240-17\",\"port\":6482,"
			    "\"source\":\"192.0.2.18\",\"interface\":\"eth0\","
			    "\"firstSeen\":\"2026-11-22T13:02:12.345Z\","
			    "\"lastSeen\":\"2026-11-22T13:02:42.000Z\","
			    "\"responseTimeUs\":1234}");
}

static void
json_of_a_manager_never_heard(void **state)
{
	struct manager m = {
	    .addr = 0x0a000001, .status = MANAGER_UNKNOWN, .expected_by_file = true};
	char buf[JSON_MANAGER_LEN];

	(void)state;
	assert_string_equal(json_manager(&m, "", buf),
			    "{\"address\":\"10.0.0.1\",\"status\":\"unknown\",\"version\":\"\","
			    "\"hostname\":\"\",\"port\":null,\"source\":null,\"interface\":\"\","
			    "\"firstSeen\":null,\"lastSeen\":null,\"responseTimeUs\":null}");
}

static void
json_escapes(void **state)
{
	struct manager m = t5240;
	char buf[JSON_MANAGER_LEN];

	(void)state;
	strcpy(m.version, "\\\"/");
	strcpy(m.hostname, "a\"},{\"b\\\n\x1f\x7f\x80\xff~ ");
	json_manager(&m, "e\"\xe9", buf);
	assert_non_null(strstr(buf, "\"version\":\"\\\\\\\"/\","));
	assert_non_null(strstr(buf, "\"hostname\":\"a\\\"},{\\\"b\\\\\\u000a\\u001f\\u007f\\u0080"
				    "\\u00ff~ \","));
	assert_non_null(strstr(buf, "\"interface\":\"e\\\"\\u00e9\","));
}

static void
json_of_an_event(void **state)
{
	struct event_record record = {
	    .event = {.id = 4294967295,
		      .type = EVENT_CHANGED,
		      .time.wall_ms = INT64_C(1795352532345),
		      .addr = 0xc0000211,
		      .status = MANAGER_UP,
		      .hostname = "new",
		      .version = "1.3",
		      .port = 6482,
		      .previous_hostname = "old",
		      .previous_version = "1.2",
		      .previous_port = 6481,
		      .source = 0xc0000212,
		      .other_source = 0xc0000213,
		      .ifindex = 2,
		      .reason = "its \"hostname\" changed"},
	    .queued = true,
	};
	char buf[JSON_EVENT_LEN];

	(void)state;
	assert_ptr_equal(json_event(&record, 60000, buf), buf);
	assert_string_equal(buf,
			    "{\"event\":\"changed\",\"id\":4294967295,"
			    "\"time\":\"2026-11-22T13:02:12.345Z\","
			    "\"address\":\"192.0.2.17\",\"status\":\"up\","
			    "\"name\":\"\",\"version\":\"1.3\",\"hostname\":\"new\",\"port\":6482,"
			    "\"previousVersion\":\"1.2\",\"previousHostname\":\"old\","
			    "\"previousPort\":6481,\"source\":\"192.0.2.18\","
			    "\"otherSource\":\"192.0.2.19\",\"otherHostname\":\"\",\"otherPort\":"
			    "null,\"ifIndex\":2,"
			    "\"reason\":\"its \\\"hostname\\\" changed\","
			    "\"queued\":true,\"afterMs\":60000}");
}

static void
json_of_an_event_of_an_interface(void **state)
{
	const struct event_record record = {
	    .event = {.id = 1,
		      .type = EVENT_IMPAIRED,
		      .time.wall_ms = INT64_C(1795352562000),
		      .status = MANAGER_UNKNOWN,
		      .ifindex = 2,
		      .reason = "no carrier"},
	};
	char buf[JSON_EVENT_LEN];

	(void)state;
	json_event(&record, -1, buf);
	assert_string_equal(
	    buf, "{\"event\":\"impaired\",\"id\":1,"
		 "\"time\":\"2026-11-22T13:02:42.000Z\",\"address\":null,"
		 "\"status\":\"unknown\",\"name\":\"\",\"version\":\"\",\"hostname\":\"\","
		 "\"port\":null,\"previousVersion\":\"\","
		 "\"previousHostname\":\"\",\"previousPort\":null,"
		 "\"source\":null,\"otherSource\":null,\"otherHostname\":\"\",\"otherPort\":null,"
		 "\"ifIndex\":2,"
		 "\"reason\":\"no carrier\",\"queued\":false,"
		 "\"afterMs\":null}");
}

static void
the_longest_json_of_an_event_fits(void **state)
{
	static struct event_record record;
	struct event *event = &record.event;
	char buf[JSON_EVENT_LEN + 1];
	size_t len;

	(void)state;
	*event = (struct event){
	    .id = UINT32_MAX,
	    .type = EVENT_CONFLICT_ENDED,
	    .time.wall_ms = INT64_C(1795352532345),
	    .addr = UINT32_MAX,
	    .status = MANAGER_UNKNOWN,
	    .port = UINT16_MAX,
	    .previous_port = UINT16_MAX,
	    .source = UINT32_MAX,
	    .other_source = UINT32_MAX,
	    .other_port = UINT16_MAX,
	    .ifindex = INT32_MAX,
	};
	memset(event->name, 1, sizeof(event->name) - 1);
	memset(event->version, 1, sizeof(event->version) - 1);
	memset(event->hostname, 1, sizeof(event->hostname) - 1);
	memset(event->previous_version, 1, sizeof(event->previous_version) - 1);
	memset(event->previous_hostname, 1, sizeof(event->previous_hostname) - 1);
	memset(event->other_hostname, 1, sizeof(event->other_hostname) - 1);
	memset(event->reason, 1, sizeof(event->reason) - 1);
	buf[JSON_EVENT_LEN] = '#';
	json_event(&record, INT64_MAX, buf);
	len = strlen(buf);
	assert_in_range(len, 6 * 4 * 255, JSON_EVENT_LEN - 1);
	assert_string_equal(buf + len - strlen(":9223372036854775807}"), ":9223372036854775807}");
	assert_int_equal(buf[JSON_EVENT_LEN], '#');
}

static void
the_longest_json_fits(void **state)
{
	struct manager m = t5240;
	char ifname[16 + 100];
	char buf[JSON_MANAGER_LEN + 1];
	size_t len;

	(void)state;
	m.status = MANAGER_UNKNOWN;
	m.addr = m.source = UINT32_MAX;
	m.port = UINT16_MAX;
	m.response_time_us = UINT32_MAX;
	memset(m.version, 1, sizeof(m.version) - 1);
	memset(m.hostname, 1, sizeof(m.hostname) - 1);
	memset(ifname, 1, sizeof(ifname) - 1);
	ifname[sizeof(ifname) - 1] = '\0';
	buf[JSON_MANAGER_LEN] = '#';
	json_manager(&m, ifname, buf);
	len = strlen(buf);
	assert_in_range(len, 6 * (31 + 255 + 15), JSON_MANAGER_LEN - 1);
	assert_string_equal(buf + len - strlen(":4294967295}"), ":4294967295}");
	assert_int_equal(buf[JSON_MANAGER_LEN], '#');
}

static void
names(void **state)
{
	(void)state;
	assert_string_equal(manager_status_name(MANAGER_UP), "up");
	assert_string_equal(manager_status_name(MANAGER_MISSING), "missing");
	assert_string_equal(manager_status_name(MANAGER_DOWN), "down");
	assert_string_equal(manager_status_name(MANAGER_UNKNOWN), "unknown");
	assert_string_equal(manager_status_name((enum manager_status)0), "invalid");
	assert_string_equal(manager_status_name((enum manager_status)MANAGER_STATUSES), "invalid");
	assert_string_equal(event_type_name(EVENT_APPEARED), "appeared");
	assert_string_equal(event_type_name(EVENT_DISAPPEARED), "disappeared");
	assert_string_equal(event_type_name((enum event_type)0), "invalid");
	assert_string_equal(event_type_name((enum event_type)EVENT_TYPES), "invalid");
}

static void
dates_and_times(void **state)
{
	static const struct {
		int64_t wall_ms;
		uint8_t octets[TEXT_DATE_AND_TIME_LEN];
		size_t len;
	} cases[] = {
	    {0, {0}, 8},
	    {-1, {0}, 8},
	    {INT64_C(1795352532345), {7, 234, 11, 22, 13, 2, 12, 3, '+', 0, 0}, 11},
	    /* After 2^31 seconds, and after 2^32. */
	    {INT64_C(2147483648000), {7, 246, 1, 19, 3, 14, 8, 0, '+', 0, 0}, 11},
	    {INT64_C(4294967296900), {8, 58, 2, 7, 6, 28, 16, 9, '+', 0, 0}, 11},
	    {INT64_C(253402300799999), {39, 15, 12, 31, 23, 59, 59, 9, '+', 0, 0}, 11},
	    {INT64_MAX, {0}, 8},
	};
	uint8_t octets[TEXT_DATE_AND_TIME_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (text_date_and_time(cases[i].wall_ms, octets) != cases[i].len ||
		    memcmp(octets, cases[i].octets, sizeof(octets)) != 0)
			fail_msg("%" PRId64 " ms: another date and time", cases[i].wall_ms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(times),
	    cmocka_unit_test(dates_and_times),
	    cmocka_unit_test(printable_text_is_kept),
	    cmocka_unit_test(other_octets_are_escaped),
	    cmocka_unit_test(long_text_is_cut),
	    cmocka_unit_test(words_have_no_blanks),
	    cmocka_unit_test(json_of_a_manager),
	    cmocka_unit_test(json_of_a_manager_never_heard),
	    cmocka_unit_test(json_escapes),
	    cmocka_unit_test(json_of_an_event),
	    cmocka_unit_test(json_of_an_event_of_an_interface),
	    cmocka_unit_test(the_longest_json_of_an_event_fits),
	    cmocka_unit_test(the_longest_json_fits),
	    cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
