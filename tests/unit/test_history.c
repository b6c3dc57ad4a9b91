/* SPDX-License-Identifier: BSD-2-Clause */
/* Databases are created, changed and held open by other processes, which run this program
 * with --sql, because POSIX locks and SQLite's shared memory belong to a process. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/history.h"
#include "store/schema.h"

#define MANY 1001 /* in three pieces */
#define FILES_LEN 1024

/* Events 1 to %d, every tenth one of an interface. */
#define ADD_EVENTS(first, last)                                                                  \
	"WITH RECURSIVE n(i) AS (SELECT " first " UNION ALL SELECT i + 1 FROM n WHERE i < " last \
	") INSERT INTO event SELECT i, 5000 + i, 0, iif(i % 10, 'appeared', 'impaired'), "       \
	"1795352532000 + i, iif(i % 10, 3323068416 + i, NULL), 'up', 'name', 'host', '1.2', "    \
	"6482, "                                                                                 \
	"NULL, NULL, NULL, 3323068416 + i, NULL, NULL, NULL, 2, 'why' FROM n;"
#define WAL_MODE "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"

static const char *program;
static char directory[64], path[80];

/* In the child. */

static _Noreturn void
run_sql(const char *file, const char *sql)
{
	char *error = NULL;
	sqlite3 *db;

	if (sqlite3_open(file, &db) != SQLITE_OK)
		_exit(1);
	sqlite3_busy_timeout(db, 5000);
	if (strcmp(sql, "make") == 0)
		_exit(sqlite3_exec(db, WAL_MODE, NULL, NULL, NULL) != SQLITE_OK ||
		      schema_make(db) != SQLITE_OK || sqlite3_close(db) != SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", sql, error);
		_exit(1);
	}
	alarm(60);
	if (write(STDOUT_FILENO, "", 1) == 1) /* stays open until it is killed */
		pause();
	_exit(sqlite3_close(db) != SQLITE_OK);
}

static pid_t
start(const char *sql, int out)
{
	const pid_t child = fork();

	assert_true(child >= 0);
	if (child > 0)
		return child;
	signal(SIGPIPE, SIG_IGN);
	dup2(out, STDOUT_FILENO);
	execl(program, program, "--sql", path, sql, (char *)NULL);
	_exit(127);
}

/* Run it to its end, and close the database. */
static void
change(const char *sql)
{
	const int closed = open("/dev/full", O_WRONLY | O_CLOEXEC);
	const pid_t child = start(sql, closed);
	int status;

	close(closed);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* A process that has run it, and keeps the database open. */
static pid_t
hold(const char *sql)
{
	int ends[2];
	pid_t child;
	char octet;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = start(sql, ends[1]);
	close(ends[1]);
	assert_int_equal(read(ends[0], &octet, 1), 1);
	close(ends[0]);
	return child;
}

static void
kill_it(pid_t child)
{
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* Run once, before the step with this number of the reader's statements. */
static int change_at_step;
static const char *step_change;

int __real_sqlite3_step(sqlite3_stmt *stmt);
int __wrap_sqlite3_step(sqlite3_stmt *stmt);

int
__wrap_sqlite3_step(sqlite3_stmt *stmt)
{
	if (change_at_step > 0 && --change_at_step == 0)
		change(step_change);
	return __real_sqlite3_step(stmt);
}

/* Fixture */

static int
set_up(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/test_history.XXXXXX");
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "/%s/st%%?#\xe9.db", directory); /* special in a URI */
	change_at_step = 0;
	return 0;
}

static int
tear_down(void **state)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		unlinkat(dirfd(dir), entry->d_name,
			 strcmp(entry->d_name, "made") == 0 ? AT_REMOVEDIR : 0);
	closedir(dir);
	return rmdir(directory);
}

static void
name(const char *suffix, char file[sizeof(path) + 8])
{
	snprintf(file, sizeof(path) + 8, "%s%s", path, suffix);
}

static void
remove_file(const char *suffix)
{
	char file[sizeof(path) + 8];

	name(suffix, file);
	assert_int_equal(unlink(file), 0);
}

static bool
is_there(const char *suffix)
{
	char file[sizeof(path) + 8];

	name(suffix, file);
	return access(file, F_OK) == 0;
}

static void
create(const char *suffix, const char *text)
{
	char file[sizeof(path) + 8];
	FILE *f;

	name(suffix, file);
	f = fopen(file, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* Names, inodes, modes, owners, sizes and times of all files. */
static void
list_files(char list[FILES_LEN])
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
	char file[sizeof(path) + 8];
	size_t len = 0;
	struct stat st;

	list[0] = '\0';
	for (size_t i = 0; i < 4; i++) {
		name(suffixes[i], file);
		if (stat(file, &st) == 0)
			len += (size_t)snprintf(list + len, FILES_LEN - len,
						"%s %lu %o %u %ld %ld.%09ld\n", file,
						(unsigned long)st.st_ino, (unsigned int)st.st_mode,
						(unsigned int)st.st_uid, (long)st.st_size,
						(long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	}
}

struct seen {
	size_t count;
	size_t at_most;   /* ends the reading; 0: does not */
	size_t change_at; /* runs `change` after this number; 0: does not */
	const char *change;
	struct event_record last;
};

static bool
see(void *ctx, const struct event_record *record)
{
	struct seen *seen = ctx;

	assert_true(seen->count == 0 || record->event.id > seen->last.event.id);
	seen->last = *record;
	seen->count++;
	if (seen->count == seen->change_at)
		change(seen->change);
	return seen->count != seen->at_most;
}

/* Read everything, and check that no file has changed. */
static struct seen
read_quietly(void)
{
	char error[PLACE_ERROR_LEN] = "", before[FILES_LEN], after[FILES_LEN];
	int64_t until = HISTORY_ALL;
	struct seen seen = {0};

	list_files(before);
	if (history_read(path, &until, see, &seen, error) < 0)
		fail_msg("%s", error);
	list_files(after);
	assert_string_equal(after, before);
	return seen;
}

static void
assert_fails(struct seen seen, const char *words)
{
	char error[PLACE_ERROR_LEN] = "";
	int64_t until = HISTORY_ALL;

	assert_int_equal(history_read(path, &until, see, &seen, error), -1);
	assert_int_equal(until, HISTORY_ALL);
	if (strstr(error, path) == NULL || strstr(error, words) == NULL)
		fail_msg("'%s' does not contain %s and '%s'", error, path, words);
}

/* Tests */

static void
in_pieces(void **state)
{
	int64_t until = HISTORY_ALL;
	char error[PLACE_ERROR_LEN];
	struct seen seen;

	(void)state;
	change("make");
	assert_int_equal(read_quietly().count, 0);
	change(ADD_EVENTS("1", "499"));
	assert_int_equal(read_quietly().count, 499);
	change(ADD_EVENTS("500", "500"));
	assert_int_equal(read_quietly().count, 500);
	change(ADD_EVENTS("501", "501"));
	assert_int_equal(read_quietly().count, 501);
	change(ADD_EVENTS("502", "1001"));
	seen = read_quietly();
	assert_int_equal(seen.count, MANY);
	assert_int_equal(seen.last.event.id, 5000 + MANY);

	/* Once more, no matter what was added. */
	seen = (struct seen){0};
	assert_int_equal(history_read(path, &until, see, &seen, error), 0);
	assert_int_equal(until, MANY);
	change(ADD_EVENTS("1002", "1100"));
	seen = (struct seen){0};
	assert_int_equal(history_read(path, &until, see, &seen, error), 0);
	assert_int_equal(seen.count, MANY);
	assert_int_equal(until, MANY);
}

static void
ends_when_asked(void **state)
{
	static const size_t counts[] = {1, 500, 501};
	char error[PLACE_ERROR_LEN];

	(void)state;
	change("make");
	change(ADD_EVENTS("1", "1001"));
	for (size_t i = 0; i < 3; i++) {
		struct seen seen = {.at_most = counts[i]};
		int64_t until = HISTORY_ALL;

		assert_int_equal(history_read(path, &until, see, &seen, error), 0);
		assert_int_equal(seen.count, counts[i]);
	}
}

static void
all_values(void **state)
{
	const struct event *event;
	struct seen seen;

	(void)state;
	change("make");
	change(
	    "INSERT INTO event VALUES (7, 4294967295, 1, 'conflict', 1795352532345, 3323068418, "
	    "'missing', 'name', 'host', '1.2', 65535, 'before', '1.1', 1, 3323068419, 4294967295, "
	    "'other', 2, 2147483647, 'one two')");
	seen = read_quietly();
	event = &seen.last.event;
	assert_true(seen.last.queued);
	assert_int_equal(event->id, 4294967295);
	assert_int_equal(event->type, EVENT_CONFLICT);
	assert_int_equal(event->time.wall_ms, 1795352532345);
	assert_int_equal(event->addr, 0xc6120002);
	assert_int_equal(event->status, MANAGER_MISSING);
	assert_string_equal(event->name, "name");
	assert_string_equal(event->hostname, "host");
	assert_string_equal(event->version, "1.2");
	assert_int_equal(event->port, 65535);
	assert_string_equal(event->previous_hostname, "before");
	assert_string_equal(event->previous_version, "1.1");
	assert_int_equal(event->previous_port, 1);
	assert_int_equal(event->source, 0xc6120003);
	assert_int_equal(event->other_source, UINT32_MAX);
	assert_string_equal(event->other_hostname, "other");
	assert_int_equal(event->other_port, 2);
	assert_int_equal(event->ifindex, INT32_MAX);
	assert_string_equal(event->reason, "one two");

	change(
	    "UPDATE event SET type = 'restored', address = NULL, hostname = NULL, version = NULL, "
	    "port = NULL, previous_hostname = NULL, previous_version = NULL, previous_port = NULL, "
	    "source = NULL, other_source = NULL, other_hostname = NULL, other_port = NULL, ifindex "
	    "= NULL, reason = NULL, queued = 0");
	seen = read_quietly();
	event = &seen.last.event;
	assert_false(seen.last.queued);
	assert_int_equal(event->addr, 0);
	assert_string_equal(event->hostname, "");
	assert_string_equal(event->version, "");
	assert_int_equal(event->port, 0);
	assert_int_equal(event->source, 0);
	assert_int_equal(event->ifindex, 0);
	assert_string_equal(event->reason, "");
}

static void
values_never_saved(void **state)
{
	/* Reading is that of test_store_refused; this is what is done with the result. */
	static const char *const wrong[] = {
	    "id = 0",       "queued = 2",
	    "type = ''",    "address = NULL",
	    "time = 'now'", "hostname = char(27)",
	    "source = -1",  "reason = printf('%.*c', 9000, 'x')",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char sql[200], words[64];

		change(i == 0 ? "make" : "DELETE FROM event");
		change(ADD_EVENTS("1", "3"));
		snprintf(sql, sizeof(sql), "UPDATE event SET %s WHERE number = 2", wrong[i]);
		change(sql);
		snprintf(words, sizeof(words), "%.*s", (int)strcspn(wrong[i], " "), wrong[i]);
		assert_fails((struct seen){0}, words);
	}
}

/* Committed events are read, without waiting. */
static void
while_it_is_written(void **state)
{
	pid_t writer;

	(void)state;
	change("make");
	writer =
	    hold(WAL_MODE ADD_EVENTS("1", "1001") "BEGIN IMMEDIATE;" ADD_EVENTS("1002", "2000"));
	assert_true(is_there("-shm"));
	assert_int_equal(read_quietly().count, MANY);
	kill_it(writer);
}

/* Nothing is recovered. */
static void
after_a_crash(void **state)
{
	(void)state;
	change("make");
	kill_it(
	    hold(WAL_MODE ADD_EVENTS("1", "1001") "BEGIN IMMEDIATE;" ADD_EVENTS("1002", "2000")));
	assert_true(is_there("-wal") && is_there("-shm"));
	assert_int_equal(read_quietly().count, MANY);

	/* As after a copy without it, or with one that is empty. */
	remove_file("-shm");
	assert_int_equal(read_quietly().count, MANY);
	create("-shm", "");
	assert_int_equal(read_quietly().count, MANY);
	create("-wal", "");
	assert_int_equal(read_quietly().count, 0);
	remove_file("-shm");
	assert_int_equal(read_quietly().count, 0);
}

/* A writer commits within a piece: each event is read once, as before or after that. */
static void
changed_while_it_is_read(void **state)
{
	static const char *const changes[] = {
	    "DELETE FROM event WHERE number % 2;"
	    "PRAGMA wal_checkpoint(TRUNCATE)",
	    WAL_MODE "DELETE FROM event WHERE number % 2",
	    "DELETE FROM event WHERE number % 2; VACUUM",
	};

	(void)state;
	for (size_t how = 0; how < 6; how++) {
		const char *const sql = changes[how / 2];
		const bool crashed = how % 2 == 1;
		char error[PLACE_ERROR_LEN];

		change("make");
		if (crashed) {
			kill_it(hold(WAL_MODE ADD_EVENTS("1", "400")));
			remove_file("-shm");
		} else {
			change(ADD_EVENTS("1", "400"));
			assert_false(is_there("-wal"));
		}
		for (int step = 20; step < 24; step++) {
			struct seen seen = {0};
			int64_t until = HISTORY_ALL;

			change_at_step = step;
			step_change = sql;
			if (history_read(path, &until, see, &seen, error) < 0)
				fail_msg("%s: %s", sql, error);
			assert_int_equal(change_at_step, 0);
			assert_int_equal(seen.count, 200);
			assert_int_equal(seen.last.event.id, 5400);
			change("DELETE FROM event;" ADD_EVENTS("1", "400"));
		}
		assert_int_equal(unlink(path), 0);
	}
}

static void
changed_between_pieces(void **state)
{
	static const char *const changes[] = {
	    ADD_EVENTS("1002", "1100"),
	    "DELETE FROM event WHERE number < 400",
	    "PRAGMA wal_checkpoint(TRUNCATE)",
	    "VACUUM",
	};

	(void)state;
	change("make");
	kill_it(hold(WAL_MODE ADD_EVENTS("1", "1001")));
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct seen seen = {.change_at = 450, .change = changes[i]};
		char error[PLACE_ERROR_LEN];
		int64_t until = MANY;

		if (history_read(path, &until, see, &seen, error) < 0)
			fail_msg("%s: %s", changes[i], error);
		assert_int_equal(seen.last.event.id, 5000 + MANY);
		assert_int_equal(seen.count, i < 2 ? 1001 : 602);
	}
}

/* The numbers of another database mean nothing. */
static bool
replace_it(void *ctx, const struct event_record *record)
{
	size_t *count = ctx;

	(void)record;
	if (++*count == 1) {
		assert_int_equal(unlink(path), 0);
		change("make");
	}
	return true;
}

static void
replaced_while_it_is_read(void **state)
{
	char error[PLACE_ERROR_LEN];
	int64_t until = HISTORY_ALL;
	size_t count = 0;
	int kept;

	(void)state;
	change("make");
	change(ADD_EVENTS("1", "1001"));
	kept = open(path, O_RDONLY | O_CLOEXEC); /* so that its inode is not used again */
	assert_int_equal(history_read(path, &until, replace_it, &count, error), -1);
	assert_non_null(strstr(error, "was replaced while it was read"));
	assert_int_equal(count, 500);
	close(kept);
}

/* Names, with the same effect on each file that would be opened. */
static void
no_regular_files(void **state)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
	char file[sizeof(path) + 8];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		name(suffixes[i], file);
		if (i > 0 && !is_there(""))
			change("make");
		assert_int_equal(mkfifo(file, 0600), 0);
		assert_fails((struct seen){0}, "is not a regular file");
		assert_int_equal(unlink(file), 0);
		assert_int_equal(symlink("/dev/null", file), 0);
		assert_fails((struct seen){0}, "is not a regular file");
		assert_int_equal(unlink(file), 0);
		assert_int_equal(mkdir(file, 0700), 0);
		assert_fails((struct seen){0}, "is not a regular file");
		assert_int_equal(rmdir(file), 0);
	}
}

static void
no_history(void **state)
{
	(void)state;
	assert_fails((struct seen){0}, "No such file or directory; expected a database");
	create("", "");
	assert_fails((struct seen){0}, "is empty");
	create("-wal", "x"); /* SQLite would remove it */
	assert_fails((struct seen){0}, "is empty");
	assert_true(is_there("-wal"));
	remove_file("-wal");
	create("", "ldm-agentx state 1\nsaved at=2026-11-22T13:02:12.345Z\n");
	assert_fails((struct seen){0}, "is damaged, or no database");
	remove_file("");
	change("CREATE TABLE event (number)");
	assert_fails((struct seen){0}, "of another program");
	remove_file("");
	change("make");
	change("PRAGMA user_version = 2");
	assert_fails((struct seen){0}, "of another ldm-agentx");
	change("PRAGMA user_version = 1; DROP TABLE event; CREATE VIEW event AS SELECT 1");
	assert_fails((struct seen){0}, "expected it as ldm-agentx makes it");
	remove_file("");
	change("make");
	change(ADD_EVENTS("1", "1001"));
	assert_int_equal(truncate(path, 40960), 0);
	assert_fails((struct seen){0}, "is damaged");
}

/* A status of the child below: in a user namespace with one user only. */
#define NO_OTHER_USER 2

/* Permission, even without one to look into the directory. */
static void
of_another_user(void **state)
{
	int status;
	pid_t child;

	(void)state;
	if (geteuid() != 0)
		skip();
	change("make");
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct seen seen = {0};
		int64_t until = HISTORY_ALL;
		char error[PLACE_ERROR_LEN] = "";

		if (setuid(65534) != 0)
			_exit(NO_OTHER_USER);
		_exit(history_read(path, &until, see, &seen, error) != -1 ||
		      strstr(error, "Permission denied; expected to be run by its owner or root") ==
			  NULL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_OTHER_USER)
		skip();
	assert_int_equal(status, 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(in_pieces, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(ends_when_asked, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(all_values, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(values_never_saved, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(while_it_is_written, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(after_a_crash, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(changed_while_it_is_read, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(changed_between_pieces, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(replaced_while_it_is_read, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(no_regular_files, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(no_history, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(of_another_user, set_up, tear_down),
	};

	if (argc == 4 && strcmp(argv[1], "--sql") == 0)
		run_sql(argv[2], argv[3]);
	program = argv[0];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
