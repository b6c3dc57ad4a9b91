/* SPDX-License-Identifier: BSD-2-Clause */
/* How the lines of a configuration are read: octets, quotes, order; and printed again. */
#include <string.h>

#include "conf_text.h"

static void
test_bad_octets(void **state)
{
	static const char nul[] = "port 5\0\nhops 2\n";
	struct conf config;
	struct reports r;
	char line[2001];

	(void)state;
	conf_init(&config);
	r = read_octets(&config, nul, sizeof(nul) - 1);
	assert_int_equal(r.count, 1);
	assert_string_equal(r.text[0], "test.conf:1: 'port 5\\x00': a NUL octet, expected text");
	assert_int_equal(config.monitor.discover.request.port, 64535);
	assert_int_equal(config.monitor.discover.request.hops, 2);

	memset(line, ' ', sizeof(line));
	memcpy(line, "port 5", 6);
	line[1023] = '\0';
	accept_text(&config, line);
	assert_int_equal(config.monitor.discover.request.port, 5);
	line[1023] = ' ';
	line[1024] = '\0';
	memcpy(line, "port 6", 6);
	r = read_text(&config, line);
	assert_int_equal(r.count, 1);
	assert_non_null(strstr(r.text[0], "test.conf:1: 'port 6 "));
	assert_non_null(strstr(r.text[0], "a line of 1024 octets, expected 1023 at most"));
	assert_int_equal(config.monitor.discover.request.port, 5);

	/* The highest possible number of words. */
	for (size_t i = 0; i < 1023; i++)
		line[i] = i % 2 != 0 ? ' ' : '"';
	line[1023] = '\0';
	assert_int_equal(read_text(&config, line).count, 1);
	memset(line, '\\', 1023);
	assert_int_equal(read_text(&config, line).count, 1);
	for (size_t i = 0; i < 1023; i++)
		line[i] = i % 2 != 0 ? ' ' : 'x';
	assert_int_equal(read_text(&config, line).count, 1);
	conf_clear(&config);
}

/* A line with an error changes nothing, and the other lines are read nevertheless. */
static void
test_lines_are_independent(void **state)
{
	struct conf config;
	struct reports r;

	(void)state;
	conf_init(&config);
	r = read_text(&config, "hops 2\nhops 0\ninterface a b ''\nnonsense\ninterface c\nport 9");
	assert_int_equal(r.count, 3);
	assert_non_null(strstr(r.text[0], "test.conf:2: hops '0'"));
	assert_non_null(strstr(r.text[1], "test.conf:3: interface ''"));
	assert_non_null(strstr(r.text[2], "test.conf:4: unknown token 'nonsense'"));
	assert_int_equal(config.monitor.discover.request.hops, 2);
	assert_int_equal(config.monitor.discover.request.port, 9);
	assert_int_equal(config.interfaces.count, 1);
	assert_string_equal(config.interfaces.items[0], "c");
	conf_clear(&config);
}

static void
test_last_wins(void **state)
{
	struct conf config;

	(void)state;
	conf_init(&config);
	accept_text(&config, "port 5\nport 6\nagentXTimeout 5\nagentXRetries 1\nagentxtimeout 6\n"
			     "interface a\ninterface b\n");
	assert_int_equal(config.monitor.discover.request.port, 6);
	assert_int_equal(config.netsnmp.count, 2);
	assert_string_equal(config.netsnmp.items[0], "agentXTimeout 6");
	assert_string_equal(config.netsnmp.items[1], "agentXRetries 1");
	assert_int_equal(config.interfaces.count, 2);
	conf_clear(&config);
}

static void
test_quoting(void **state)
{
	static const char *const words[] = {"a b", "a'b", "a\"b", "it's", "a b", "a\\b", "#a",
					    "a#b", "ab",  "c",    "d\\",  "a",   "b"};
	struct conf config;

	(void)state;
	conf_init(&config);
	accept_text(&config, "interface 'a b'\t\"a'b\" \"a\\\"b\" 'it\\'s' a\\ b a\\\\b '#a' a#b "
			     "\"ab\"c d\\\ninterface a \v\f b # c\n  # interface z\n\n#\n"
			     "interface \"x\"#y\r\n");
	assert_int_equal(config.interfaces.count, 14);
	for (size_t i = 0; i < 13; i++)
		assert_string_equal(config.interfaces.items[i], words[i]);
	assert_string_equal(config.interfaces.items[13], "x");
	conf_clear(&config);
}

static void
test_round_trip(void **state)
{
	char wide[256], line[300];
	struct conf config, again;
	struct buffer first;

	(void)state;
	conf_init(&config);
	conf_init(&again);
	memset(wide, '"', sizeof(wide));
	wide[255] = '\0';
	snprintf(line, sizeof(line), "interface x%.254s", wide);
	accept_text(&config, line);
	accept_text(&config, "interface '#a' \"it's\" 'a \"b\"' \\\\ a\\ b\n"
			     "interval 100.001ms\nwindow 50ms\nretention 90m\nport 64000\n"
			     "sourcePort fixed\nnotifications NO\ngroup 224.0.0.251\n"
			     "agentXRetries 9\nagentXSocket '/tmp/a b'\n"
			     "deny 198.18.9.0/31\naccept 198.18.0.0/15\ndeny 0.0.0.0/0\n"
			     "accept 192.0.2.1/32\nsourceMatch yes\nexpect 198.18.0.9\n"
			     "expect 198.18.0.7 t5-07:a\ncontext \"#a 'b\\\"\"\n");
	assert_int_equal(config.monitor.discover.interval_us, 100001);
	assert_string_equal(config.netsnmp.items[1], "agentXSocket /tmp/a b");
	first = printed(&config);
	assert_non_null(strstr(first.text, "agentXSocket \"/tmp/a b\"\n"));
	assert_non_null(strstr(first.text, "interval 100.001ms\n"));
	assert_non_null(strstr(first.text, "retention 90m\n"));
	accept_text(&again, first.text);
	assert_string_equal(printed(&again).text, first.text);
	assert_int_equal(again.interfaces.count, config.interfaces.count);
	for (size_t i = 0; i < config.interfaces.count; i++)
		assert_string_equal(again.interfaces.items[i], config.interfaces.items[i]);
	assert_int_equal(again.monitor.discover.interval_us, config.monitor.discover.interval_us);
	assert_int_equal(again.monitor.discover.request.source_port, SOURCE_PORT_FIXED);
	assert_int_equal(again.access.count, 4);
	for (size_t i = 0; i < config.access.count; i++)
		assert_rule(&again.access.rules[i], config.access.rules[i].accept,
			    config.access.rules[i].addr, config.access.rules[i].prefix_len);
	assert_true(again.access.source_match);
	assert_int_equal(again.expected_count, 2);
	assert_string_equal(again.expected[1].name, "t5-07:a");
	assert_memory_equal(again.expected, config.expected, 2 * sizeof(*config.expected));
	assert_string_equal(again.context, "#a 'b\"");
	conf_clear(&config);
	conf_clear(&again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bad_octets), cmocka_unit_test(test_lines_are_independent),
	    cmocka_unit_test(test_last_wins),  cmocka_unit_test(test_quoting),
	    cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
