/* SPDX-License-Identifier: BSD-2-Clause */
/* log_queue.h - a bounded queue of lines that wait to be written.
 *
 * Pure: no locks, no clock, no allocation.  Lines for which there is no room are
 * dropped and counted; the next line contains the number of lines dropped before it.
 */
#ifndef LOG_QUEUE_H
#define LOG_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/log_level.h"

#define LOG_TEXT_LEN 1024       /* the longest text with its NUL */
#define LOG_QUEUE_LEN (1 << 18) /* octets, about 2500 typical lines */

struct log_line {
	time_t when;
	enum log_level level;
	unsigned int dropped; /* lines before this one */
	size_t len;
	char text[LOG_TEXT_LEN];
};

/* Zeroed at first. */
struct log_queue {
	size_t first, used; /* octets */
	unsigned int dropped;
	bool full; /* from the first dropped line until half of the queue is free */
	char octets[LOG_QUEUE_LEN];
};

/* Append a text of len octets, less than LOG_TEXT_LEN, or drop it. */
void log_queue_put(struct log_queue *queue, enum log_level level, time_t when, const char *text,
		   size_t len);

/* Take the first line.  If lines were dropped after the last one in the queue, it
 * is followed by a line without text and time.  Returns false if the queue is empty. */
bool log_queue_take(struct log_queue *queue, struct log_line *line);

#endif /* LOG_QUEUE_H */
