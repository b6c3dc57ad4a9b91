/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "responder/unixsock.h"

#define RETRY_US 10000
#define CLIENT_TIMEOUT_US 5000000 /* of a client that neither sends nor reads */

struct control {
	const char *path;
	dev_t dev; /* of the socket that was created */
	ino_t ino;
	int fd;
	struct loop *loop;
	struct loop_timer *timer;
	struct fleet *fleet;
	struct answers *answers;

	int client; /* the connection being served, or -1 */
	int64_t deadline_us;
	char line[COMMAND_LINE_LEN];
	size_t line_len;
	char *reply; /* to the command; NULL until the command is complete */
	size_t reply_len, reply_sent;
};

static void accept_client(void *ctx, int fd);

/* Further clients wait in the queue of the listening socket. */
static void
await_client(struct control *control)
{
	if (loop_add_fd(control->loop, control->fd, accept_client, control) < 0)
		loop_set_timer(control->timer, clock_now().mono_us + RETRY_US);
	else
		loop_set_timer(control->timer, LOOP_NEVER);
}

static void
drop_client(struct control *control)
{
	loop_remove_fd(control->loop, control->client);
	close(control->client);
	control->client = -1;
	free(control->reply);
	control->reply = NULL;
	await_client(control);
}

/* Send as much as there is room for, and the rest later.  The loop does not watch the
 * client in the meantime, so that further data from it causes no calls. */
static void
send_reply(struct control *control)
{
	const int64_t now_us = clock_now().mono_us;
	ssize_t n;

	do {
		n = send(control->client, control->reply + control->reply_sent,
			 control->reply_len - control->reply_sent, MSG_NOSIGNAL);
		if (n > 0) {
			control->reply_sent += (size_t)n;
			control->deadline_us = now_us + CLIENT_TIMEOUT_US;
		}
	} while (n > 0 || (n < 0 && errno == EINTR));

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && now_us < control->deadline_us)
		loop_set_timer(control->timer, now_us + RETRY_US);
	else
		drop_client(control);
}

/* len is the length of the first line received, without its newline. */
static void
write_reply(struct control *control, size_t len, FILE *out)
{
	control->line[len] = '\0';
	if (control->line_len > len + 1)
		fputs("error: more than one command in a connection\n", out);
	else if (strlen(control->line) != len)
		fputs("error: the command contains a NUL octet\n", out);
	else if (!command_run(control->line, control->fleet, control->answers, out))
		loop_stop(control->loop);
}

static void
answer_client(struct control *control)
{
	const char *end = memchr(control->line, '\n', control->line_len);
	FILE *out;

	if (end == NULL && control->line_len < sizeof(control->line))
		return;
	out = open_memstream(&control->reply, &control->reply_len);
	if (out != NULL) {
		if (end == NULL)
			fputs("error: the command is too long\n", out);
		else
			write_reply(control, (size_t)(end - control->line), out);
	}
	if (out == NULL || fclose(out) != 0) {
		log_warning("%s: no reply: %s", control->path, strerror(errno));
		drop_client(control);
		return;
	}
	loop_remove_fd(control->loop, control->client);
	control->reply_sent = 0;
	send_reply(control);
}

static void
client_readable(void *ctx, int fd)
{
	struct control *control = ctx;
	ssize_t n = recv(fd, control->line + control->line_len,
			 sizeof(control->line) - control->line_len, 0);

	if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	if (n <= 0) {
		drop_client(control);
		return;
	}
	control->line_len += (size_t)n;
	answer_client(control);
}

static void
accept_client(void *ctx, int fd)
{
	struct control *control = ctx;
	int client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (client < 0)
		return;
	if (loop_add_fd(control->loop, client, client_readable, control) < 0) {
		close(client);
		return;
	}
	loop_remove_fd(control->loop, fd);
	control->client = client;
	control->line_len = 0;
	control->deadline_us = clock_now().mono_us + CLIENT_TIMEOUT_US;
	loop_set_timer(control->timer, control->deadline_us);
}

static void
timer_due(void *ctx)
{
	struct control *control = ctx;

	if (control->client < 0)
		await_client(control);
	else if (control->reply != NULL)
		send_reply(control);
	else
		drop_client(control);
}

struct control *
control_open(const char *path, struct loop *loop, struct fleet *fleet, struct answers *answers)
{
	struct control *control = calloc(1, sizeof(*control));
	struct stat st;

	if (control == NULL) {
		log_error("%s: %s", path, strerror(errno));
		return NULL;
	}
	control->path = path;
	control->loop = loop;
	control->fleet = fleet;
	control->answers = answers;
	control->client = -1;
	control->fd = unixsock_listen(path);
	if (control->fd < 0)
		goto fail;
	if (lstat(path, &st) < 0) {
		log_error("%s: %s", path, strerror(errno));
		goto fail;
	}
	control->dev = st.st_dev;
	control->ino = st.st_ino;
	control->timer = loop_add_timer(loop, timer_due, control);
	if (control->timer == NULL) {
		log_error("%s: %s", path, strerror(errno));
		unlink(path);
		goto fail;
	}
	await_client(control);
	return control;
fail:
	if (control->fd >= 0)
		close(control->fd);
	free(control);
	return NULL;
}

void
control_close(struct control *control)
{
	struct stat st;

	if (control == NULL)
		return;
	if (control->client >= 0)
		drop_client(control);
	if (lstat(control->path, &st) == 0 && st.st_dev == control->dev &&
	    st.st_ino == control->ino)
		unlink(control->path);
	loop_remove_fd(control->loop, control->fd);
	loop_set_timer(control->timer, LOOP_NEVER);
	close(control->fd);
	free(control);
}
