/* SPDX-License-Identifier: BSD-2-Clause */
/* log.h - levels, to standard error or output, a file or syslog.
 *
 * Usable from every thread: a line is one write(2), without a lock, or one
 * syslog(3).  A destination that blocks (a pipe that nobody reads, a syslogd
 * that hangs) blocks who logs.  Text that came from the network goes through
 * format_printable() first.
 */
#ifndef LOG_H
#define LOG_H

#include <stdarg.h>

/* The values are syslog's. */
enum log_level {
	LOG_LEVEL_ERROR = 3,   /* cannot do its job */
	LOG_LEVEL_WARNING = 4, /* degraded */
	LOG_LEVEL_NOTICE = 5,  /* a manager found or lost, the AgentX link up or down */
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7, /* each packet */
};

/* Until log_open() lines go to standard error as "program: text".  `program`
 * is kept by reference. */
void log_init(const char *program);

/* Set the destination, in the notation of log_destination.h; a file is
 * appended to.  0, or -1 with errno (EINVAL: not that notation). */
int log_open(const char *destination);

/* The least severe level that is logged; LOG_LEVEL_INFO at first. */
void log_set_level(enum log_level level);

/* Reopen the log file, if there is one, after it was rotated away. */
void log_reopen(void);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif /* LOG_H */
