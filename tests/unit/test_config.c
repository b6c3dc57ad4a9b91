/* SPDX-License-Identifier: BSD-2-Clause */
/* The tokens of a configuration: values, defaults, errors, restart. */
#include "conf_text.h"

static const char defaults[] = "group 239.129.9.27\n"
			       "port 64535\n"
			       "hops 1\n"
			       "sourcePort auto\n"
			       "interval 30s\n"
			       "window 3s\n"
			       "probes 3\n"
			       "misses 3\n"
			       "retention 7d\n"
			       "maxManagers 10000\n"
			       "sourceMatch no\n"
			       "notifications yes\n"
			       "notificationRate 200\n"
			       "eventLog 256\n"
			       "queueLimit 10000\n"
			       "announceFirst yes\n"
			       "stateFile " CONF_STATE_FILE "\n";

/* Read a line with an error, after the defaults. */
static void
expect_error(const char *line, const char *error)
{
	struct conf config;
	struct buffer after;
	struct reports r;

	conf_init(&config);
	r = read_text(&config, line);
	if (r.count != 1)
		fail_msg("%s: %u errors", line, r.count);
	assert_string_equal(r.text[0], error);
	after = printed(&config);
	assert_string_equal(after.text, defaults);
	conf_clear(&config);
}

static void
test_defaults(void **state)
{
	struct conf config;
	struct conf_error error;

	(void)state;
	conf_init(&config);
	assert_int_equal(config.interfaces.count, 0);
	assert_int_equal(config.monitor.discover.request.group, 0xef81091b);
	assert_int_equal(config.monitor.discover.request.port, 64535);
	assert_int_equal(config.monitor.discover.request.hops, 1);
	assert_int_equal(config.monitor.discover.interval_us, 30 * US_PER_S);
	assert_int_equal(config.monitor.discover.window_us, 3 * US_PER_S);
	assert_int_equal(config.monitor.inventory.retention_us, 7 * US_PER_DAY);
	assert_int_equal(config.monitor.discover.probes, 3);
	assert_int_equal(config.monitor.discover.misses, 3);
	assert_int_equal(config.monitor.inventory.max_managers, 10000);
	assert_int_equal(config.monitor.discover.request.source_port, SOURCE_PORT_AUTO);
	assert_true(config.monitor.notifications);
	assert_int_equal(config.monitor.notification_rate, 200);
	assert_int_equal(config.monitor.event_log, 256);
	assert_int_equal(config.monitor.queue_limit, 10000);
	assert_int_equal(config.access.count, 0);
	assert_false(config.access.source_match);
	assert_int_equal(config.expected_count, 0);
	assert_null(config.context);
	assert_int_equal(config.netsnmp.count, 0);
	assert_int_equal(conf_check(&config, "x", &error), 0);
	assert_string_equal(printed(&config).text, defaults);
	conf_clear(&config);
	conf_clear(&config);
}

static void
test_every_token(void **state)
{
	struct conf config;

	(void)state;
	conf_init(&config);
	accept_text(&config, "interface eth0 'eth 1*'\n"
			     "interface !lo\n"
			     "group 239.1.2.3\n"
			     "port 7000\n"
			     "hops 16\n"
			     "sourcePort ephemeral\n"
			     "interval 1.5m\n"
			     "window 500ms\n"
			     "probes 5\n"
			     "misses 7\n"
			     "retention 2w\n"
			     "maxManagers 1000\n"
			     "notifications no\n"
			     "notificationRate 50\n"
			     "eventLog 32\n"
			     "queueLimit 64\n"
			     "announceFirst no\n"
			     "stateFile '/srv/a b/state'\n"
			     "deny 198.18.1.0/24\n"
			     "accept 198.18.0.7\n"
			     "Accept 198.18.0.0/15\n"
			     "sourceMatch yes\n"
			     "expect 198.18.0.9\n"
			     "expect 198.18.0.7\n"
			     "context 'ldm 1'\n"
			     "agentXSocket tcp:localhost:705\n"
			     "agentXTimeout 2\n"
			     "agentXRetries 0\n");
	assert_int_equal(config.interfaces.count, 3);
	assert_string_equal(config.interfaces.items[0], "eth0");
	assert_string_equal(config.interfaces.items[1], "eth 1*");
	assert_string_equal(config.interfaces.items[2], "!lo");
	assert_int_equal(config.monitor.discover.request.group, 0xef010203);
	assert_int_equal(config.monitor.discover.request.port, 7000);
	assert_int_equal(config.monitor.discover.request.hops, 16);
	assert_int_equal(config.monitor.discover.request.source_port, SOURCE_PORT_EPHEMERAL);
	assert_int_equal(config.monitor.discover.interval_us, 90 * US_PER_S);
	assert_int_equal(config.monitor.discover.window_us, US_PER_S / 2);
	assert_int_equal(config.monitor.discover.probes, 5);
	assert_int_equal(config.monitor.discover.misses, 7);
	assert_int_equal(config.monitor.inventory.retention_us, 14 * US_PER_DAY);
	assert_int_equal(config.monitor.inventory.max_managers, 1000);
	assert_false(config.monitor.notifications);
	assert_int_equal(config.monitor.notification_rate, 50);
	assert_int_equal(config.monitor.event_log, 32);
	assert_int_equal(config.monitor.queue_limit, 64);
	assert_false(config.announce_first);
	assert_string_equal(conf_state_file(&config), "/srv/a b/state");
	assert_int_equal(config.access.count, 3);
	assert_rule(&config.access.rules[0], false, 0xc6120100, 24);
	assert_rule(&config.access.rules[1], true, 0xc6120007, 32);
	assert_rule(&config.access.rules[2], true, 0xc6120000, 15);
	assert_true(config.access.source_match);
	assert_int_equal(config.expected_count, 2);
	assert_int_equal(config.expected[0].addr, 0xc6120009);
	assert_int_equal(config.expected[1].addr, 0xc6120007);
	assert_string_equal(config.context, "ldm 1");
	assert_int_equal(config.netsnmp.count, 3);
	assert_string_equal(config.netsnmp.items[0], "agentXSocket tcp:localhost:705");
	assert_string_equal(config.netsnmp.items[1], "agentXTimeout 2");
	assert_string_equal(config.netsnmp.items[2], "agentXRetries 0");
	conf_clear(&config);
}

#define EXPECT_DURATION "expected a duration such as 500ms, 30s or 5m, from "
#define EXPECT_PATTERNS "expected names or patterns of interfaces such as eth0, 'eth*' or '!eth1'"

#define EXPECT_SUBNET "expected an address or a subnet such as 192.0.2.7 or 192.0.2.0/24"
#define EXPECT_MANAGER                                                                        \
	"expected an IPv4 address that a manager can have: not in 0.0.0.0/8, 240.0.0.0/4 or " \
	"multicast"
#define EXPECT_CONTEXT "expected a name of 1 to 32 printable ASCII characters"
#define OCTETS_32 "0123456789abcdef0123456789abcdef"

static const struct {
	const char *token, *low, *below, *high, *above, *expected;
} ranges[] = {
    {"port", "1", "0", "65535", "65536", "expected a number from 1 to 65535"},
    {"hops", "1", "0", "255", "256", "expected a number from 1 to 255"},
    {"interval", "100ms", "99.9ms", "1d", "86401", EXPECT_DURATION "100ms to 1d"},
    {"window", "50ms", "49ms", "1m", "1.01m", EXPECT_DURATION "50ms to 1m"},
    {"probes", "1", "0", "10", "11", "expected a number from 1 to 10"},
    {"misses", "1", "0", "100", "101", "expected a number from 1 to 100"},
    {"retention", "1s", "0.999s", "3650d", "3651d",
     "expected 0 (never) or a duration such as 500ms, 30s or 5m, from 1s to 3650d"},
    {"maxManagers", "1", "0", "1000000", "1000001", "expected a number from 1 to 1000000"},
    {"notificationRate", "1", "0", "10000", "10001", "expected a number from 1 to 10000"},
    {"eventLog", "1", "0", "100000", "100001", "expected a number from 1 to 100000"},
    {"queueLimit", "1", "0", "1000000", "1000001", "expected a number from 1 to 1000000"},
    {"group", "224.0.0.0", "223.255.255.255", "239.255.255.255", "240.0.0.0",
     "expected an IPv4 multicast address, from 224.0.0.0 to 239.255.255.255"},
    {"sourcePort", "fixed", "0", "ephemeral", "65536",
     "expected auto, fixed, ephemeral or the number that port is set to"},
    {"notifications", "no", "", "yes", "maybe", "expected yes or no"},
    {"agentXTimeout", "1", "0", "255", "256", "expected a number from 1 to 255"},
    {"agentXRetries", "0", "-1", "100", "101", "expected a number from 0 to 100"},
    {"agentXSocket", "x", "", "unix:/a b", "#x",
     "expected the master agent's address such as /var/agentx/master or tcp:localhost:705"},
    {"interface", "e", "", "!*", "!", EXPECT_PATTERNS},
    {"accept", "0.0.0.0/0", "0.0.0.0/-1", "255.255.255.255/32", "10.0.0.0/33", EXPECT_SUBNET},
    {"deny", "198.18.0.7", "198.18.0.0/", "198.18.0.6/31", "198.18.0", EXPECT_SUBNET},
    {"sourceMatch", "no", "", "YES", "true", "expected yes or no"},
    {"expect", "1.0.0.0", "0.255.255.255", "223.255.255.255", "255.255.255.254", EXPECT_MANAGER},
    {"expect", "198.18.0.1", "224.0.0.1", "127.0.0.1", "240.0.0.0", EXPECT_MANAGER},
    {"context", "x", "", OCTETS_32, OCTETS_32 "x", EXPECT_CONTEXT},
    {"context", "!", "\x1f", "~", "\x80", EXPECT_CONTEXT},
};

static void
test_ranges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const char *good[] = {ranges[i].low, ranges[i].high};
		const char *bad[] = {ranges[i].below, ranges[i].above, "1x", " "};
		bool text = strcmp(ranges[i].token, "agentXSocket") == 0 ||
			    strcmp(ranges[i].token, "interface") == 0 ||
			    strcmp(ranges[i].token, "context") == 0;

		for (size_t j = 0; j < 2; j++) {
			struct conf config, from_option;
			struct conf_error error;
			char line[200];

			conf_init(&config);
			conf_init(&from_option);
			snprintf(line, sizeof(line), "%s '%s'", ranges[i].token, good[j]);
			accept_text(&config, line);
			if (conf_set(&from_option, "-o", ranges[i].token, good[j], &error) != 0)
				fail_msg("%s '%s': %s", ranges[i].token, good[j], error.text);
			assert_string_equal(printed(&config).text, printed(&from_option).text);
			conf_clear(&config);
			conf_clear(&from_option);
		}
		for (size_t j = 0; j < 4; j++) {
			char line[200], wanted[400], shown[160];
			struct conf config;
			struct conf_error error;

			text_printable(bad[j], strlen(bad[j]), shown, sizeof(shown));
			if (text && strcmp(bad[j], "1x") == 0)
				continue;
			snprintf(line, sizeof(line), "\n%s '%s'", ranges[i].token, bad[j]);
			snprintf(wanted, sizeof(wanted), "test.conf:2: %s '%s': %s",
				 ranges[i].token, shown, ranges[i].expected);
			expect_error(line, wanted);

			conf_init(&config);
			snprintf(wanted, sizeof(wanted), "option -o: %s '%s': %s", ranges[i].token,
				 shown, ranges[i].expected);
			if (conf_set(&config, "option -o", ranges[i].token, bad[j], &error) != -1)
				fail_msg("%s '%s' was accepted", ranges[i].token, bad[j]);
			assert_string_equal(error.text, wanted);
			assert_string_equal(printed(&config).text, defaults);
			conf_clear(&config);
		}
	}
}

/* As snmpd accepts it, and as an option -x. */
static void
test_one_master(void **state)
{
	static const char list[] = "/var/agentx/master,tcp:localhost:705";
	struct conf config;
	struct conf_error error;

	(void)state;
	conf_init(&config);
	assert_int_equal(conf_set(&config, "option -x", "agentXSocket", list, &error), -1);
	assert_string_equal(error.text,
			    "option -x: agentXSocket '/var/agentx/master,tcp:localhost:705': "
			    "expected one address: snmpd accepts several, separated by commas, "
			    "but a subagent connects to one");
	assert_int_equal(conf_set(&config, "option -x", "agentXSocket", ",", &error), -1);
	assert_int_equal(config.netsnmp.count, 0);
	conf_clear(&config);
	expect_error("agentXSocket /var/agentx/master,tcp:localhost:705",
		     "test.conf:1: agentXSocket '/var/agentx/master,tcp:localhost:705': expected "
		     "one address: snmpd accepts several, separated by commas, but a subagent "
		     "connects to one");
}

static void
test_retention_zero(void **state)
{
	struct conf config;

	(void)state;
	conf_init(&config);
	accept_text(&config, "retention 0");
	assert_int_equal(config.monitor.inventory.retention_us, 0);
	assert_non_null(strstr(printed(&config).text, "\nretention 0\n"));
	conf_clear(&config);
	expect_error("interval 0", "test.conf:1: interval '0': " EXPECT_DURATION "100ms to 1d");
}

static void
test_errors(void **state)
{
	(void)state;
	expect_error("interval 30x", "test.conf:1: interval '30x': " EXPECT_DURATION "100ms to 1d");
	expect_error("# one\r\n\r\nINTERVAL\r\n",
		     "test.conf:3: interval without a value: " EXPECT_DURATION "100ms to 1d");
	expect_error("port # 5", "test.conf:1: port without a value: expected a number from 1 "
				 "to 65535");
	expect_error("expect 192.0.2.7 a b",
		     "test.conf:1: expect 'b': too many values, expected an "
		     "address and a name");
	expect_error("expect 192.0.2.7 'a b'",
		     "test.conf:1: expect 'a b': expected a name of 1 to 63 printable characters, "
		     "without blanks, quotes and #");
	expect_error("port 5 6", "test.conf:1: port '6': too many values, expected one: a number "
				 "from 1 to 65535");
	expect_error("interface eth0 eth1 '!'", "test.conf:1: interface '!': " EXPECT_PATTERNS);
	expect_error("interface 'eth0", "test.conf:1: value 'eth0': expected a closing quote");
	expect_error("\"port 5", "test.conf:1: token 'port 5': expected a closing quote");
	expect_error("port 1\x1b[2J", "test.conf:1: port '1\\x1b[2J': expected a number from 1 to "
				      "65535");
	expect_error("interface 'a\tb'", "test.conf:1: interface 'a\\x09b': " EXPECT_PATTERNS);
}

/* Bits beyond the prefix make it ambiguous. */
static void
test_subnet_bits(void **state)
{
	(void)state;
	expect_error("accept 198.18.0.7/24",
		     "test.conf:1: accept '198.18.0.7/24': expected 198.18.0.0/24, with no bits "
		     "beyond the prefix, or 198.18.0.7");
	expect_error("deny 128.0.0.0/0", "test.conf:1: deny '128.0.0.0/0': expected 0.0.0.0/0, "
					 "with no bits beyond the prefix, or 128.0.0.0");
	expect_error("deny 198.18.0.7/31",
		     "test.conf:1: deny '198.18.0.7/31': expected 198.18.0.6/31, with no bits "
		     "beyond the prefix, or 198.18.0.7");
}

/* The lines of several files and options add up; the order of accept and deny is
 * kept, and a manager is expected only once. */
static void
test_lists_add_up(void **state)
{
	struct conf config;
	struct conf_error error;

	(void)state;
	conf_init(&config);
	accept_text(&config, "accept 198.18.0.1\ndeny 198.18.0.0/24\naccept 198.18.0.1\n"
			     "expect 198.18.0.5\nexpect 198.18.0.4\nexpect 198.18.0.5\n");
	assert_int_equal(conf_set(&config, "-o", "deny", "0.0.0.0/0", &error), 0);
	assert_int_equal(conf_set(&config, "-o", "expect", "198.18.0.4", &error), 0);
	assert_int_equal(config.access.count, 4);
	assert_rule(&config.access.rules[0], true, 0xc6120001, 32);
	assert_rule(&config.access.rules[1], false, 0xc6120000, 24);
	assert_rule(&config.access.rules[2], true, 0xc6120001, 32);
	assert_rule(&config.access.rules[3], false, 0, 0);
	assert_int_equal(config.expected_count, 2);
	assert_int_equal(config.expected[0].addr, 0xc6120005);
	assert_int_equal(config.expected[1].addr, 0xc6120004);
	assert_non_null(strstr(printed(&config).text, "accept 198.18.0.1\n"
						      "deny 198.18.0.0/24\n"
						      "accept 198.18.0.1\n"
						      "deny 0.0.0.0/0\n"
						      "sourceMatch no\n"
						      "expect 198.18.0.5\n"
						      "expect 198.18.0.4\n"));
	expect_error("accept 198.18.0.1 198.18.0.2",
		     "test.conf:1: accept '198.18.0.2': too many values, expected one: an address "
		     "or a subnet such as 192.0.2.7 or 192.0.2.0/24");
	expect_error("deny", "test.conf:1: deny without a value: " EXPECT_SUBNET);
	expect_error("expect", "test.conf:1: expect without a value: " EXPECT_MANAGER);
	conf_clear(&config);
	conf_init(&config);
	assert_string_equal(printed(&config).text, defaults);
	conf_clear(&config);
}

#define EXPECT_TOKENS                                                                       \
	"expected one of interface, group, port, hops, sourcePort, interval, window, "      \
	"probes, misses, retention, maxManagers, accept, deny, sourceMatch, expect, "       \
	"notifications, notificationRate, eventLog, queueLimit, announceFirst, stateFile, " \
	"context, agentXSocket, agentXTimeout, agentXRetries"

static void
test_unknown_token(void **state)
{
	(void)state;
	expect_error("Intervall 3", "test.conf:1: unknown token 'Intervall': did you mean "
				    "'interval'?");
	expect_error("maxmanager 3", "test.conf:1: unknown token 'maxmanager': did you mean "
				     "'maxManagers'?");
	expect_error("interfaces 3", "test.conf:1: unknown token 'interfaces': did you mean "
				     "'interface'?");
	expect_error("prot 3", "test.conf:1: unknown token 'prot': did you mean 'port'?");
	expect_error("[snmp] dumpPacket yes",
		     "test.conf:1: unknown token '[snmp]': " EXPECT_TOKENS);
	expect_error("p 3", "test.conf:1: unknown token 'p': " EXPECT_TOKENS);
	expect_error(OCTETS_32 " 3", "test.conf:1: unknown token '" OCTETS_32 "': " EXPECT_TOKENS);
}

static void
test_state_file(void **state)
{
	struct conf config;

	(void)state;
	conf_init(&config);
	assert_string_equal(conf_state_file(&config), CONF_STATE_FILE);
	accept_text(&config, "stateFile none\n");
	assert_null(conf_state_file(&config));
	accept_text(&config, "stateFile /x\n");
	assert_string_equal(conf_state_file(&config), "/x");
	conf_clear(&config);
	expect_error("stateFile state",
		     "test.conf:1: stateFile 'state': expected an absolute path such as "
		     "/var/lib/ldm-agentx/state, or none");
}

static void
test_check(void **state)
{
	struct conf config;
	struct conf_error error;

	(void)state;
	conf_init(&config);
	accept_text(&config, "interval 6s\n");
	assert_int_equal(conf_check(&config, "test.conf", &error), 0);
	accept_text(&config, "interval 5999ms\n");
	assert_int_equal(conf_check(&config, "test.conf", &error), -1);
	assert_string_equal(error.text, "test.conf: interval '5999ms': expected at least 6s, twice "
					"the window (3s)");
	accept_text(&config, "interval 6s\nsourcePort 7000\n");
	assert_int_equal(config.monitor.discover.request.source_port, SOURCE_PORT_FIXED);
	assert_int_equal(conf_check(&config, "test.conf", &error), -1);
	assert_string_equal(error.text, "test.conf: sourcePort '7000': expected the number that "
					"port is set to, 64535, or auto, fixed or ephemeral");
	accept_text(&config, "port 7000\n");
	assert_int_equal(conf_check(&config, "test.conf", &error), 0);
	accept_text(&config, "sourcePort 1\nport 1\n");
	assert_int_equal(config.monitor.discover.request.source_port, SOURCE_PORT_FIXED);
	assert_int_equal(conf_check(&config, "test.conf", &error), 0);
	accept_text(&config, "sourcePort auto\nport 7001");
	assert_int_equal(config.monitor.discover.request.source_port, SOURCE_PORT_AUTO);
	assert_int_equal(conf_check(&config, "test.conf", &error), 0);
	accept_text(&config, "expect 198.18.0.1\nexpect 198.18.0.2\nmaxManagers 1");
	assert_int_equal(conf_check(&config, "test.conf", &error), -1);
	assert_string_equal(error.text, "test.conf: maxManagers '1': expected at least 2, one for "
					"each expect");
	accept_text(&config, "maxManagers 2\ndeny 198.18.0.2");
	assert_int_equal(conf_check(&config, "test.conf", &error), -1);
	assert_string_equal(error.text,
			    "test.conf: expect '198.18.0.2': expected a manager that accept and "
			    "deny admit; this one would always be down");
	conf_clear(&config);
}

/* Check which tokens take effect only at a restart, of those that differ. */
static void
assert_restart_tokens(const char *before, const char *after, const char *tokens)
{
	struct conf old, new;
	struct buffer b = {0};

	conf_init(&old);
	conf_init(&new);
	accept_text(&old, before);
	accept_text(&new, after);
	conf_restart_tokens(&old, &new, append, &b);
	assert_string_equal(b.text, tokens);
	conf_clear(&old);
	conf_clear(&new);
}

static void
test_restart_tokens(void **state)
{
	static const char all[] = "stateFile /s\ncontext a\nagentXSocket /tmp/a\nagentXTimeout 1\n"
				  "agentXRetries 2\n";

	(void)state;
	assert_restart_tokens("", "", "");
	assert_restart_tokens(all, all, "");
	assert_restart_tokens(all,
			      "agentXRetries 3\nagentXTimeout 7\nagentXTimeout 1\n"
			      "stateFile /s\ncontext a\nagentxsocket '/tmp/a'",
			      "agentXRetries\n");
	assert_restart_tokens("", all,
			      "stateFile\ncontext\nagentXSocket\nagentXTimeout\nagentXRetries\n");
	assert_restart_tokens(all, "",
			      "stateFile\ncontext\nagentXSocket\nagentXTimeout\nagentXRetries\n");
	assert_restart_tokens(all, "stateFile /s\ncontext b\nagentXTimeout 1\nagentXRetries 3\n",
			      "context\nagentXSocket\nagentXRetries\n");
	assert_restart_tokens(all,
			      "stateFile /s\ncontext a\nagentXSocket /tmp/a\nagentXTimeout 1\n"
			      "agentXRetries 2\ngroup 239.1.2.3\nport 7\ninterval 1h\n"
			      "accept 198.18.0.0/15\nexpect 198.18.0.1\ninterface eth0\n",
			      "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_defaults),       cmocka_unit_test(test_every_token),
	    cmocka_unit_test(test_ranges),         cmocka_unit_test(test_one_master),
	    cmocka_unit_test(test_retention_zero), cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_unknown_token),  cmocka_unit_test(test_state_file),
	    cmocka_unit_test(test_check),          cmocka_unit_test(test_subnet_bits),
	    cmocka_unit_test(test_lists_add_up),   cmocka_unit_test(test_restart_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
