/* SPDX-License-Identifier: BSD-2-Clause */
/* log_queue.h - lines that wait to be written, in a bounded room.
 *
 * Pure: no locks, no clock, no allocation.  What finds no room is dropped and
 * counted, and the next line that does says how many were dropped before it.
 */
#ifndef LOG_QUEUE_H
#define LOG_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/log_level.h"

#define LOG_TEXT_LEN 1024       /* the longest text with its NUL */
#define LOG_QUEUE_LEN (1 << 18) /* octets, some 2500 lines as they mostly are */

struct log_line {
	time_t when;
	enum log_level level;
	unsigned int dropped; /* lines before this one */
	size_t len;
	char text[LOG_TEXT_LEN];
};

/* Empty at first: zeroed. */
struct log_queue {
	size_t first, used; /* octets */
	unsigned int dropped;
	bool full; /* since a line found no room, and until half of it is free again */
	char octets[LOG_QUEUE_LEN];
};

/* Append a text of len octets, less than LOG_TEXT_LEN, or drop it. */
void log_queue_put(struct log_queue *queue, enum log_level level, time_t when, const char *text,
		   size_t len);

/* Take the first line.  Where lines were dropped after the last one that is
 * there, it is followed by one without a text and a time.  Returns false when
 * there is none. */
bool log_queue_take(struct log_queue *queue, struct log_line *line);

#endif /* LOG_QUEUE_H */
