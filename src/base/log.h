/* SPDX-License-Identifier: BSD-2-Clause */
/* log.h - messages to standard error or output, a file or syslog.
 *
 * May be used from every thread.  A line is written at once by the caller until
 * log_start() has started a thread that writes.  From then on no caller waits for
 * the destination: while it blocks (a pipe that is not read, a syslogd that hangs, a
 * disk), lines are queued and, when the queue is full, dropped and counted.  Text
 * from the network has to be passed through text_printable() first.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>

#include "base/log_level.h"

/* Lines go to standard error as "program: text".  `program` is kept by
 * reference. */
void log_init(const char *program);

/* Set the destination, in the notation of log_destination.h; a file is appended
 * to.  Lines for a file or syslog are queued until log_start(), which opens it.
 * Unless the destination is standard error or output, warnings and errors are also
 * written to standard error until log_started().  To be called before threads are
 * started.  Returns 0, or -1 with errno (EINVAL: invalid notation). */
int log_choose(const char *destination);

/* Open the destination and start the thread that writes to it.  To be called once,
 * after the process has forked, as the user that will also reopen it.  Waits at most
 * half a second for a FIFO without a reader or a disk that hangs; then only the
 * thread waits.  Returns 0, or -1 with errno if a file cannot be opened. */
int log_start(void);

/* Start-up has succeeded: stop copying warnings and errors to standard error. */
void log_started(void);

/* Wait until all lines so far are written, at most timeout_ms. */
void log_finish(int timeout_ms);

/* The least severe level that is logged; LOG_LEVEL_INFO at first. */
void log_set_level(enum log_level level);

/* Whether lines of that level are logged. */
bool log_has_level(enum log_level level);

/* Reopen the log file, if there is one, for log rotation.  Does not wait for it. */
void log_reopen(void);

/* Log a line, formatted as by printf(3), if its level is logged.  Preserves errno. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif /* LOG_H */
