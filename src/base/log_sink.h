/* SPDX-License-Identifier: BSD-2-Clause */
/* log_sink.h - the destination of log lines: a descriptor, a file or syslog.
 *
 * log_sink_open() and log_sink_write() may block: on a FIFO or pipe that is not
 * read, a syslogd that hangs, or a disk.  To be used by one thread at a time; nothing
 * is logged here.
 */
#ifndef LOG_SINK_H
#define LOG_SINK_H

#include <limits.h>
#include <stdbool.h>

#include "base/log_destination.h"
#include "base/log_queue.h"

struct log_sink {
	enum log_kind kind;
	const char *program; /* borrowed */
	int fd;              /* except for syslog; -1: not open */
	int facility;
	char path[PATH_MAX];
};

/* Set the destination, in the notation of log_destination.h; sink->program must be
 * set.  Returns 0, or -1 with errno and *sink unchanged (EINVAL: invalid notation). */
int log_sink_choose(struct log_sink *sink, const char *destination);

/* Open it, or reopen the file.  Returns 0, or -1 with errno; a file that was open
 * before is still open then.  ENXIO: a FIFO without a reader. */
int log_sink_open(struct log_sink *sink);

/* Write a line.  Returns false if an error was detected. */
bool log_sink_write(struct log_sink *sink, const struct log_line *line);

#endif /* LOG_SINK_H */
