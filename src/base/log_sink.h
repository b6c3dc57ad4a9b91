/* SPDX-License-Identifier: BSD-2-Clause */
/* log_sink.h - where log lines are written: a descriptor, a file or syslog.
 *
 * log_sink_open() and log_sink_write() block for as long as what is at the other
 * end does: a FIFO or pipe that nobody reads, a syslogd that hangs, a disk.  One
 * thread at a time; nothing here logs.
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
	int fd;              /* where it is not syslog; -1: not open */
	int facility;
	char path[PATH_MAX];
};

/* Set where to write, in the notation of log_destination.h; sink->program is set
 * already.  0, or -1 with errno, *sink being unchanged (EINVAL: not that notation). */
int log_sink_choose(struct log_sink *sink, const char *destination);

/* Open it, or open the file again.  0, or -1 with errno, a file that was open
 * before being open still.  ENXIO: a FIFO that nobody has opened to read. */
int log_sink_open(struct log_sink *sink);

/* Write a line.  Returns whether that worked, as far as it can be known. */
bool log_sink_write(struct log_sink *sink, const struct log_line *line);

#endif /* LOG_SINK_H */
