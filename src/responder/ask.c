/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "responder/command.h"
#include "responder/unixsock.h"

/* Returns the length of the line, newline included, or 0 if it is none. */
static size_t
join(char *const *words, int count, char line[COMMAND_LINE_LEN])
{
	size_t used = 0;

	for (int i = 0; i < count; i++) {
		size_t len = strlen(words[i]);

		if (strchr(words[i], '\n') != NULL || len + 2 > COMMAND_LINE_LEN - used) {
			log_error("the command is too long, or has a newline in it");
			return 0;
		}
		memcpy(line + used, words[i], len);
		used += len;
		line[used++] = i + 1 < count ? ' ' : '\n';
	}
	return used;
}

static int
send_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static enum ask_result
copy_reply(const char *path, FILE *in)
{
	char line[COMMAND_REPLY_LEN + COMMAND_LIST_LEN];

	while (fgets(line, sizeof(line), in) != NULL) {
		if (strncmp(line, "error:", 6) == 0) {
			fputs(line, stderr);
			return ASK_REFUSED;
		}
		fputs(line, stdout); /* a failure becomes the exit status: see output.h */
		if (strncmp(line, "ok", 2) == 0)
			return ASK_OK;
	}
	log_error("no reply from the responder at %s: %s", path,
		  ferror(in) == 0   ? "it has closed the connection"
		  : errno == EAGAIN ? "timed out"
				    : strerror(errno));
	return ASK_UNREACHABLE;
}

enum ask_result
ask(const char *path, char *const *words, int count)
{
	char line[COMMAND_LINE_LEN];
	size_t len = join(words, count, line);
	enum ask_result result;
	FILE *in;
	int fd;

	if (len == 0)
		return ASK_REFUSED;
	fd = unixsock_connect(path);
	if (fd < 0)
		return ASK_UNREACHABLE;
	in = fdopen(fd, "r");
	if (in == NULL || send_all(fd, line, len) < 0) {
		log_error("%s: %s", path, strerror(errno));
		if (in != NULL)
			fclose(in);
		else
			close(fd);
		return ASK_UNREACHABLE;
	}
	result = copy_reply(path, in);
	fclose(in);
	return result;
}
