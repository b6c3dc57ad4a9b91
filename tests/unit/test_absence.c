/* SPDX-License-Identifier: BSD-2-Clause */
/* The reason reported names what prevents the connection. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "snmp/absence.h"

#define NOBODY 65534

/* A socket that listens: TOP/outer/inner/master. */
static char top[] = "/tmp/test_absence.XXXXXX";
static char outer[40], inner[50], master[60], address[70];
static int listener;

static int
make_places(void **state)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	(void)state;
	if (mkdtemp(strcpy(top, "/tmp/test_absence.XXXXXX")) == NULL)
		return -1;
	snprintf(outer, sizeof(outer), "%s/outer", top);
	snprintf(inner, sizeof(inner), "%s/inner", outer);
	snprintf(master, sizeof(master), "%s/master", inner);
	snprintf(address, sizeof(address), "unix:%s", master);
	memcpy(sun.sun_path, master, strlen(master));
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	return mkdir(outer, 0755) < 0 || mkdir(inner, 0755) < 0 ||
	       bind(listener, (const struct sockaddr *)&sun, sizeof(sun)) < 0 ||
	       listen(listener, 5) < 0 || chmod(top, 0755) < 0 || chmod(master, 0666) < 0;
}

static int
remove_places(void **state)
{
	(void)state;
	if (seteuid(getuid()) < 0 || chmod(outer, 0755) < 0 || chmod(inner, 0755) < 0)
		return -1;
	close(listener);
	unlink(master);
	return rmdir(inner) < 0 || rmdir(outer) < 0 || rmdir(top) < 0;
}

static void
assert_explained(const char *where, const char *expected)
{
	char why[320];

	absence_explain(where, 0, why, sizeof(why));
	if (strstr(why, expected) == NULL)
		fail_msg("'%s' does not say '%s'", why, expected);
}

/* As an ordinary user, because root has access to everything. */
static void
become_another_or_skip(void)
{
	if (geteuid() == 0 && seteuid(NOBODY) < 0) {
		print_message("skipped: cannot become another user (privileges)\n");
		skip();
	}
}

/* Neither its owner nor others may enter a directory with this mode. */
static void
assert_not_entered(const char *directory, const char *what)
{
	char expected[160];

	snprintf(expected, sizeof(expected), "may not enter %s, mode 0620%s", directory, what);
	assert_int_equal(chmod(directory, 0620), 0);
	become_another_or_skip();
	assert_explained(address, expected);
	assert_explained(master, expected);
}

static void
test_directory_of_the_socket(void **state)
{
	(void)state;
	assert_not_entered(inner,
			   "; agentXPerms in snmpd.conf(5) does not affect an existing directory");
}

static void
test_directory_above(void **state)
{
	char why[320];

	(void)state;
	assert_not_entered(outer, "");
	absence_explain(master, 0, why, sizeof(why));
	assert_null(strstr(why, "agentXPerms"));
}

static void
test_socket(void **state)
{
	(void)state;
	assert_int_equal(chmod(master, 0444), 0);
	become_another_or_skip();
	assert_explained(address, "may not write to the socket, mode 0444; see agentXPerms");
}

static void
test_others(void **state)
{
	(void)state;
	assert_explained(address, "accepts the connection but does not answer");
	close(listener);
	assert_explained(address, "nothing is listening there");
	assert_explained("/nonexistent/master", "no such socket");
	assert_explained("unix:", "");
	assert_explained("tcp:localhost:705", "no connection, or no answer");
	listener = -1;
}

/* It counts for other addresses only. */
static void
test_last_attempt(void **state)
{
	char why[320];

	(void)state;
	absence_explain("tcp:192.0.2.1:705", ETIMEDOUT, why, sizeof(why));
	assert_string_equal(why, strerror(ETIMEDOUT));
	absence_explain("tcp:192.0.2.1:705", EACCES, why, sizeof(why));
	assert_string_equal(why, strerror(EACCES));
	absence_explain("/nonexistent/master", ETIMEDOUT, why, sizeof(why));
	assert_non_null(strstr(why, "no such socket"));
}

static void
test_is_cut_off(void **state)
{
	char why[8];

	(void)state;
	absence_explain("/nonexistent/master", 0, why, sizeof(why));
	assert_string_equal(why, "no such");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_directory_of_the_socket, make_places,
					    remove_places),
	    cmocka_unit_test_setup_teardown(test_directory_above, make_places, remove_places),
	    cmocka_unit_test_setup_teardown(test_socket, make_places, remove_places),
	    cmocka_unit_test_setup_teardown(test_others, make_places, remove_places),
	    cmocka_unit_test(test_last_attempt),
	    cmocka_unit_test(test_is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
