/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/inherited.h"

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

static void
fill_descriptors(int failure)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		const int mode = fd == STDERR_FILENO ? O_WRONLY : O_RDONLY;

		/* open(2) returns the lowest free number, which is fd. */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode) < 0)
			err(failure, "/dev/null");
	}
}

static void
unblock_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* If it cannot be raised, some interfaces get no listener, which is logged. */
static void
raise_descriptor_limit(rlim_t wanted)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	setrlimit(RLIMIT_NOFILE, &limit);
}

void
inherited_reset(int failure, unsigned int descriptors)
{
	fill_descriptors(failure);
	unblock_signals();
	raise_descriptor_limit(descriptors);
}

bool
inherited_ignores(int signo)
{
	struct sigaction action;

	return sigaction(signo, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}
