/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of the state file, and which texts are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/state.h"

#define ADDR(n) (0xc6120000u + (n)) /* 198.18.0.0 */
#define WALL INT64_C(1763995221123)

static const struct state_limits limits = {.managers = 100, .events = 100};

static struct link_record links[] = {
    {.name = "eth0"},
    {.name = "a\"\\ \n\xff\x01", .impaired = true},
};
static struct manager_record managers[5];
static struct event_record events[3];
static struct state full;

static void
fill(char *text, size_t size, char octet)
{
	memset(text, octet, size - 1);
	text[size - 1] = '\0';
}

/* Each field at its largest, and managers of every kind. */
static int
make_full(void **unused)
{
	struct manager_record *heard = &managers[0], *largest = &managers[1];

	(void)unused;
	heard->m = (struct manager){
	    .addr = ADDR(1),
	    .status = MANAGER_UNKNOWN,
	    .version = "3.6.0.1",
	    .hostname = "t5-01 \"x\" \\",
	    .port = 6482,
	    .source = ADDR(200),
	    .link = 1,
	    .first_seen = {.mono_us = -5000000, .wall_ms = WALL - 99999},
	    .last_seen = {.mono_us = -5000000, .wall_ms = WALL - 5000},
	};
	heard->notified.announced = ANNOUNCED_UP;
	heard->notified.description.port = 1;
	*largest = *heard;
	largest->m.addr = ADDR(2);
	largest->notified.announced = ANNOUNCED_DOWN;
	fill(largest->m.version, sizeof(largest->m.version), '"');
	fill(largest->m.hostname, sizeof(largest->m.hostname), '\\');
	fill(largest->notified.description.version, sizeof(largest->notified.description.version),
	     ' ');
	fill(largest->notified.description.hostname, sizeof(largest->notified.description.hostname),
	     '=');
	fill(largest->challenger_says.version, sizeof(largest->notified.description.version), '~');
	fill(largest->challenger_says.hostname, sizeof(largest->notified.description.hostname),
	     '"');
	largest->notified.description.port = largest->m.port = largest->challenger_says.port =
	    UINT16_MAX;
	largest->challenger_says.addr = largest->m.addr;
	largest->challenger = UINT32_MAX - 1;
	largest->challenged = largest->notified.conflict = true;
	largest->m.source = UINT32_MAX;
	largest->m.missed = largest->m.transitions = UINT32_MAX;
	largest->m.expected_by_operator = true;
	largest->changed_us = INT64_C(-3155760000000000);
	largest->m.last_seen.mono_us = largest->m.first_seen.mono_us = INT64_C(-315360000000000);
	largest->m.last_seen.wall_ms = INT64_C(253402300799999); /* the year 9999 */
	largest->m.link = LINK_NONE;
	managers[2].m = (struct manager){
	    .addr = ADDR(3), .status = MANAGER_UNKNOWN, .link = LINK_NONE, .missed = 7};
	managers[2].notified.announced = ANNOUNCED_DOWN;
	managers[3] = *heard;
	managers[3].m.addr = ADDR(4);
	managers[3].m.hostname[0] = managers[3].m.version[0] = '\0';
	managers[3].m.last_seen.mono_us = managers[3].m.first_seen.mono_us = 0;
	managers[3].changed_us = -1000;
	managers[4].m =
	    (struct manager){.addr = 0xdffffffe, .status = MANAGER_UNKNOWN, .link = LINK_NONE};

	events[0] = (struct event_record){
	    .event = {.id = 1,
		      .type = EVENT_APPEARED,
		      .time.wall_ms = WALL,
		      .addr = ADDR(1),
		      .status = MANAGER_UP},
	    .queued = true,
	};
	events[1] = (struct event_record){
	    .event = {.id = 7,
		      .type = EVENT_IMPAIRED,
		      .time.wall_ms = WALL,
		      .status = MANAGER_UNKNOWN,
		      .reason = "eth\n0: no \"carrier\""},
	    .logged = true,
	};
	events[2] = events[0];
	events[2].logged = true;
	events[2].event.id = UINT32_MAX;
	events[2].event.type = EVENT_CONFLICT;
	events[2].event.port = events[2].event.former_port = UINT16_MAX;
	events[2].event.source = events[2].event.other_source = UINT32_MAX;
	events[2].event.ifindex = INT32_MAX;
	fill(events[2].event.hostname, sizeof(events[2].event.hostname), '"');
	fill(events[2].event.version, sizeof(events[2].event.version), '"');
	fill(events[2].event.former_hostname, sizeof(events[2].event.hostname), '"');
	fill(events[2].event.former_version, sizeof(events[2].event.version), '"');
	fill(events[2].event.reason, sizeof(events[2].event.reason), '\n');
	full = (struct state){
	    .saved_wall_ms = WALL,
	    .quiet = true,
	    .last_id = UINT32_MAX,
	    .interval = {.set = true, .value = 10000000, .over = 30000500},
	    .notifications = {.set = true, .over = true},
	    .links = links,
	    .link_count = 2,
	    .managers = managers,
	    .manager_count = 5,
	    .events = events,
	    .event_count = 3,
	};
	return 0;
}

static int
decode(struct state *state, const char *text, size_t len)
{
	static struct state_error error;
	const int status = state_decode(state, text, len, &limits, &error);

	if (status < 0)
		assert_true(strncmp(error.text, "line ", 5) == 0);
	return status;
}

static void
comes_back_as_it_was(void **unused)
{
	struct state state;
	size_t len;
	char *text = state_encode(&full, &len);

	(void)unused;
	assert_int_equal(len, strlen(text));
	assert_true(len <= state_max_len(&limits));
	assert_int_equal(decode(&state, text, len), 0);
	assert_int_equal(state.saved_wall_ms, full.saved_wall_ms);
	assert_int_equal(state.quiet, full.quiet);
	assert_int_equal(state.last_id, full.last_id);
	assert_true(state.interval.set && state.notifications.set);
	assert_int_equal(state.interval.value, 10000000);
	assert_int_equal(state.interval.over, 30000500);
	assert_true(state.notifications.over && !state.notifications.value);
	assert_int_equal(state.link_count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(state.links[i].name, links[i].name);
		assert_int_equal(state.links[i].impaired, links[i].impaired);
	}
	assert_int_equal(state.manager_count, 5);
	for (size_t i = 0; i < 5; i++) {
		const struct manager_record *is = &state.managers[i], *was = &managers[i];

		assert_int_equal(is->m.addr, was->m.addr);
		assert_int_equal(is->notified.announced, was->notified.announced);
		assert_int_equal(is->m.status, MANAGER_UNKNOWN);
		assert_string_equal(is->m.hostname, was->m.hostname);
		assert_string_equal(is->m.version, was->m.version);
		assert_int_equal(is->m.port, was->m.port);
		assert_int_equal(is->m.source, was->m.source);
		assert_int_equal(is->m.link, was->m.link);
		assert_true(is->m.first_seen.wall_ms == was->m.first_seen.wall_ms);
		assert_true(is->m.last_seen.wall_ms == was->m.last_seen.wall_ms);
		assert_true(is->m.last_seen.mono_us == was->m.last_seen.mono_us);
		assert_true(is->m.first_seen.mono_us == was->m.first_seen.mono_us);
		assert_int_equal(is->m.missed, was->m.missed);
		assert_int_equal(is->m.transitions, was->m.transitions);
		assert_int_equal(is->m.expected_by_operator, was->m.expected_by_operator);
		assert_string_equal(is->notified.description.hostname,
				    was->notified.description.hostname);
		assert_string_equal(is->notified.description.version,
				    was->notified.description.version);
		assert_int_equal(is->notified.description.port, was->notified.description.port);
		assert_true(is->changed_us == was->changed_us);
		assert_int_equal(is->notified.conflict, was->notified.conflict);
		assert_int_equal(is->challenged, was->challenged);
		assert_int_equal(is->challenger, was->challenger);
		assert_memory_equal(&is->challenger_says, &was->challenger_says,
				    sizeof(is->challenger_says));
	}
	assert_int_equal(state.event_count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_memory_equal(&state.events[i], &events[i], sizeof(events[i]));
	state_clear(&state);
	assert_null(state.managers);
	free(text);
}

static void
nothing_is_a_state_too(void **unused)
{
	const struct state empty = {.saved_wall_ms = 1};
	struct state state;
	size_t len;
	char *text = state_encode(&empty, &len);

	(void)unused;
	assert_int_equal(decode(&state, text, len), 0);
	assert_int_equal(state.manager_count + state.event_count + state.link_count, 0);
	assert_int_equal(state.last_id, 0);
	assert_false(state.interval.set || state.notifications.set);
	state_clear(&state);
	free(text);
}

/* A silence of less than a millisecond must not become none. */
static void
ages_are_rounded_up(void **unused)
{
	struct manager_record one = managers[0];
	const struct state state = {.saved_wall_ms = 1,
				    .links = links,
				    .link_count = 2,
				    .managers = &one,
				    .manager_count = 1};
	struct state again;
	size_t len;
	char *text;

	(void)unused;
	one.changed_us = -1;
	one.m.last_seen.mono_us = -1000001;
	text = state_encode(&state, &len);
	assert_int_equal(decode(&again, text, len), 0);
	assert_int_equal(again.managers[0].changed_us, -1000);
	assert_int_equal(again.managers[0].m.last_seen.mono_us, -1001000);
	state_clear(&again);
	free(text);
}

static void
times_ahead_of_the_clock_become_now(void **unused)
{
	const int64_t now_ms = 1700000000000;
	struct manager_record ahead[4] = {
	    {.m = {.first_seen = {.wall_ms = now_ms + 1}, .last_seen = {.wall_ms = now_ms + 9}}},
	    {.m = {.first_seen = {.wall_ms = now_ms - 5}, .last_seen = {.wall_ms = now_ms + 1}}},
	    {.m = {.first_seen = {.wall_ms = now_ms - 5}, .last_seen = {.wall_ms = now_ms}}},
	    {.m = {.addr = 1}}, /* never heard */
	};
	struct state state = {.managers = ahead, .manager_count = 4};

	(void)unused;
	assert_int_equal(state_clamp_times(&state, now_ms), 2);
	assert_int_equal(ahead[0].m.first_seen.wall_ms, now_ms);
	assert_int_equal(ahead[0].m.last_seen.wall_ms, now_ms);
	assert_int_equal(ahead[1].m.first_seen.wall_ms, now_ms - 5);
	assert_int_equal(ahead[1].m.last_seen.wall_ms, now_ms);
	assert_int_equal(ahead[2].m.last_seen.wall_ms, now_ms);
	assert_false(manager_heard(&ahead[3].m));
	assert_int_equal(state_clamp_times(&state, now_ms), 0);
}

/* Expected, announced as down, and heard while the queue was full. */
static void
what_was_notified_before_it_was_heard_is_kept(void **unused)
{
	struct manager_record one = managers[0];
	const struct state state = {
	    .saved_wall_ms = 1,
	    .links = links,
	    .link_count = 2,
	    .managers = &one,
	    .manager_count = 1,
	};
	struct state again;
	size_t len;
	char *text;

	(void)unused;
	one.notified.announced = ANNOUNCED_DOWN;
	one.notified.description = (struct wire_response){0};
	text = state_encode(&state, &len);
	assert_int_equal(decode(&again, text, len), 0);
	assert_int_equal(again.managers[0].notified.announced, ANNOUNCED_DOWN);
	assert_int_equal(again.managers[0].notified.description.port, 0);
	state_clear(&again);
	free(text);
}

/* A separate copy, so that reading beyond its end is detected. */
static void
cut_anywhere_is_refused(void **unused)
{
	size_t len;
	char *text = state_encode(&full, &len);
	const size_t ids_end =
	    (size_t)(strstr(text, "\nids ") + strlen("\nids taken=4294967295\n") - text);

	(void)unused;
	for (size_t cut = 0; cut < len; cut++) {
		char *copy = malloc(cut > 0 ? cut : 1);
		struct state state;

		memcpy(copy, text, cut);
		assert_int_equal(decode(&state, copy, cut), -1);
		assert_null(state.managers);
		assert_int_equal(state_salvage_last_id(copy, cut), cut >= ids_end ? UINT32_MAX : 0);
		free(copy);
	}
	free(text);
}

/* What is read in spite of a wrong octet keeps to the rules: it can be written
 * and read again. */
static void
wrong_octets_do_no_harm(void **unused)
{
	size_t len, again_len;
	char *text = state_encode(&full, &len);
	unsigned int accepted = 0, refused = 0;

	(void)unused;
	srand(1);
	for (int i = 0; i < 20000; i++) {
		const size_t place = (size_t)rand() % len;
		const char was = text[place];
		struct state state, again;
		char *second;

		text[place] = (char)(rand() % 4 == 0 ? rand() : 0x20 + rand() % 0x5f);
		if (decode(&state, text, len) < 0) {
			refused++;
		} else {
			accepted++;
			second = state_encode(&state, &again_len);
			assert_int_equal(decode(&again, second, again_len), 0);
			assert_int_equal(again.manager_count, state.manager_count);
			state_clear(&again);
			state_clear(&state);
			free(second);
		}
		text[place] = was;
	}
	assert_true(accepted > 0 && refused > 0);
	free(text);
}

static void
garbage_is_refused(void **unused)
{
	static char garbage[100000];
	struct state state;

	(void)unused;
	assert_int_equal(decode(&state, "", 0), -1);
	assert_int_equal(decode(&state, garbage, sizeof(garbage)), -1);
	memset(garbage, '\n', sizeof(garbage));
	assert_int_equal(decode(&state, garbage, sizeof(garbage)), -1);
	srand(2);
	for (int i = 0; i < 100; i++) {
		for (size_t n = 0; n < sizeof(garbage); n++)
			garbage[n] = (char)rand();
		assert_int_equal(decode(&state, garbage, sizeof(garbage)), -1);
	}
}

/* Its rest is not looked at. */
static void
too_much_is_refused(void **unused)
{
	static const struct state_limits two = {.managers = 2, .events = 0};
	static char text[64 * 1024 * 1024];
	struct state_error error;
	struct state state;
	int len = sprintf(text, "ldm-agentx-state 1\nsaved at=2026-11-24T00:00:00.000Z\nids\n");

	(void)unused;
	for (unsigned int i = 1; i <= 1000000; i++)
		len += sprintf(text + len, "manager address=198.%u.%u.%u\n", i >> 16, i >> 8 & 255,
			       i & 255);
	len += sprintf(text + len, "end\n");
	assert_int_equal(state_decode(&state, text, (size_t)len, &two, &error), -1);
	assert_string_equal(error.text, "line 6: expected 2 managers at most");
}

/* Wherever it is: C would take what is before it for the whole. */
static void
a_nul_is_refused(void **unused)
{
	size_t len;
	char *text = state_encode(&full, &len);

	(void)unused;
	for (size_t i = 0; i < len; i++) {
		const char was = text[i];
		struct state state;

		text[i] = '\0';
		assert_int_equal(decode(&state, text, len), -1);
		text[i] = was;
	}
	free(text);
}

#define HEAD "ldm-agentx-state 1\nsaved at=2026-11-24T00:00:00.000Z\nids taken=5\n"
#define HEARD                                                  \
	"manager address=198.18.0.1 port=1 source=198.18.0.1 " \
	"firstSeen=2026-11-24T00:00:00.000Z "                  \
	"lastSeen=2026-11-24T00:00:00.000Z"
#define EVENT "event id=1 type=appeared at=2026-11-24T00:00:00.000Z address=198.18.0.1 status=up"

static void
what_is_wrong_is_said(void **unused)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
	    {"x\n", "line 1: 'x': expected 'ldm-agentx-state 1'"},
	    {"ldm-agentx-state 2\nend\n",
	     "line 1: version '2': expected 1; it is of another ldm-agentx"},
	    {"ldm-agentx-state 1\nend\n", "line 2: expected a line saved and a line ids before"},
	    {HEAD, "line 4: expected more: the file is cut short"},
	    {HEAD "end\nx", "line 4: expected nothing after it"},
	    {HEAD "what x=1\nend\n", "line 4: 'what x=1': expected another kind of line"},
	    {HEAD "saved at=2026-11-24T00:00:00.000Z\nend\n", "line 4: 'saved': not expected here"},
	    {HEAD HEARD "\nlink name=\"eth0\"\nend\n", "line 5: 'link': not expected here"},
	    {HEAD "manager  address=198.18.0.1\nend\n", "line 4: '': unknown name"},
	    {HEAD "manager address=198.18.0.1 \nend\n", "line 4: '': unknown name"},
	    {HEAD "manager colour=\"red\"\nend\n", "line 4: 'colour': unknown name"},
	    {HEAD "manager address=198.18.0.1 address=198.18.0.1\nend\n",
	     "line 4: address=198.18.0.1: expected only once"},
	    {HEAD "manager address=198.18.0\nend\n",
	     "line 4: address=198.18.0: expected an IPv4 address"},
	    {HEAD "manager address=239.1.1.1\nend\n",
	     "line 4: address=239.1.1.1: expected one that a manager can have"},
	    {HEAD "manager address=240.1.1.1\nend\n",
	     "line 4: address=240.1.1.1: expected one that a manager can have"},
	    {HEAD "manager\nend\n",
	     "line 4: address=0.0.0.0: expected one that a manager can have"},
	    {HEAD HEARD "\n" HEARD "\nend\n",
	     "line 5: address=198.18.0.1: expected a higher one than in the line before"},
	    {HEAD "manager address=198.18.0.1 port=65536\nend\n",
	     "line 4: port=65536: expected a number from 1 to 65535"},
	    {HEAD "manager address=198.18.0.1 port=+1\nend\n",
	     "line 4: port=+1: expected a number from 1 to 65535"},
	    {HEAD "manager address=198.18.0.1 port=1\nend\n",
	     "line 4: expected all of firstSeen, lastSeen, source and port, or none"},
	    {HEAD "manager address=198.18.0.1 announced=up\nend\n",
	     "line 4: expected lastSeen: it was heard"},
	    {HEAD "manager address=198.18.0.1 announced=left\nend\n",
	     "line 4: announced=left: expected up or down"},
	    {HEAD HEARD " announced=up\nend\n", "line 4: announced=up: expected told.port, too"},
	    {HEAD HEARD " conflict\nend\n", "line 4: conflict: expected challenger=ADDRESS, too"},
	    {HEAD HEARD " challenger=198.18.0.7\nend\n",
	     "line 4: expected challenger with lastSeen and challenger.port"},
	    {HEAD HEARD " expected=1\nend\n", "line 4: expected=1: expected no value"},
	    {HEAD HEARD " hostname=x\nend\n",
	     "line 4: hostname=x: expected 1 to 255 printable characters in quotes"},
	    {HEAD HEARD " hostname=\"a\tb\"\nend\n",
	     "line 4: hostname=a\\x09b: expected 1 to 255 printable characters in quotes"},
	    {HEAD HEARD " hostname=\"a\\x0ab\"\nend\n",
	     "line 4: hostname=a\\x0ab: expected 1 to 255 printable characters in quotes"},
	    {HEAD HEARD " hostname=\"\"\nend\n",
	     "line 4: hostname=: expected 1 to 255 printable characters in quotes"},
	    {HEAD HEARD " hostname=\"x\nend\n", "line 4: ' hostname=\"x': expected name=value"},
	    {HEAD HEARD " hostname=\"\\x00\"\nend\n",
	     "line 4: ' hostname=\"\\x5cx00\"': expected name=value"},
	    {HEAD HEARD " hostname=\"a\\x00\"\nend\n",
	     "line 4: ' hostname=\"a\\x5cx00\"': expected name=value"},
	    {HEAD HEARD " hostname=\"a\\xzz\"\nend\n",
	     "line 4: ' hostname=\"a\\x5cxzz\"': expected name=value"},
	    {HEAD HEARD " hostname=\"a\\x4\"\nend\n",
	     "line 4: ' hostname=\"a\\x5cx4\"': expected name=value"},
	    {HEAD HEARD " missed=\"7\"\nend\n",
	     "line 4: missed=7: expected a number from 1 to 4294967295"},
	    {HEAD HEARD " missed=07\nend\n",
	     "line 4: missed=07: expected a number from 1 to 4294967295"},
	    {HEAD HEARD " version=\"12345678901234567890123456789012\"\nend\n",
	     "line 4: version=12345678901234567890123456789012: expected 1 to 31 printable "
	     "characters in quotes"},
	    {HEAD HEARD " link=\"eth0\"\nend\n",
	     "line 4: link=eth0: expected a link that has a line above"},
	    {HEAD HEARD " silence=-1s\nend\n",
	     "line 4: silence=-1s: expected a duration such as 1500ms, up to 36525d"},
	    {HEAD HEARD " silence=3155760000001ms\nend\n",
	     "line 4: silence=3155760000001ms: expected a duration such as 1500ms, up to 36525d"},
	    {HEAD HEARD " challenger.hostname=\"a\"\nend\n",
	     "line 4: expected challenger with lastSeen and challenger.port"},
	    {HEAD "link\nend\n", "line 4: expected name=\"INTERFACE\""},
	    {HEAD "link name=\"a/b\"\nend\n", "line 4: expected name=\"INTERFACE\""},
	    {HEAD "link name=\"a\"\nlink name=\"a\"\nend\n", "line 5: expected each link once"},
	    {HEAD "interval value=1ms over=30s\nend\n",
	     "line 4: value: expected a duration from 100ms to 1d"},
	    {HEAD "interval value=10s\nend\n",
	     "line 4: over: expected a duration from 100ms to 1d"},
	    {HEAD "interval value=x over=30s\nend\n",
	     "line 4: value=x: expected a duration such as 1500ms"},
	    {HEAD EVENT "\nend\n", "line 4: expected logged or queued"},
	    {HEAD EVENT " queued\n" EVENT " queued\nend\n",
	     "line 5: id=1: expected a higher one than in the line before, and 5 at most, as in "
	     "the line ids"},
	    {HEAD "event id=6\nend\n",
	     "line 4: id=6: expected a higher one than in the line before, and 5 at most, as in "
	     "the line ids"},
	    {HEAD "event id=1 type=appeared queued\nend\n", "line 4: expected type, status and at"},
	    {HEAD "event id=1 type=restored at=2026-11-24T00:00:00.000Z address=198.18.0.1 "
		  "status=up queued\nend\n",
	     "line 4: expected no address with this type"},
	    {"ldm-agentx-state 1\nsaved at=2026-11-31T00:00:00.000Z\nend\n",
	     "line 2: at=2026-11-31T00:00:00.000Z: expected a time such as "
	     "2026-11-24T14:40:21.123Z"},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct state_error error = {"accepted"};
		struct state state;

		state_decode(&state, cases[i].text, strlen(cases[i].text), &limits, &error);
		if (strcmp(error.text, cases[i].error) != 0)
			fail_msg("cases[%zu]: %s, not %s:\n%s", i, error.text, cases[i].error,
				 cases[i].text);
	}
}

/* Twice as long as the longest that can be written. */
static void
long_lines_are_refused(void **unused)
{
	static char text[3 * 4096] = HEAD;
	const size_t head_len = strlen(text);
	struct state state;

	(void)unused;
	memset(text + head_len, 'x', sizeof(text) - head_len);
	assert_int_equal(decode(&state, text, sizeof(text)), -1);
	text[sizeof(text) - 1] = '\n';
	assert_int_equal(decode(&state, text, sizeof(text)), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(comes_back_as_it_was),
	    cmocka_unit_test(nothing_is_a_state_too),
	    cmocka_unit_test(ages_are_rounded_up),
	    cmocka_unit_test(cut_anywhere_is_refused),
	    cmocka_unit_test(wrong_octets_do_no_harm),
	    cmocka_unit_test(garbage_is_refused),
	    cmocka_unit_test(too_much_is_refused),
	    cmocka_unit_test(what_is_wrong_is_said),
	    cmocka_unit_test(long_lines_are_refused),
	    cmocka_unit_test(what_was_notified_before_it_was_heard_is_kept),
	    cmocka_unit_test(a_nul_is_refused),
	    cmocka_unit_test(times_ahead_of_the_clock_become_now),
	};

	return cmocka_run_group_tests(tests, make_full, NULL);
}
