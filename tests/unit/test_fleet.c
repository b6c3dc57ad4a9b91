/* SPDX-License-Identifier: BSD-2-Clause */
/* The managers that a responder simulates: template, addresses, refusals, switching. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "responder/fleet.h"

static const struct fleet_settings plain = {
    .first_address = 0xc6120001, /* 198.18.0.1 */
    .count = 3,
    .hostname = "ldom%03u",
    .version = "1.2",
    .port = 6482,
};

static void
assert_hostname(const char *template, size_t count, size_t place, const char *expected)
{
	char error[FLEET_ERROR_LEN];
	struct fleet_settings settings = plain;
	struct fleet *fleet;

	settings.hostname = template;
	settings.count = count;
	fleet = fleet_new(&settings, error);
	assert_non_null(fleet);
	assert_string_equal(fleet_get(fleet, place)->response.hostname, expected);
	fleet_free(fleet);
}

static void
assert_refused(const struct fleet_settings *settings, const char *reason)
{
	char error[FLEET_ERROR_LEN] = "";

	if (fleet_new(settings, error) != NULL)
		fail_msg("hostname '%s' was accepted", settings->hostname);
	if (strstr(error, reason) == NULL)
		fail_msg("hostname '%s': '%s' does not say '%s'", settings->hostname, error,
			 reason);
}

static void
test_script(void **state)
{
	char error[FLEET_ERROR_LEN];
	struct fleet *fleet = fleet_new(&plain, error);

	(void)state;
	assert_non_null(fleet);
	assert_int_equal(fleet_count(fleet), 3);
	assert_int_equal(fleet_count_on(fleet), 3);
	for (size_t i = 0; i < 3; i++) {
		const struct fleet_manager *m = fleet_get(fleet, i);

		assert_true(m->on);
		assert_int_equal(m->response.addr, 0xc6120001 + i);
		assert_int_equal(m->response.port, 6482);
		assert_string_equal(m->response.version, "1.2");
	}
	assert_string_equal(fleet_get(fleet, 2)->response.hostname, "ldom003");
	fleet_free(fleet);
	fleet_free(NULL);
}

static void
test_template(void **state)
{
	char longest[256], error[FLEET_ERROR_LEN];
	struct fleet_settings settings = plain;
	struct fleet *fleet;

	(void)state;
	assert_hostname("ldom%03u", 1000, 999, "ldom1000");
	assert_hostname("%u", 20, 9, "10");
	assert_hostname("a%05u-%u%%b", 20, 11, "a00012-12%b");
	assert_hostname("same", 20, 11, "same");
	assert_hostname("", 2, 1, "");

	/* 255 octets fit, and no more. */
	memset(longest, '0', 254);
	memcpy(longest + 254, "1", 2);
	assert_hostname("%0255u", 1, 0, longest);
	settings.hostname = "%0256u";
	assert_refused(&settings, "longer than 255");
	memset(longest, 'x', sizeof(longest));
	longest[255] = '\0';
	assert_hostname(longest, 1, 0, longest);
	memcpy(longest + 253, "%u", 3);
	settings.hostname = longest;
	settings.count = 99;
	fleet = fleet_new(&settings, error);
	assert_non_null(fleet);
	assert_int_equal(strlen(fleet_get(fleet, 98)->response.hostname), 255);
	fleet_free(fleet);
	settings.count = 100;
	assert_refused(&settings, "manager 100");
}

static void
test_template_refused(void **state)
{
	static const char *const bad[] = {
	    "%s",    "%n",   "%",    "x%",      "%d",  "%03d",  "%3u",    "%0u",
	    "%-3u",  "%lu",  "%1$u", "%00003u", "%*u", "%0 3u", "%0257u", "%099999999999999999999u",
	    "%0-3u", "a%%%q"};
	struct fleet_settings settings = plain;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		settings.hostname = bad[i];
		assert_refused(&settings, "only %u, %0Nu");
	}
	settings.hostname = "tab\there";
	assert_refused(&settings, "printable");
	settings.hostname = "caf\xc3\xa9";
	assert_refused(&settings, "caf\\xc3\\xa9");
}

static void
test_version_and_port(void **state)
{
	struct fleet_settings settings = plain;
	struct fleet *fleet;
	char error[FLEET_ERROR_LEN];

	(void)state;
	settings.version = "1234567890123456789012345678901"; /* 31 */
	fleet = fleet_new(&settings, error);
	assert_non_null(fleet);
	assert_string_equal(fleet_get(fleet, 0)->response.version, settings.version);
	fleet_free(fleet);
	settings.version = "12345678901234567890123456789012";
	assert_refused(&settings, "version '12345678901234567890123456789012' is longer than 31");
	settings.version = "1\n";
	assert_refused(&settings, "version '1\\x0a'");
	settings = plain;
	settings.port = 0;
	assert_refused(&settings, "port 0");
	settings = plain;
	settings.count = 0;
	assert_refused(&settings, "expected 1..");
	settings.count = FLEET_MAX + 1;
	assert_refused(&settings, "expected 1..");
}

static void
test_addresses(void **state)
{
	struct fleet_settings settings = plain;
	struct fleet *fleet;
	char error[FLEET_ERROR_LEN];

	(void)state;
	settings.first_address = 0;
	assert_refused(&settings,
		       "0.0.0.0, the address of manager 1, is not possible for a manager");
	settings.first_address = 0xdffffffe; /* 223.255.255.254 */
	assert_refused(&settings, "224.0.0.0, the address of manager 3, is not possible");
	settings.first_address = 0x00ffffff;
	assert_refused(&settings,
		       "0.255.255.255, the address of manager 1, is not possible for a manager");
	settings.first_address = 0xfffffffe;
	assert_refused(&settings,
		       "255.255.255.254, the address of manager 1, is not possible for a manager");
	settings.first_address = 0x7efffffe; /* 126.255.255.254, then loopback */
	assert_refused(&settings, "127.0.0.0, the address of manager 3, is not possible for a "
				  "manager unless only loopback");
	settings.on_loopback = true;
	fleet = fleet_new(&settings, error);
	assert_non_null(fleet);
	fleet_free(fleet);

	/* Up to the last valid address. */
	settings = plain;
	settings.first_address = 0xdffffffd;
	fleet = fleet_new(&settings, error);
	assert_non_null(fleet);
	assert_int_equal(fleet_get(fleet, 2)->response.addr, 0xdfffffff);
	fleet_free(fleet);
}

static void
test_find(void **state)
{
	char error[FLEET_ERROR_LEN];
	struct fleet *fleet = fleet_new(&plain, error);
	size_t place = 77;

	(void)state;
	assert_non_null(fleet);
	assert_false(fleet_find(fleet, 0xc6120000, &place));
	assert_false(fleet_find(fleet, 0xc6120004, &place));
	assert_false(fleet_find(fleet, 0, &place));
	assert_int_equal(place, 77);
	assert_true(fleet_find(fleet, 0xc6120003, &place));
	assert_int_equal(place, 2);
	fleet_free(fleet);
}

static void
test_changes(void **state)
{
	char error[FLEET_ERROR_LEN], longer[257];
	struct fleet *fleet = fleet_new(&plain, error);

	(void)state;
	assert_non_null(fleet);
	fleet_switch(fleet, (struct fleet_range){1, 2}, false);
	fleet_switch(fleet, (struct fleet_range){2, 2}, false);
	assert_int_equal(fleet_count_on(fleet), 1);
	assert_true(fleet_get(fleet, 0)->on);
	assert_false(fleet_get(fleet, 2)->on);
	fleet_switch(fleet, (struct fleet_range){0, 1}, true);
	assert_int_equal(fleet_count_on(fleet), 2);

	assert_int_equal(fleet_set_hostname(fleet, (struct fleet_range){0, 1}, "new", error), 0);
	assert_int_equal(fleet_set_version(fleet, (struct fleet_range){1, 1}, "1.3 beta", error),
			 0);
	fleet_set_port(fleet, (struct fleet_range){1, 2}, 65535);
	assert_string_equal(fleet_get(fleet, 1)->response.hostname, "new");
	assert_string_equal(fleet_get(fleet, 1)->response.version, "1.3 beta");
	assert_int_equal(fleet_get(fleet, 1)->response.port, 65535);
	assert_string_equal(fleet_get(fleet, 2)->response.hostname, "ldom003");
	assert_string_equal(fleet_get(fleet, 0)->response.version, "1.2");
	assert_int_equal(fleet_get(fleet, 0)->response.port, 6482);

	memset(longer, 'x', sizeof(longer));
	longer[256] = '\0';
	assert_int_equal(fleet_set_hostname(fleet, (struct fleet_range){0, 2}, longer, error), -1);
	assert_non_null(strstr(error, "longer than 255"));
	assert_int_equal(fleet_set_version(fleet, (struct fleet_range){0, 2}, "\x7f", error), -1);
	assert_string_equal(fleet_get(fleet, 0)->response.hostname, "new");
	assert_string_equal(fleet_get(fleet, 0)->response.version, "1.2");
	fleet_free(fleet);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_script),           cmocka_unit_test(test_template),
	    cmocka_unit_test(test_template_refused), cmocka_unit_test(test_version_and_port),
	    cmocka_unit_test(test_addresses),        cmocka_unit_test(test_find),
	    cmocka_unit_test(test_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
