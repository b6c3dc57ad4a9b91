/* SPDX-License-Identifier: BSD-2-Clause */
/* The responder's control socket: one command in a connection, and clients that stall. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/loop.h"
#include "responder/control.h"
#include "responder/unixsock.h"

#define MANAGERS 20000 /* their list is longer than a socket's buffers */

static struct {
	char directory[64], path[128];
	struct fleet *fleet;
	struct answers *answers;
	struct loop *loop;
	struct control *control;
	struct loop_timer *deadline;
	size_t received_len;
	char received[1 << 21]; /* a whole list */
} f;

static int64_t leap_us;

struct moment __real_clock_now(void);
struct moment __wrap_clock_now(void);

struct moment
__wrap_clock_now(void)
{
	struct moment now = __real_clock_now();

	now.mono_us += leap_us;
	return now;
}

static void
too_late(void *ctx)
{
	(void)ctx;
	fail_msg("timed out");
}

static int
set_up(void **state)
{
	struct fleet_settings settings = {.first_address = 0xc6120001,
					  .count = MANAGERS,
					  .hostname = "ldom%05u.example",
					  .version = "1.2",
					  .port = 6482};
	char error[FLEET_ERROR_LEN];

	(void)state;
	memset(&f, 0, sizeof(f));
	leap_us = 0;
	strcpy(f.directory, "/tmp/test_control.XXXXXX");
	assert_non_null(mkdtemp(f.directory));
	snprintf(f.path, sizeof(f.path), "%s/socket", f.directory);
	f.fleet = fleet_new(&settings, error);
	f.answers = answers_new(f.fleet, 0xef81091b, 64535, 1);
	f.loop = loop_new();
	f.deadline = loop_add_timer(f.loop, too_late, NULL);
	f.control = control_open(f.path, f.loop, f.fleet, f.answers);
	assert_non_null(f.control);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	control_close(f.control);
	assert_int_equal(access(f.path, F_OK), -1);
	loop_free(f.loop);
	answers_free(f.answers);
	fleet_free(f.fleet);
	return rmdir(f.directory);
}

static int
connect_and_send(const char *text, size_t len)
{
	const int fd = unixsock_connect(f.path);

	assert_true(fd >= 0);
	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
	return fd;
}

static void
receive(void *ctx, int fd)
{
	const ssize_t n =
	    recv(fd, f.received + f.received_len, sizeof(f.received) - 1 - f.received_len, 0);

	(void)ctx;
	if (n > 0) {
		f.received_len += (size_t)n;
		return;
	}
	assert_true(n == 0 || errno == ECONNRESET); /* the latter if not all was read */
	loop_stop(f.loop);
}

/* Receive until the responder closes the connection. */
static const char *
wait_for_end(int fd)
{
	f.received_len = 0;
	assert_int_equal(loop_add_fd(f.loop, fd, receive, NULL), 0);
	do {
		loop_set_timer(f.deadline, clock_now().mono_us + 60 * US_PER_S);
		assert_int_equal(loop_run(f.loop), 0);
	} while (recv(fd, f.received, 1, MSG_PEEK) > 0);
	loop_remove_fd(f.loop, fd);
	close(fd);
	f.received[f.received_len] = '\0';
	return f.received;
}

static void
stop(void *ctx)
{
	(void)ctx;
	loop_stop(f.loop);
}

/* Let the responder handle what is ready now; a timer that is due stops the loop. */
static void
run_a_turn(void)
{
	struct loop_timer *timer = loop_add_timer(f.loop, stop, NULL);

	assert_non_null(timer);
	loop_set_timer(timer, clock_now().mono_us);
	assert_int_equal(loop_run(f.loop), 0);
}

static void
test_one_command(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(f.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_string_equal(wait_for_end(connect_and_send("off all\n", 8)), "ok 20000\n");
	assert_int_equal(fleet_count_on(f.fleet), 0);
	assert_string_equal(wait_for_end(connect_and_send("on 198.18.0.1\n", 14)), "ok 1\n");
	assert_int_equal(fleet_count_on(f.fleet), 1);
	assert_string_equal(wait_for_end(connect_and_send("quit\n", 5)), "ok\n");
}

static void
test_command_in_pieces(void **state)
{
	const int fd = connect_and_send("off", 3);

	(void)state;
	run_a_turn();
	assert_int_equal(send(fd, " all\n", 5, MSG_NOSIGNAL), 5);
	assert_string_equal(wait_for_end(fd), "ok 20000\n");
}

static void
test_refused(void **state)
{
	char line[COMMAND_LINE_LEN + 1];

	(void)state;
	assert_string_equal(wait_for_end(connect_and_send("off all\non all\n", 15)),
			    "error: more than one command in a connection\n");
	assert_string_equal(wait_for_end(connect_and_send("off\0all\n", 8)),
			    "error: the command contains a NUL octet\n");
	memset(line, 'x', sizeof(line));
	assert_string_equal(wait_for_end(connect_and_send(line, COMMAND_LINE_LEN)),
			    "error: the command is too long\n");
	line[COMMAND_LINE_LEN - 1] = '\n';
	assert_non_null(
	    strstr(wait_for_end(connect_and_send(line, COMMAND_LINE_LEN)), "error: 'xxx"));
	assert_int_equal(fleet_count_on(f.fleet), MANAGERS);
}

/* An incomplete command is not executed. */
static void
test_end_before_the_newline(void **state)
{
	const int fd = connect_and_send("off all", 7);

	(void)state;
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	assert_string_equal(wait_for_end(fd), "");
	assert_int_equal(fleet_count_on(f.fleet), MANAGERS);
}

static void
test_whole_list(void **state)
{
	const char *list = wait_for_end(connect_and_send("list\n", 5));
	size_t lines = 0;

	(void)state;
	for (const char *p = list; *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(lines, MANAGERS + 1);
	assert_string_equal(list + f.received_len - 9, "ok 20000\n");
}

/* Clients that connect later wait for it until it is disconnected. */
static void
test_client_that_does_not_send(void **state)
{
	const int idle = connect_and_send("stat", 4), next = connect_and_send("loss 5\n", 7);

	(void)state;
	run_a_turn();
	run_a_turn();
	leap_us += 4 * US_PER_S;
	run_a_turn();
	assert_int_equal(recv(next, f.received, 1, MSG_DONTWAIT), -1);
	leap_us += 2 * US_PER_S;
	assert_string_equal(wait_for_end(next), "ok\n");
	assert_int_equal(recv(idle, f.received, 1, MSG_DONTWAIT), 0);
	close(idle);
}

static void
test_client_that_does_not_read(void **state)
{
	const int deaf = connect_and_send("list\n", 5), next = connect_and_send("loss 5\n", 7);
	const char *list;

	(void)state;
	/* Other timers are served, although the client continues to send. */
	for (int i = 0; i < 100; i++)
		run_a_turn();
	assert_int_equal(send(deaf, "loss 7\n", 7, MSG_NOSIGNAL), 7);
	leap_us += 4 * US_PER_S;
	run_a_turn();
	assert_int_equal(recv(next, f.received, 1, MSG_DONTWAIT), -1);
	leap_us += 2 * US_PER_S;
	assert_string_equal(wait_for_end(next), "ok\n");
	list = wait_for_end(deaf);
	assert_in_range(f.received_len, 1, sizeof(f.received) / 2);
	assert_null(strstr(list, "ok"));
}

/* It is not disconnected while it reads, however slowly. */
static void
test_client_that_reads_slowly(void **state)
{
	const int slow = connect_and_send("list\n", 5);

	(void)state;
	run_a_turn();
	run_a_turn();
	for (int i = 0; i < 5; i++) {
		assert_true(recv(slow, f.received, 50000, 0) > 0);
		leap_us += 4 * US_PER_S;
		run_a_turn();
		run_a_turn();
	}
	wait_for_end(slow);
	assert_string_equal(f.received + f.received_len - 9, "ok 20000\n");
}

static void
make_file(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
}

static struct control *
open_another(const char *path)
{
	return control_open(path, f.loop, f.fleet, f.answers);
}

/* Only a socket without a process is replaced. */
static void
test_path_in_use(void **state)
{
	char stale[140], file[140], too_long[200];
	struct control *another;
	int fd;

	(void)state;
	assert_null(open_another(f.path));
	assert_string_equal(wait_for_end(connect_and_send("loss 5\n", 7)), "ok\n");

	snprintf(stale, sizeof(stale), "%s.stale", f.path);
	fd = unixsock_listen(stale);
	assert_true(fd >= 0);
	assert_null(open_another(stale));
	close(fd);
	another = open_another(stale);
	assert_non_null(another);
	control_close(another);
	assert_int_equal(access(stale, F_OK), -1);

	snprintf(file, sizeof(file), "%s.file", f.path);
	make_file(file);
	assert_null(open_another(file));
	assert_int_equal(unlink(file), 0);

	memset(too_long, 'x', sizeof(too_long) - 1);
	too_long[sizeof(too_long) - 1] = '\0';
	assert_null(open_another(too_long));
	assert_null(open_another(""));
}

/* A file that has replaced the socket is not removed. */
static void
test_path_taken_over(void **state)
{
	(void)state;
	assert_int_equal(unlink(f.path), 0);
	make_file(f.path);
	control_close(f.control);
	f.control = NULL;
	assert_int_equal(unlink(f.path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_one_command, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_command_in_pieces, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_end_before_the_newline, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_whole_list, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_client_that_does_not_send, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_client_that_does_not_read, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_client_that_reads_slowly, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_path_in_use, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_path_taken_over, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
