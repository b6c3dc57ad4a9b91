/* SPDX-License-Identifier: BSD-2-Clause */
/* log_writer.h - the thread that writes the log, so that no other thread waits.
 *
 * Used by log.c only.
 */
#ifndef LOG_WRITER_H
#define LOG_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log_sink.h"

/* Queue a line for the thread, even before it is started; see log_queue_put().  May
 * be called from every thread.  Does not wait for the destination. */
void log_writer_put(enum log_level level, time_t when, const char *text, size_t len);

/* Start the thread, with all signals blocked.  It takes over *sink, opens it, and
 * waits for a reader of a FIFO.  Returns 0 if the sink is open, or if that is not known
 * after timeout_ms (*opened is false then); or -1 with errno. */
int log_writer_start(struct log_sink *sink, int timeout_ms, bool *opened);

/* Let the thread reopen the sink. */
void log_writer_reopen(void);

/* Wait until all lines are written, at most timeout_ms.  Returns whether they are. */
bool log_writer_flush(int timeout_ms);

#endif /* LOG_WRITER_H */
