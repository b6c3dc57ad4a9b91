/* SPDX-License-Identifier: BSD-2-Clause */
/* net/ifpatterns.c, with patterns as they are in a configuration. */
#include <string.h>

#include "conf_text.h"
#include "net/ifpatterns.h"

static void
test_interfaces(void **state)
{
	static const struct {
		const char *line, *name;
		bool admitted, by_name;
	} cases[] = {
	    {"", "eth0", true, false},
	    {"interface eth0", "eth0", true, true},
	    {"interface eth0", "eth1", false, false},
	    {"interface eth0", "eth01", false, false},
	    {"interface eth*", "eth12", true, true},
	    {"interface eth[0-3]", "eth2", true, true},
	    {"interface eth[0-3]", "eth4", false, false},
	    {"interface !eth0", "eth0", false, false},
	    {"interface !eth0", "lo", true, false},
	    {"interface eth* !eth1", "eth1", false, false},
	    {"interface eth* !eth1", "eth2", true, true},
	    {"interface eth* !eth1", "lo", false, false},
	    {"interface !eth1 eth*", "eth1", true, true},
	    {"interface eth*\ninterface !eth*\ninterface eth3", "eth3", true, true},
	    {"interface eth*\ninterface !eth*\ninterface eth3", "eth4", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct conf config;
		struct iface iface = {0};
		bool by_name = !cases[i].by_name;
		bool admitted;

		conf_init(&config);
		accept_text(&config, cases[i].line);
		strlcpy(iface.name, cases[i].name, sizeof(iface.name));
		admitted = ifpatterns_admit(&config.interfaces, &iface, &by_name);
		if (admitted != cases[i].admitted || by_name != cases[i].by_name ||
		    ifpatterns_admit(&config.interfaces, &iface, NULL) != admitted)
			fail_msg("'%s': %s is %s, %s", cases[i].line, iface.name,
				 admitted ? "admitted" : "left out",
				 by_name ? "by its name" : "not by its name");
		conf_clear(&config);
	}
}

static void
alternative_names_are_names(void **state)
{
	static char altnames[] = "wan\0en*s0\0";
	const struct iface plain = {.name = "eth0"};
	const struct iface named = {.name = "eth0", .altnames = altnames};

	(void)state;
	assert_true(ifpatterns_match("eth?", &plain));
	assert_true(ifpatterns_match("eth?", &named));
	assert_true(ifpatterns_match("wan", &named));
	assert_false(ifpatterns_match("wan", &plain));
	/* Alternative names are compared literally: patterns match names only. */
	assert_false(ifpatterns_match("w*", &named));
	assert_true(ifpatterns_match("en*s0", &named));
	assert_false(ifpatterns_match("lan", &named));
	assert_false(ifpatterns_match("", &named));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_interfaces),
	    cmocka_unit_test(alternative_names_are_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
