/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "net/loop.h"
#include "responder/unixsock.h"

#define CLIENTS_MAX 16
#define RETRY_US 10000

/* What a client has room for at once: a reply, or a line of a list. */
#define OUT_LEN 4096
_Static_assert(OUT_LEN >= COMMAND_REPLY_LEN + 1 && OUT_LEN >= COMMAND_LIST_LEN,
	       "a reply and a line of a list must fit");

struct client {
	int fd;       /* -1: not in use */
	bool watched; /* by the loop */
	bool eof;     /* it sends no more; it may still read */
	char in[COMMAND_LINE_LEN];
	size_t in_len;
	char out[OUT_LEN];
	size_t out_len, out_sent;
	bool listing; /* the managers from list_next on go before the reply */
	size_t list_next;
	char reply[COMMAND_REPLY_LEN];
};

struct control {
	const char *path;
	dev_t dev; /* of the socket we made */
	ino_t ino;
	int fd;
	struct loop *loop;
	struct loop_timer *retry;
	struct cast *cast;
	struct answers *answers;
	struct client clients[CLIENTS_MAX];
};

static void
drop(struct control *control, struct client *client)
{
	if (client->watched)
		loop_remove_fd(control->loop, client->fd);
	close(client->fd);
	client->fd = -1;
}

/* Move what is left of a list, then the reply, to the output as far as there
 * is room.  Returns whether there is anything to write. */
static bool
refill(struct control *control, struct client *client)
{
	if (client->out_sent < client->out_len)
		return true;
	client->out_len = client->out_sent = 0;
	while (client->listing && OUT_LEN - client->out_len >= COMMAND_LIST_LEN) {
		if (client->list_next == cast_count(control->cast))
			client->listing = false;
		else
			client->out_len += command_list(control->cast, client->list_next++,
							client->out + client->out_len);
	}
	if (!client->listing && client->reply[0] != '\0' &&
	    OUT_LEN - client->out_len > COMMAND_REPLY_LEN) {
		size_t len = strlen(client->reply);

		memcpy(client->out + client->out_len, client->reply, len);
		client->out[client->out_len + len] = '\n';
		client->out_len += len + 1;
		client->reply[0] = '\0';
	}
	return client->out_len > 0;
}

/* Write what there is.  Returns whether all of it is gone; -1 when the client is. */
static int
flush(struct control *control, struct client *client)
{
	while (refill(control, client)) {
		ssize_t n = send(client->fd, client->out + client->out_sent,
				 client->out_len - client->out_sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (n < 0)
			return -1;
		client->out_sent += (size_t)n;
	}
	return 1;
}

/* Carry out the first complete line that was read, if there is one. */
static bool
run_line(struct control *control, struct client *client)
{
	char *end = memchr(client->in, '\n', client->in_len);
	size_t len;

	if (end == NULL)
		return false;
	*end = '\0';
	len = (size_t)(end - client->in) + 1;
	if (strlen(client->in) + 1 != len) {
		strlcpy(client->reply, "error: an octet 0 in a command", sizeof(client->reply));
	} else {
		switch (command_run(client->in, control->cast, control->answers, client->reply)) {
		case COMMAND_DONE:
			break;
		case COMMAND_LIST:
			client->listing = true;
			client->list_next = 0;
			break;
		case COMMAND_QUIT:
			loop_stop(control->loop);
			break;
		}
	}
	client->in_len -= len;
	memmove(client->in, end + 1, client->in_len);
	return true;
}

static void client_readable(void *ctx, int fd);

/* Go on as far as the client lets us.  While it does not read its replies, it
 * is looked after by the timer and not by the loop, which would call for what
 * it has sent meanwhile again and again: no client can stall the answers, and
 * none needs more memory than its slot. */
static void
serve(struct control *control, struct client *client)
{
	int flushed;

	do
		flushed = flush(control, client);
	while (flushed == 1 && run_line(control, client));

	if (flushed == 1 && client->in_len == sizeof(client->in)) {
		strlcpy(client->reply, "error: the command is too long", sizeof(client->reply));
		flush(control, client);
		flushed = -1;
	}
	if (flushed < 0 || (flushed == 1 && client->eof)) {
		drop(control, client);
		return;
	}
	if (flushed == 1 && !client->watched) {
		if (loop_add_fd(control->loop, client->fd, client_readable, control) < 0) {
			drop(control, client);
			return;
		}
		client->watched = true;
	}
	if (flushed == 0) {
		if (client->watched)
			loop_remove_fd(control->loop, client->fd);
		client->watched = false;
		loop_set_timer(control->retry, clock_now().mono_us + RETRY_US);
	}
}

static void
retry_clients(void *ctx)
{
	struct control *control = ctx;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		if (control->clients[i].fd >= 0 && !control->clients[i].watched)
			serve(control, &control->clients[i]);
	}
}

static void
client_readable(void *ctx, int fd)
{
	struct control *control = ctx;
	struct client *client = control->clients;
	ssize_t n;

	while (client->fd != fd)
		client++;
	n = recv(fd, client->in + client->in_len, sizeof(client->in) - client->in_len, 0);
	if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	if (n < 0) {
		drop(control, client);
		return;
	}
	client->eof = n == 0;
	client->in_len += (size_t)n;
	serve(control, client);
}

static void
accept_client(void *ctx, int fd)
{
	static const char busy[] = "error: too many clients\n";
	struct control *control = ctx;
	int client_fd = accept(fd, NULL, NULL);

	if (client_fd < 0)
		return;
	if (unixsock_prepare(client_fd, true) < 0) {
		close(client_fd);
		return;
	}
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &control->clients[i];

		if (client->fd >= 0)
			continue;
		memset(client, 0, sizeof(*client));
		client->fd = client_fd;
		serve(control, client);
		return;
	}
	(void)!send(client_fd, busy, sizeof(busy) - 1, MSG_NOSIGNAL);
	close(client_fd);
}

struct control *
control_open(const char *path, struct loop *loop, struct cast *cast, struct answers *answers)
{
	struct control *control = calloc(1, sizeof(*control));
	struct stat st;

	if (control == NULL) {
		log_error("%s: %s", path, strerror(errno));
		return NULL;
	}
	control->path = path;
	control->loop = loop;
	control->cast = cast;
	control->answers = answers;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		control->clients[i].fd = -1;
	control->fd = unixsock_listen(path);
	if (control->fd < 0)
		goto fail;
	if (lstat(path, &st) < 0) {
		log_error("%s: %s", path, strerror(errno));
		goto fail;
	}
	control->dev = st.st_dev;
	control->ino = st.st_ino;
	control->retry = loop_add_timer(loop, retry_clients, control);
	if (control->retry == NULL || loop_add_fd(loop, control->fd, accept_client, control) < 0) {
		log_error("%s: %s", path, strerror(errno));
		unlink(path);
		goto fail;
	}
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
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		if (control->clients[i].fd >= 0)
			drop(control, &control->clients[i]);
	}
	if (lstat(control->path, &st) == 0 && st.st_dev == control->dev &&
	    st.st_ino == control->ino)
		unlink(control->path);
	loop_remove_fd(control->loop, control->fd);
	loop_set_timer(control->retry, LOOP_NEVER);
	close(control->fd);
	free(control);
}
