/* SPDX-License-Identifier: BSD-2-Clause */
/* writer.h - the thread that saves, so that no other waits for a disk.
 *
 * It knows when to save, not what: `save` does it, in that thread.
 */
#ifndef WRITER_H
#define WRITER_H

#include <stdbool.h>
#include <stddef.h>

struct writer;

enum writer_urgency {
	WRITER_SOON, /* in a second: nothing waits for it */
	WRITER_NOW,
};

struct writer_job {
	void *ctx;
	/* Save.  Returns whether that worked; if not it is tried again, a second later
	 * at first and a minute at last, or when there is something new.  *octets is 0,
	 * and may be set to how many were written. */
	bool (*save)(void *ctx, size_t *octets);
	int period_s; /* save when nobody asked for so long; at least 1 */
};

/* Start the thread, with all signals blocked.  NULL with errno.  *job is copied.
 * There is no writer_free(): the thread may be waiting for a disk when the
 * process ends. */
struct writer *writer_start(const struct writer_job *job);

/* There is something to save.  From any thread, under any lock, even after
 * writer_finish(): never blocks.  What is asked for while a save is under way starts
 * another one after it.  Between two saves there is a pause as long as the former
 * took; and after 60 megabytes at once, a second for each that is written, so that no
 * disk wears out from whatever makes events.  5 s at most. */
void writer_ask(struct writer *writer, enum writer_urgency urgency);

#define WRITER_HANG_S 5

enum writer_news {
	WRITER_NO_NEWS,
	WRITER_HANGS,         /* a save has taken WRITER_HANG_S: a disk that hangs, most likely */
	WRITER_HANGS_NO_MORE, /* it is over, however it ended */
};

/* What is new since the last call about a save that hangs; *seconds is how long it
 * has taken so far.  Never blocks.  For one thread, to be called every now and then. */
enum writer_news writer_watch(struct writer *writer, int *seconds);

/* Save once more, without a pause, and end; wait timeout_ms for that at most.
 * Returns whether it was done and the save worked.  Once it has returned true, or
 * false for another reason than the time, `save` is not called any more. */
bool writer_finish(struct writer *writer, int timeout_ms);

#endif /* WRITER_H */
