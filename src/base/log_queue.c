/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log_queue.h"

#include <assert.h>
#include <string.h>

struct head {
	int64_t when;
	uint32_t dropped;
	uint16_t len;
	uint16_t level;
};

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
append(struct log_queue *q, const void *data, size_t len)
{
	const size_t end = (q->first + q->used) % LOG_QUEUE_LEN;
	const size_t before_wrap = smaller(len, LOG_QUEUE_LEN - end);

	memcpy(q->octets + end, data, before_wrap);
	memcpy(q->octets, (const char *)data + before_wrap, len - before_wrap);
	q->used += len;
}

static void
consume(struct log_queue *q, void *data, size_t len)
{
	const size_t before_wrap = smaller(len, LOG_QUEUE_LEN - q->first);

	memcpy(data, q->octets + q->first, before_wrap);
	memcpy((char *)data + before_wrap, q->octets, len - before_wrap);
	q->used -= len;
	/* Start at the beginning again, so that few pages of the buffer are used. */
	q->first = q->used > 0 ? (q->first + len) % LOG_QUEUE_LEN : 0;
}

void
log_queue_put(struct log_queue *q, enum log_level level, time_t when, const char *text, size_t len)
{
	const struct head head = {
	    .when = when, .dropped = q->dropped, .len = (uint16_t)len, .level = (uint16_t)level};

	assert(len < LOG_TEXT_LEN);
	/* Avoid alternating between one line and one loss while it is being emptied. */
	q->full = q->used + sizeof(head) + len > (q->full ? LOG_QUEUE_LEN / 2 : LOG_QUEUE_LEN);
	if (q->full) {
		q->dropped++;
		return;
	}
	append(q, &head, sizeof(head));
	append(q, text, len);
	q->dropped = 0;
}

bool
log_queue_take(struct log_queue *q, struct log_line *line)
{
	struct head head = {0};

	if (q->used > 0) {
		consume(q, &head, sizeof(head));
		consume(q, line->text, head.len);
	} else if (q->dropped > 0) {
		head.dropped = q->dropped;
		q->dropped = 0;
	} else {
		return false;
	}
	line->when = (time_t)head.when;
	line->level = head.level;
	line->dropped = head.dropped;
	line->len = head.len;
	line->text[head.len] = '\0';
	return true;
}
