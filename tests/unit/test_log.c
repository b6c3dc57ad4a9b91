/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

static char directory[] = "/tmp/test_log.XXXXXX";
static char path[64], rotated[64];

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/log", directory);
	snprintf(rotated, sizeof(rotated), "%s/log.1", directory);
	log_init("prog");
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	log_open("n");
	log_set_level(LOG_LEVEL_INFO);
	unlink(path);
	unlink(rotated);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return rmdir(directory);
}

static const char *
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

static void
log_some(void)
{
	log_debug("per packet");
	log_info("info %d", 1);
	log_notice("notice");
	log_warning("degraded");
	log_error("%s", "failed\nhere\n");
	log_line(LOG_LEVEL_NOTICE, "line");
}

/* What goes to a standard descriptor, caught in a file. */
static const char *
caught(const char *where, int fd, void (*fn)(void))
{
	int saved = dup(fd), file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_true(saved >= 0 && file >= 0);
	fflush(NULL);
	dup2(file, fd);
	close(file);
	if (where != NULL && log_open(where) < 0)
		abort();
	fn();
	dup2(saved, fd);
	close(saved);
	return content(path);
}

static const char some[] = "prog: info 1\nprog: notice\nprog: warning: degraded\n"
			   "prog: error: failed here\nprog: line\n";

static void
test_standard_error_at_first(void **state)
{
	(void)state;
	assert_string_equal(caught(NULL, STDERR_FILENO, log_some), some);
}

static void
test_standard_error(void **state)
{
	(void)state;
	assert_string_equal(caught("e", STDERR_FILENO, log_some), some);
}

static void
test_standard_output(void **state)
{
	(void)state;
	assert_string_equal(caught("o", STDOUT_FILENO, log_some), some);
}

static void
test_nowhere(void **state)
{
	(void)state;
	assert_string_equal(caught("n", STDERR_FILENO, log_some), "");
}

static void
log_errno(void)
{
	errno = ENODEV;
	log_error("x");
	assert_int_equal(errno, ENODEV);
}

static void
test_errno_is_kept(void **state)
{
	(void)state;
	assert_string_equal(caught("e", STDERR_FILENO, log_errno), "prog: error: x\n");
}

static void
test_levels(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_WARNING);
	assert_string_equal(caught("e", STDERR_FILENO, log_some),
			    "prog: warning: degraded\nprog: error: failed here\n");
	unlink(path);
	log_set_level(LOG_LEVEL_DEBUG);
	assert_non_null(strstr(caught("e", STDERR_FILENO, log_some), "prog: per packet\n"));
}

static void
test_file(void **state)
{
	char destination[80], text[100];
	int year, month, day, hour, minute, second, end = 0;
	long pid;

	(void)state;
	for (int spaces = 0; spaces < 2; spaces++) {
		snprintf(destination, sizeof(destination), "f%s%s", spaces != 0 ? " " : "", path);
		assert_int_equal(log_open(destination), 0);
		log_warning("one");
		log_open("n");
	}
	snprintf(text, sizeof(text), "%.99s", content(path));
	/* NOLINTNEXTLINE(cert-err34-c): what has overflowed is no getpid() */
	assert_int_equal(sscanf(text, "%4d-%2d-%2d %2d:%2d:%2d prog[%ld]: warning: one%n", &year,
				&month, &day, &hour, &minute, &second, &pid, &end),
			 7);
	assert_int_equal(pid, getpid());
	assert_int_equal(text[end], '\n');
	assert_non_null(strstr(text + end, "prog["));
}

static void
test_relative_file(void **state)
{
	char was[4096];

	(void)state;
	assert_non_null(getcwd(was, sizeof(was)));
	assert_int_equal(chdir(directory), 0);
	assert_int_equal(log_open("f log"), 0);
	log_info("before");
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rename(path, rotated), 0);
	log_info("still in the old one");
	log_reopen();
	log_info("after");
	assert_int_equal(chdir(was), 0);
	assert_non_null(strstr(content(rotated), ": before\n"));
	assert_non_null(strstr(content(rotated), ": still in the old one\n"));
	assert_null(strstr(content(rotated), "after"));
	assert_non_null(strstr(content(path), ": after\n"));
}

static void
test_bad_destinations(void **state)
{
	static const char *const bad[] = {"",
					  "x",
					  "ee",
					  "f",
					  "f ",
					  "s",
					  "s 8",
					  "s dd",
					  "s x",
					  "e x",
					  " e",
					  "E 3",
					  "f/nonexistent/log"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		errno = 0;
		assert_int_equal(log_open(bad[i]), -1);
		assert_int_equal(errno, strstr(bad[i], "none") != NULL ? ENOENT : EINVAL);
	}
}

static void
log_long(void)
{
	char text[3000];

	memset(text, 'x', sizeof(text));
	for (size_t len = 1000; len < 1030; len++)
		log_info("%.*s", (int)len, text);
	log_info("%.2999s", text);
}

static void
test_long_lines(void **state)
{
	const char *p = strdup(caught("e", STDERR_FILENO, log_long));
	const char *start = p;

	(void)state;
	/* 1022 octets and the newline are the most: 6 of them "prog: ". */
	for (size_t len = 1000; len <= 1030; len++) {
		size_t line_len = strcspn(p, "\n");
		size_t wanted = len + 6 <= 1022 ? len + 6 : 1022;

		assert_int_equal(line_len, wanted);
		assert_int_equal(strncmp(p, "prog: xxxx", 10), 0);
		assert_int_equal(strncmp(p + line_len - 3, len + 6 <= 1022 ? "xxx" : "...", 3), 0);
		p += line_len + 1;
	}
	assert_int_equal(*p, '\0');
	free((void *)(uintptr_t)start);
}

#define THREADS 4
#define LINES 500

static void *
write_lines(void *arg)
{
	char fill[300];
	int letter = *(const int *)arg;

	memset(fill, letter, sizeof(fill));
	for (int i = 0; i < LINES; i++) {
		log_info("%.*s", 100 + i % 200, fill);
		log_debug("%d", i);
		if (i % 50 == 0)
			log_reopen();
	}
	return NULL;
}

/* Each line whole and of one letter, none missing, while the file is reopened. */
static void
test_threads(void **state)
{
	int letters[THREADS], seen[THREADS] = {0};
	pthread_t threads[THREADS];
	char destination[80];
	char *text, *save;

	(void)state;
	snprintf(destination, sizeof(destination), "f%s", path);
	assert_int_equal(log_open(destination), 0);
	for (int i = 0; i < THREADS; i++) {
		letters[i] = 'a' + i;
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &letters[i]), 0);
	}
	log_set_level(LOG_LEVEL_INFO); /* no race with those who look at it */
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);

	text = strdup(content(path));
	assert_non_null(text);
	for (char *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		const char *p = strstr(line, "]: ");
		int i;

		assert_non_null(p);
		p += 3;
		i = *p - 'a';
		assert_in_range(i, 0, THREADS - 1);
		assert_int_equal(strspn(p, (char[]){*p, '\0'}), strlen(p));
		assert_int_equal(strlen(p), 100 + seen[i] % 200);
		seen[i]++;
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(seen[i], LINES);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(test_standard_error_at_first, clean),
	    cmocka_unit_test_teardown(test_standard_error, clean),
	    cmocka_unit_test_teardown(test_standard_output, clean),
	    cmocka_unit_test_teardown(test_nowhere, clean),
	    cmocka_unit_test_teardown(test_errno_is_kept, clean),
	    cmocka_unit_test_teardown(test_levels, clean),
	    cmocka_unit_test_teardown(test_file, clean),
	    cmocka_unit_test_teardown(test_relative_file, clean),
	    cmocka_unit_test_teardown(test_bad_destinations, clean),
	    cmocka_unit_test_teardown(test_long_lines, clean),
	    cmocka_unit_test_teardown(test_threads, clean),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
