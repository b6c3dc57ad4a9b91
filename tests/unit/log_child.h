/* SPDX-License-Identifier: BSD-2-Clause */
/* log_child.h - for tests of the log.  There is one log in a process, so each test logs in a
 * child process.
 */
#ifndef LOG_CHILD_H
#define LOG_CHILD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

#define WAIT_MS 30000 /* deadline for an expected event */

static char directory[] = "/tmp/test_log.XXXXXX";
static char path[64], rotated[64], standard[64], file_destination[80];

static inline int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/log", directory);
	snprintf(rotated, sizeof(rotated), "%s/log.1", directory);
	snprintf(standard, sizeof(standard), "%s/standard", directory);
	snprintf(file_destination, sizeof(file_destination), "f%s", path);
	log_init("prog");
	return 0;
}

static inline int
clean(void **state)
{
	(void)state;
	unlink(path);
	unlink(rotated);
	unlink(standard);
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	return rmdir(directory);
}

static inline const char *
content(const char *file)
{
	static char text[1 << 20];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	assert_true(fd >= 0);
	len = read(fd, text, sizeof(text) - 1);
	assert_true(len >= 0 && (size_t)len < sizeof(text) - 1);
	text[len] = '\0';
	close(fd);
	return text;
}

/* For child processes, where cmocka's assertions do not work. */
static inline void
check(bool condition)
{
	if (!condition)
		abort();
}

static inline pid_t
start_child(void (*fn)(void), int standard_fd, int fd)
{
	pid_t child;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child > 0)
		return child;
	signal(SIGPIPE, SIG_IGN);
	dup2(fd, standard_fd);
	fn();
	_exit(EXIT_SUCCESS);
}

static inline void
await_child(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* Returns what a child process writes to a standard descriptor. */
static inline const char *
caught(int standard_fd, void (*fn)(void))
{
	int file = open(standard, O_WRONLY | O_CREAT | O_APPEND | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(file >= 0);
	await_child(start_child(fn, standard_fd, file));
	close(file);
	return content(standard);
}

#endif /* LOG_CHILD_H */
