/* SPDX-License-Identifier: BSD-2-Clause */
/* log.h - levels, to standard error or output, a file or syslog.
 *
 * Usable from every thread.  A line is written at once, by who logs, until
 * log_start() has started a thread for that: from then on nobody waits for the
 * destination, and where it blocks (a pipe that nobody reads, a syslogd that
 * hangs, a disk) lines are kept, then dropped and counted.  Text that came from
 * the network goes through text_printable() first.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>

#include "base/log_level.h"

/* Lines go to standard error as "program: text".  `program` is kept by
 * reference. */
void log_init(const char *program);

/* Set the destination, in the notation of log_destination.h; a file is appended
 * to.  Lines for a file or syslog are kept until log_start(), which opens it.  Unless
 * the destination is standard error or output, warnings and errors go to standard
 * error, too, until log_started().  Before there are threads.  0, or -1 with errno
 * (EINVAL: not that notation). */
int log_choose(const char *destination);

/* Open the destination, as the user who will reopen it, and write to it by a
 * thread of its own from now on.  To be called once, after the process has
 * forked.  A FIFO without a reader, or a disk that hangs, is waited for half a
 * second, then by that thread alone.  0, or -1 with errno when a file cannot be
 * opened. */
int log_start(void);

/* The start has succeeded: no more copies to standard error. */
void log_started(void);

/* Have all lines so far written, which may take timeout_ms at most. */
void log_finish(int timeout_ms);

/* The least severe level that is logged; LOG_LEVEL_INFO at first. */
void log_set_level(enum log_level level);

/* Whether lines of that level are logged. */
bool log_has_level(enum log_level level);

/* Reopen the log file, if there is one, after it was rotated away.  Does not
 * wait for it. */
void log_reopen(void);

/* Log a line, formatted as by printf(3), if its level is logged.  errno stays. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif /* LOG_H */
