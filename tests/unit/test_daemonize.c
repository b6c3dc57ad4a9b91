/* SPDX-License-Identifier: BSD-2-Clause */
/* The exit status of the foreground process reports the result of the background process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/daemonize.h"
#include "base/log.h"

static void
ends_with_3(void)
{
	_exit(3);
}

static void
ends_without_an_error(void)
{
	_exit(0);
}

static void
is_killed(void)
{
	raise(SIGKILL);
}

static void
is_ready(void)
{
	daemonize_ready();
	_exit(3); /* the parent no longer waits for it */
}

/* Returns the exit status of a process that detaches, with this handler of SIGCHLD. */
static int
status_of(void (*child)(void), void (*sigchld)(int signo))
{
	pid_t parent = fork();
	int status = 0;

	assert_true(parent >= 0);
	if (parent == 0) {
		log_choose("n");
		signal(SIGCHLD, sigchld);
		if (daemonize_start() == 0)
			child();
		_exit(99);
	}
	assert_int_equal(waitpid(parent, &status, 0), parent);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
status_is_the_childs(void **state)
{
	(void)state;
	assert_int_equal(status_of(is_ready, SIG_DFL), 0);
	assert_int_equal(status_of(ends_with_3, SIG_DFL), 3);
	assert_int_equal(status_of(ends_without_an_error, SIG_DFL), EXIT_FAILURE);
	assert_int_equal(status_of(is_killed, SIG_DFL), EXIT_FAILURE);
}

static void
status_is_the_childs_though_sigchld_is_ignored(void **state)
{
	(void)state;
	assert_int_equal(status_of(is_ready, SIG_IGN), 0);
	assert_int_equal(status_of(ends_with_3, SIG_IGN), 3);
	assert_int_equal(status_of(is_killed, SIG_IGN), EXIT_FAILURE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(status_is_the_childs),
	    cmocka_unit_test(status_is_the_childs_though_sigchld_is_ignored),
	};

	return cmocka_run_group_tests_name("daemonize", tests, NULL, NULL);
}
