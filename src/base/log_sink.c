/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/log_level.h"
#include "base/text.h"

/* Including the prefix of the text.  Below PIPE_BUF, so that lines of several
 * processes are not mixed in a pipe. */
#define LINE_LEN (LOG_TEXT_LEN + 160)
_Static_assert(LINE_LEN < PIPE_BUF, "a line goes into a pipe as a whole");

/* Absolute, because a daemon changes its working directory. */
static int
set_path(struct log_sink *sink, const char *path)
{
	char directory[PATH_MAX] = "", absolute[PATH_MAX];
	int len;

	if (*path != '/' && getcwd(directory, sizeof(directory)) == NULL)
		return -1;
	len = snprintf(absolute, sizeof(absolute), "%s%s%s", directory,
		       *directory != '\0' ? "/" : "", path);
	if (len < 0 || (size_t)len >= sizeof(absolute)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(sink->path, absolute, (size_t)len + 1);
	return 0;
}

int
log_sink_choose(struct log_sink *sink, const char *text)
{
	struct log_destination to;

	if (log_destination_parse(text, &to) < 0 ||
	    (to.kind == LOG_TO_FILE && set_path(sink, to.path) < 0))
		return -1;
	sink->kind = to.kind;
	sink->facility = to.facility;
	sink->fd = to.kind == LOG_TO_STDERR   ? STDERR_FILENO
		   : to.kind == LOG_TO_STDOUT ? STDOUT_FILENO
					      : -1;
	return 0;
}

static int
open_file(struct log_sink *sink)
{
	/* Do not wait for a FIFO's reader in open(2), which could not be
	 * interrupted, and do not make a terminal the controlling one. */
	int fd = open(sink->path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC | O_NOCTTY,
		      0640);

	if (fd < 0)
		return -1;
	if (sink->fd >= 0)
		close(sink->fd);
	sink->fd = fd;
	return 0;
}

int
log_sink_open(struct log_sink *sink)
{
	if (sink->kind == LOG_TO_FILE)
		return open_file(sink);
	if (sink->kind == LOG_TO_SYSLOG)
		openlog(sink->program, LOG_PID | LOG_NDELAY, sink->facility);
	return 0;
}

static const char *
level_prefix(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return "error: ";
	case LOG_LEVEL_WARNING:
		return "warning: ";
	case LOG_LEVEL_NOTICE:
	case LOG_LEVEL_INFO:
	case LOG_LEVEL_DEBUG:
		break;
	}
	return "";
}

/* Format the line with the prefix that syslog would add. */
static size_t
compose(char *buf, size_t size, const struct log_sink *sink, const struct log_line *line)
{
	char when[TEXT_LOCAL_TIME_LEN] = "", pid[24] = "";

	if (sink->kind == LOG_TO_FILE) {
		text_local_time((int64_t)line->when * 1000, when);
		snprintf(pid, sizeof(pid), "[%ld]", (long)getpid());
	}
	snprintf(buf, size, "%s%s%.64s%s: %s%s\n", when, when[0] != '\0' ? " " : "", sink->program,
		 pid, level_prefix(line->level), line->text);
	return strlen(buf);
}

static bool
write_all(int fd, const char *buf, size_t len)
{
	while (len > 0) {
		const ssize_t written = write(fd, buf, len);

		if (written > 0) {
			buf += written;
			len -= (size_t)written;
		} else if (written < 0 && errno == EAGAIN) {
			/* Our descriptor is non-blocking, and a standard descriptor may have
			 * been made so by a process that shares it. */
			struct pollfd room = {.fd = fd, .events = POLLOUT};

			poll(&room, 1, -1);
		} else if (written == 0 || errno != EINTR) {
			return false;
		}
	}
	return true;
}

bool
log_sink_write(struct log_sink *sink, const struct log_line *line)
{
	char buf[LINE_LEN];

	switch (sink->kind) {
	case LOG_TO_SYSLOG:
		syslog(line->level, "%s", line->text);
		return true;
	case LOG_TO_FILE:
		if (sink->fd < 0 && open_file(sink) < 0)
			return false;
		break;
	case LOG_TO_STDERR:
	case LOG_TO_STDOUT:
		break;
	case LOG_TO_NOBODY:
		return true;
	}
	return write_all(sink->fd, buf, compose(buf, sizeof(buf), sink, line));
}
