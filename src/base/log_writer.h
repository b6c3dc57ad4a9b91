/* SPDX-License-Identifier: BSD-2-Clause */
/* log_writer.h - the thread that writes the log, so that no other waits for it.
 *
 * For log.c alone.
 */
#ifndef LOG_WRITER_H
#define LOG_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log_sink.h"

/* Have a line written, or kept until there is a thread; see log_queue_put().
 * From every thread: never blocks. */
void log_writer_put(enum log_level level, time_t when, const char *text, size_t len);

/* Start the thread, all signals blocked in it.  It opens *sink, which is its own
 * from now on, and waits for a FIFO's reader.  0 when it is open, or it cannot be
 * known within timeout_ms (*opened false); or -1 with errno. */
int log_writer_start(struct log_sink *sink, int timeout_ms, bool *opened);

/* Have the sink opened again. */
void log_writer_reopen(void);

/* Wait until all lines are written, timeout_ms at most.  Returns whether they are. */
bool log_writer_flush(int timeout_ms);

#endif /* LOG_WRITER_H */
