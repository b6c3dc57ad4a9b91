/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/daemonize.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

/* To the parent.  A socket, because send(2) can suppress SIGPIPE. */
static int parent_fd = -1;

/* Ends with _exit(), because exit handlers must be run once only, by the child. */
static _Noreturn void
wait_for_child(pid_t child, int fd)
{
	ssize_t got;
	char word;
	int status;

	do
		got = read(fd, &word, 1);
	while (got < 0 && errno == EINTR);
	if (got == 1)
		_exit(EXIT_SUCCESS);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			_exit(EXIT_FAILURE);
	if (WIFSIGNALED(status))
		log_error("terminated by signal %d during start-up", WTERMSIG(status));
	_exit(WIFEXITED(status) && WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : EXIT_FAILURE);
}

int
daemonize_start(void)
{
	int fds[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -1;
	fflush(NULL);
	signal(SIGCHLD, SIG_DFL); /* if it was inherited as ignored, there would be no status */
	child = fork();
	if (child < 0) {
		int error = errno;

		close(fds[0]);
		close(fds[1]);
		errno = error;
		return -1;
	}
	if (child > 0) {
		close(fds[1]);
		wait_for_child(child, fds[0]);
	}
	close(fds[0]);
	parent_fd = fds[1];
	setsid();
	return chdir("/");
}

void
daemonize_ready(void)
{
	int null;

	if (parent_fd < 0)
		return;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
			dup2(null, fd);
		if (null > STDERR_FILENO)
			close(null);
	}
	/* Fails if the parent is gone, which does not matter. */
	(void)!send(parent_fd, "", 1, MSG_NOSIGNAL);
	close(parent_fd);
	parent_fd = -1;
}
