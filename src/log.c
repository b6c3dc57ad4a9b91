/* SPDX-License-Identifier: BSD-2-Clause */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "log_destination.h"

#define LINE_LEN 1024 /* with its newline; below PIPE_BUF, so that lines do not mix in a pipe */

enum destination {
	TO_DESCRIPTOR, /* standard error or output */
	TO_FILE,       /* the same with the time and the process */
	TO_SYSLOG,
	TO_NOBODY,
};

/* Written before there are threads, by log_init() and log_open(). */
static const char *program = "";
static char file_path[PATH_MAX];

/* A file keeps its descriptor for good: log_reopen() puts another file behind it. */
static _Atomic(enum destination) destination = TO_DESCRIPTOR;
static atomic_int descriptor = STDERR_FILENO;
static atomic_int lowest_level = LOG_LEVEL_INFO;

void
log_init(const char *name)
{
	program = name;
}

void
log_set_level(enum log_level level)
{
	atomic_store(&lowest_level, level);
}

static int
open_file(const char *path)
{
	/* Not to become the terminal of a daemon that leads a session. */
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
}

static void
switch_to(enum destination to, int fd)
{
	int former = atomic_exchange(&descriptor, fd);

	atomic_store(&destination, to);
	if (former > STDERR_FILENO)
		close(former);
}

/* Absolute, since a daemon leaves the directory that path is relative to. */
static int
log_to_file(const char *path)
{
	char directory[PATH_MAX] = "", absolute[PATH_MAX];
	int fd, len;

	if (*path != '/' && getcwd(directory, sizeof(directory)) == NULL)
		return -1;
	len = snprintf(absolute, sizeof(absolute), "%s%s%s", directory,
		       *directory != '\0' ? "/" : "", path);
	if (len < 0 || (size_t)len >= sizeof(absolute)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open_file(absolute);
	if (fd < 0)
		return -1;
	memcpy(file_path, absolute, (size_t)len + 1);
	tzset(); /* localtime_r() need not do it */
	switch_to(TO_FILE, fd);
	return 0;
}

int
log_open(const char *text)
{
	struct log_destination to;

	if (log_destination_parse(text, &to) < 0)
		return -1;
	switch (to.kind) {
	case LOG_TO_STDERR:
		switch_to(TO_DESCRIPTOR, STDERR_FILENO);
		break;
	case LOG_TO_STDOUT:
		switch_to(TO_DESCRIPTOR, STDOUT_FILENO);
		break;
	case LOG_TO_NOBODY:
		switch_to(TO_NOBODY, -1);
		break;
	case LOG_TO_FILE:
		return log_to_file(to.path);
	case LOG_TO_SYSLOG:
		openlog(program, LOG_PID | LOG_NDELAY, to.facility);
		switch_to(TO_SYSLOG, -1);
		break;
	}
	return 0;
}

void
log_reopen(void)
{
	int fd;

	if (atomic_load(&destination) != TO_FILE)
		return;
	fd = open_file(file_path);
	if (fd < 0) {
		log_error("cannot reopen the log file %s: %s", file_path, strerror(errno));
		return;
	}
	/* In one step: another thread may be about to write. */
	if (dup3(fd, atomic_load(&descriptor), O_CLOEXEC) < 0)
		log_error("cannot switch to the new log file %s: %s", file_path, strerror(errno));
	close(fd);
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

/* What comes before the text, where there is no syslog to add it. */
static size_t
write_head(char *line, size_t size, enum log_level level, bool with_time)
{
	char when[40] = "", pid[24] = "";
	time_t now = time(NULL);
	struct tm tm;

	if (with_time && localtime_r(&now, &tm) != NULL) {
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S ", &tm);
		snprintf(pid, sizeof(pid), "[%ld]", (long)getpid());
	}
	snprintf(line, size, "%s%.64s%s: %s", when, program, pid, level_prefix(level));
	return strlen(line);
}

/* One line: no newline within, "..." for what does not fit. */
static size_t
finish_line(char *line, size_t size, bool cut)
{
	size_t len = strlen(line);

	while (len > 0 && line[len - 1] == '\n')
		line[--len] = '\0';
	for (char *p = line; (p = strchr(p, '\n')) != NULL;)
		*p = ' ';
	if (cut && len >= 3 && len + 1 == size)
		memcpy(line + len - 3, "...", 3);
	return len;
}

static void
write_line(char *line, size_t len)
{
	ssize_t written;

	line[len++] = '\n';
	do
		written = write(atomic_load(&descriptor), line, len);
	while (written < 0 && errno == EINTR);
}

static void log_args(enum log_level level, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void
log_args(enum log_level level, const char *format, va_list args)
{
	enum destination to = atomic_load(&destination);
	int saved_errno = errno, wanted;
	char line[LINE_LEN];
	size_t head = 0, size = sizeof(line) - 1; /* but the newline */

	if ((int)level > atomic_load(&lowest_level) || to == TO_NOBODY)
		return;
	if (to != TO_SYSLOG)
		head = write_head(line, size, level, to == TO_FILE);
	wanted = vsnprintf(line + head, size - head, format, args);
	if (wanted >= 0) {
		size_t len = finish_line(line, size, (size_t)wanted >= size - head);

		if (to == TO_SYSLOG)
			syslog((int)level, "%s", line);
		else
			write_line(line, len);
	}
	errno = saved_errno;
}

void
log_line(enum log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(level, format, args);
	va_end(args);
}

void
log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(LOG_LEVEL_ERROR, format, args);
	va_end(args);
}

void
log_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(LOG_LEVEL_WARNING, format, args);
	va_end(args);
}

void
log_notice(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(LOG_LEVEL_NOTICE, format, args);
	va_end(args);
}

void
log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(LOG_LEVEL_INFO, format, args);
	va_end(args);
}

void
log_debug(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(LOG_LEVEL_DEBUG, format, args);
	va_end(args);
}
