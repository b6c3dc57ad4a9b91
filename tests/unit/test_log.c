/* SPDX-License-Identifier: BSD-2-Clause */
/* log.c with its queue, sink and thread, and destinations that accept all lines. */
#include <errno.h>
#include <pthread.h>

#include "log_child.h"

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

/* Log the same lines before and after the thread is started. */
static void
log_some_to(const char *destination)
{
	check(log_choose(destination) == 0);
	log_some();
	check(log_start() == 0);
	log_some();
	log_started();
	log_some();
	log_finish(WAIT_MS);
}

static const char some[] = "prog: info 1\nprog: notice\nprog: warning: degraded\n"
			   "prog: error: failed here\nprog: line\n";
static const char degraded[] = "prog: warning: degraded\nprog: error: failed here\n";

static void
assert_repeated(const char *text, const char *part, int times)
{
	size_t len = strlen(part);

	for (int i = 0; i < times; i++, text += len)
		assert_int_equal(strncmp(text, part, len), 0);
	assert_string_equal(text, "");
}

static void
standard_error_at_first(void **state)
{
	(void)state;
	assert_string_equal(caught(STDERR_FILENO, log_some), some);
}

static void
log_to_standard_error(void)
{
	log_some_to("e");
}

static void
log_to_standard_output(void)
{
	log_some_to("o");
}

static void
standard_descriptors(void **state)
{
	(void)state;
	assert_repeated(caught(STDERR_FILENO, log_to_standard_error), some, 3);
	assert_repeated(caught(STDOUT_FILENO, log_to_standard_output), some, 3);
	assert_string_equal(caught(STDERR_FILENO, log_to_standard_output), "");
}

static void
log_to_nobody(void)
{
	log_some_to("n");
}

/* Errors at the start are written to standard error nevertheless. */
static void
nowhere(void **state)
{
	(void)state;
	assert_repeated(caught(STDERR_FILENO, log_to_nobody), degraded, 2);
	assert_string_equal(caught(STDOUT_FILENO, log_to_nobody), "");
}

static void
log_errno(void)
{
	check(log_choose("e") == 0);
	errno = ENODEV;
	log_error("x");
	check(errno == ENODEV);
	check(log_start() == 0);
	errno = ENODEV;
	log_error("x");
	check(errno == ENODEV);
	log_finish(WAIT_MS);
}

static void
errno_is_kept(void **state)
{
	(void)state;
	assert_repeated(caught(STDERR_FILENO, log_errno), "prog: error: x\n", 2);
}

static void
log_severe(void)
{
	log_set_level(LOG_LEVEL_WARNING);
	check(!log_has_level(LOG_LEVEL_NOTICE) && log_has_level(LOG_LEVEL_WARNING));
	log_some();
}

static void
log_all(void)
{
	log_set_level(LOG_LEVEL_DEBUG);
	log_some();
}

static void
levels(void **state)
{
	(void)state;
	assert_string_equal(caught(STDERR_FILENO, log_severe), degraded);
	assert_non_null(strstr(caught(STDERR_FILENO, log_all), "prog: per packet\n"));
}

static void
log_to_file(void)
{
	setenv("TZ", "XYZ-5:30", 1);
	log_init("prog");
	log_some_to(file_destination);
}

/* The file contains the lines logged before it was opened; warnings are copied. */
static void
file(void **state)
{
	int year, month, day, hour, minute, second, end = 0;
	char text[4096], zone[6];
	long pid;

	(void)state;
	assert_repeated(caught(STDERR_FILENO, log_to_file), degraded, 2);
	strlcpy(text, content(path), sizeof(text));
	/* NOLINTNEXTLINE(cert-err34-c): a number that overflows does not equal getpid() */
	assert_int_equal(sscanf(text, "%4d-%2d-%2d %2d:%2d:%2d%5s prog[%ld]: info 1%n", &year,
				&month, &day, &hour, &minute, &second, zone, &pid, &end),
			 8);
	assert_string_equal(zone, "+0530");
	assert_int_not_equal(pid, getpid());
	assert_int_equal(text[end], '\n');
	for (char *line = text; *line != '\0'; line = strchr(line, '\n') + 1)
		memmove(line, strstr(line, "]: ") + 3, strlen(strstr(line, "]: ") + 3) + 1);
	assert_repeated(text, "info 1\nnotice\nwarning: degraded\nerror: failed here\nline\n", 3);
}

static void
log_to_relative_file(void)
{
	check(chdir(directory) == 0);
	check(log_choose("f  log") == 0);
	check(chdir("/") == 0);
	check(log_start() == 0);
	log_info("before");
	log_finish(WAIT_MS);
	check(rename(path, rotated) == 0);
	log_info("still in the old one");
	log_finish(WAIT_MS);
	log_reopen();
	log_info("after");
	log_finish(WAIT_MS);
}

static void
relative_file_that_is_rotated(void **state)
{
	(void)state;
	caught(STDERR_FILENO, log_to_relative_file);
	assert_non_null(strstr(content(rotated), ": before\n"));
	assert_non_null(strstr(content(rotated), ": still in the old one\n"));
	assert_null(strstr(content(rotated), "after"));
	assert_non_null(strstr(content(path), ": after\n"));
}

static void
log_to_lost_directory(void)
{
	check(log_choose("f/nonexistent/log") == 0);
	check(log_start() == -1 && errno == ENOENT);
	log_error("no log");
	log_finish(WAIT_MS);
}

static void
bad_destinations(void **state)
{
	static const char *const bad[] = {"",    "x",    "ee",  "f",   "f ", "s",
					  "s 8", "s dd", "s x", "e x", " e", "E 3"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		errno = 0;
		if (log_choose(bad[i]) != -1 || errno != EINVAL)
			fail_msg("'%s': accepted, or errno is %d", bad[i], errno);
	}
	assert_string_equal(caught(STDERR_FILENO, log_to_lost_directory), "prog: error: no log\n");
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
long_lines(void **state)
{
	char *text = strdup(caught(STDERR_FILENO, log_long));
	const char *p = text;

	(void)state;
	/* At most 1023 octets after "prog: ". */
	for (size_t len = 1000; len <= 1030; len++) {
		size_t line_len = strcspn(p, "\n");
		size_t wanted = len <= 1023 ? len : 1023;

		assert_int_equal(line_len, 6 + wanted);
		assert_int_equal(strncmp(p, "prog: xxxx", 10), 0);
		assert_int_equal(strncmp(p + line_len - 3, len <= 1023 ? "xxx" : "...", 3), 0);
		p += line_len + 1;
	}
	assert_int_equal(*p, '\0');
	free(text);
}

#define THREADS 4
#define LINES 400 /* few enough for the queue */

static void *
write_lines(void *arg)
{
	char fill[300];
	int letter = *(const int *)arg;

	memset(fill, letter, sizeof(fill));
	for (int i = 0; i < LINES; i++) {
		log_info("%.*s", 100 + i % 50, fill);
		log_debug("%d", i);
		if (i % 50 == 0)
			log_reopen();
	}
	return NULL;
}

static void
log_by_threads(void)
{
	int letters[THREADS];
	pthread_t threads[THREADS];

	check(log_choose(file_destination) == 0);
	check(log_start() == 0);
	for (int i = 0; i < THREADS; i++) {
		letters[i] = 'a' + i;
		check(pthread_create(&threads[i], NULL, write_lines, &letters[i]) == 0);
	}
	log_set_level(LOG_LEVEL_INFO); /* must not race with threads that read it */
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	log_finish(WAIT_MS);
}

/* Each line is complete and of one letter, and none is missing, while the file is reopened. */
static void
threads_log(void **state)
{
	int seen[THREADS] = {0};
	char *text, *save;

	(void)state;
	assert_string_equal(caught(STDERR_FILENO, log_by_threads), "");
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
		assert_int_equal(strlen(p), 100 + seen[i] % 50);
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
	    cmocka_unit_test_teardown(standard_error_at_first, clean),
	    cmocka_unit_test_teardown(standard_descriptors, clean),
	    cmocka_unit_test_teardown(nowhere, clean),
	    cmocka_unit_test_teardown(errno_is_kept, clean),
	    cmocka_unit_test_teardown(levels, clean),
	    cmocka_unit_test_teardown(file, clean),
	    cmocka_unit_test_teardown(relative_file_that_is_rotated, clean),
	    cmocka_unit_test_teardown(bad_destinations, clean),
	    cmocka_unit_test_teardown(long_lines, clean),
	    cmocka_unit_test_teardown(threads_log, clean),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
