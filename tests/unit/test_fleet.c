/* SPDX-License-Identifier: BSD-2-Clause */
/* The managers that a responder plays: template, addresses, what is refused, switching. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "responder/fleet.h"

static const struct cast_script plain = {
    .first_address = 0xc6120001, /* 198.18.0.1 */
    .count = 3,
    .hostname = "ldom%03u",
    .version = "1.2",
    .port = 6482,
};

static void
assert_hostname(const char *template, size_t count, size_t place, const char *expected)
{
	char error[CAST_ERROR_LEN];
	struct cast_script script = plain;
	struct cast *cast;

	script.hostname = template;
	script.count = count;
	cast = cast_new(&script, error);
	assert_non_null(cast);
	assert_string_equal(cast_get(cast, place)->says.hostname, expected);
	cast_free(cast);
}

static void
assert_refused(const struct cast_script *script, const char *reason)
{
	char error[CAST_ERROR_LEN] = "";

	assert_null(cast_new(script, error));
	if (strstr(error, reason) == NULL)
		fail_msg("'%s' does not say '%s'", error, reason);
}

static void
test_script(void **state)
{
	char error[CAST_ERROR_LEN];
	struct cast *cast = cast_new(&plain, error);

	(void)state;
	assert_non_null(cast);
	assert_int_equal(cast_count(cast), 3);
	assert_int_equal(cast_count_on(cast), 3);
	for (size_t i = 0; i < 3; i++) {
		const struct cast_manager *m = cast_get(cast, i);

		assert_true(m->on);
		assert_int_equal(m->says.addr, 0xc6120001 + i);
		assert_int_equal(m->says.port, 6482);
		assert_string_equal(m->says.version, "1.2");
	}
	assert_string_equal(cast_get(cast, 2)->says.hostname, "ldom003");
	cast_free(cast);
	cast_free(NULL);
}

static void
test_template(void **state)
{
	char longest[256], error[CAST_ERROR_LEN];
	struct cast_script script = plain;
	struct cast *cast;

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
	script.hostname = "%0256u";
	assert_refused(&script, "longer than 255");
	memset(longest, 'x', sizeof(longest));
	longest[255] = '\0';
	assert_hostname(longest, 1, 0, longest);
	memcpy(longest + 253, "%u", 3);
	script.hostname = longest;
	script.count = 99;
	cast = cast_new(&script, error);
	assert_non_null(cast);
	assert_int_equal(strlen(cast_get(cast, 98)->says.hostname), 255);
	cast_free(cast);
	script.count = 100;
	assert_refused(&script, "manager 100");
}

static void
test_template_refused(void **state)
{
	static const char *const bad[] = {
	    "%s",    "%n",   "%",    "x%",      "%d",  "%03d",  "%3u",    "%0u",
	    "%-3u",  "%lu",  "%1$u", "%00003u", "%*u", "%0 3u", "%0257u", "%099999999999999999999u",
	    "%0-3u", "a%%%q"};
	struct cast_script script = plain;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		script.hostname = bad[i];
		assert_refused(&script, "only %u, %0Nu");
	}
	script.hostname = "tab\there";
	assert_refused(&script, "printable");
	script.hostname = "caf\xc3\xa9";
	assert_refused(&script, "caf\\xc3\\xa9");
}

static void
test_version_and_port(void **state)
{
	struct cast_script script = plain;
	struct cast *cast;
	char error[CAST_ERROR_LEN];

	(void)state;
	script.version = "1234567890123456789012345678901"; /* 31 */
	cast = cast_new(&script, error);
	assert_non_null(cast);
	assert_string_equal(cast_get(cast, 0)->says.version, script.version);
	cast_free(cast);
	script.version = "12345678901234567890123456789012";
	assert_refused(&script, "version '12345678901234567890123456789012' is longer than 31");
	script.version = "1\n";
	assert_refused(&script, "version '1\\x0a'");
	script = plain;
	script.port = 0;
	assert_refused(&script, "port 0");
	script = plain;
	script.count = 0;
	assert_refused(&script, "expected 1..");
	script.count = CAST_MAX + 1;
	assert_refused(&script, "expected 1..");
}

static void
test_addresses(void **state)
{
	struct cast_script script = plain;
	struct cast *cast;
	char error[CAST_ERROR_LEN];

	(void)state;
	script.first_address = 0;
	assert_refused(&script, "0.0.0.0, address of manager 1, cannot be one");
	script.first_address = 0xdffffffe; /* 223.255.255.254 */
	assert_refused(&script, "224.0.0.0, address of manager 3, cannot");
	script.first_address = 0x00ffffff;
	assert_refused(&script, "0.255.255.255, address of manager 1, cannot be one");
	script.first_address = 0xfffffffe;
	assert_refused(&script, "255.255.255.254, address of manager 1, cannot be one");
	script.first_address = 0x7efffffe; /* 126.255.255.254, then loopback */
	assert_refused(&script,
		       "127.0.0.0, address of manager 3, cannot be one unless only loopback");
	script.on_loopback = true;
	cast = cast_new(&script, error);
	assert_non_null(cast);
	cast_free(cast);

	/* To the last address that there is. */
	script = plain;
	script.first_address = 0xdffffffd;
	cast = cast_new(&script, error);
	assert_non_null(cast);
	assert_int_equal(cast_get(cast, 2)->says.addr, 0xdfffffff);
	cast_free(cast);
}

static void
test_find(void **state)
{
	char error[CAST_ERROR_LEN];
	struct cast *cast = cast_new(&plain, error);
	size_t place = 77;

	(void)state;
	assert_non_null(cast);
	assert_false(cast_find(cast, 0xc6120000, &place));
	assert_false(cast_find(cast, 0xc6120004, &place));
	assert_false(cast_find(cast, 0, &place));
	assert_int_equal(place, 77);
	assert_true(cast_find(cast, 0xc6120003, &place));
	assert_int_equal(place, 2);
	cast_free(cast);
}

static void
test_changes(void **state)
{
	char error[CAST_ERROR_LEN], longer[257];
	struct cast *cast = cast_new(&plain, error);

	(void)state;
	assert_non_null(cast);
	cast_switch(cast, (struct cast_range){1, 2}, false);
	cast_switch(cast, (struct cast_range){2, 2}, false);
	assert_int_equal(cast_count_on(cast), 1);
	assert_true(cast_get(cast, 0)->on);
	assert_false(cast_get(cast, 2)->on);
	cast_switch(cast, (struct cast_range){0, 1}, true);
	assert_int_equal(cast_count_on(cast), 2);

	assert_int_equal(cast_set_hostname(cast, (struct cast_range){0, 1}, "new", error), 0);
	assert_int_equal(cast_set_version(cast, (struct cast_range){1, 1}, "1.3 beta", error), 0);
	cast_set_port(cast, (struct cast_range){1, 2}, 65535);
	assert_string_equal(cast_get(cast, 1)->says.hostname, "new");
	assert_string_equal(cast_get(cast, 1)->says.version, "1.3 beta");
	assert_int_equal(cast_get(cast, 1)->says.port, 65535);
	assert_string_equal(cast_get(cast, 2)->says.hostname, "ldom003");
	assert_string_equal(cast_get(cast, 0)->says.version, "1.2");
	assert_int_equal(cast_get(cast, 0)->says.port, 6482);

	memset(longer, 'x', sizeof(longer));
	longer[256] = '\0';
	assert_int_equal(cast_set_hostname(cast, (struct cast_range){0, 2}, longer, error), -1);
	assert_non_null(strstr(error, "longer than 255"));
	assert_int_equal(cast_set_version(cast, (struct cast_range){0, 2}, "\x7f", error), -1);
	assert_string_equal(cast_get(cast, 0)->says.hostname, "new");
	assert_string_equal(cast_get(cast, 0)->says.version, "1.2");
	cast_free(cast);
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
