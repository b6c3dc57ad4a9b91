/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "responder/command.h"
#include "responder/unixsock.h"

/* Join the words to a line.  Returns its length, including the newline, or 0 after logging
 * an error. */
static size_t
join(char *const *words, int count, char line[COMMAND_LINE_LEN])
{
	size_t used = 0;

	for (int i = 0; i < count; i++) {
		size_t len = strlen(words[i]);

		if (strchr(words[i], '\n') != NULL || len + 2 > COMMAND_LINE_LEN - used) {
			log_error("the command is too long or contains a newline");
			return 0;
		}
		memcpy(line + used, words[i], len);
		used += len;
		line[used++] = i + 1 < count ? ' ' : '\n';
	}
	return used;
}

/* Returns the last line of the reply, or NULL if that is not complete. */
static const char *
last_line(const char *reply)
{
	size_t len = strlen(reply);

	if (len == 0 || reply[len - 1] != '\n')
		return NULL;
	for (len--; len > 0 && reply[len - 1] != '\n';)
		len--;
	return reply + len;
}

/* The last line shows whether a reply is complete. */
static enum client_result
show_reply(const char *path, const char *reply)
{
	const char *last = last_line(reply);

	if (last != NULL && strncmp(last, "error:", 6) == 0) {
		fputs(last, stderr);
		return CLIENT_REFUSED;
	}
	if (last != NULL && strncmp(last, "ok", 2) == 0) {
		fputs(reply, stdout); /* a failure becomes the exit status: see output.h */
		return CLIENT_OK;
	}
	log_error("no reply from the responder at %s: the connection was closed", path);
	return CLIENT_UNREACHABLE;
}

static enum client_result
converse(const char *path, FILE *connection, const char *line, size_t len)
{
	char *reply = NULL;
	size_t size = 0;
	enum client_result result = CLIENT_UNREACHABLE;

	if (send(fileno(connection), line, len, MSG_NOSIGNAL) < 0)
		log_error("%s: %s", path, strerror(errno));
	/* A reply contains no NUL, so this reads to the end. */
	else if (getdelim(&reply, &size, '\0', connection) < 0 || ferror(connection) != 0)
		log_error("no reply from the responder at %s: %s", path,
			  feof(connection) != 0 ? "the connection was closed"
			  : errno == EAGAIN     ? "timed out"
						: strerror(errno));
	else
		result = show_reply(path, reply);
	free(reply);
	return result;
}

enum client_result
client_run(const char *path, char *const *words, int count)
{
	char line[COMMAND_LINE_LEN];
	size_t len = join(words, count, line);
	enum client_result result;
	FILE *connection;
	int fd;

	if (len == 0)
		return CLIENT_REFUSED;
	fd = unixsock_connect(path);
	if (fd < 0)
		return CLIENT_UNREACHABLE;
	connection = fdopen(fd, "r");
	if (connection == NULL) {
		log_error("%s: %s", path, strerror(errno));
		close(fd);
		return CLIENT_UNREACHABLE;
	}
	result = converse(path, connection, line, len);
	fclose(connection);
	return result;
}
