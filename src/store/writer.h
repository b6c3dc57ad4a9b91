/* SPDX-License-Identifier: BSD-2-Clause */
/* writer.h - the thread that saves, so that no other thread waits for a disk.
 *
 * It decides when to save; the callback `save`, which it calls, decides what.
 */
#ifndef WRITER_H
#define WRITER_H

#include <stdbool.h>
#include <stddef.h>

struct writer;

enum writer_urgency {
	WRITER_SOON, /* within a second: nothing waits for it */
	WRITER_NOW,
};

struct writer_job {
	void *ctx;
	/* Save.  Returns whether this succeeded; if not, it is called again after a second,
	 * later after up to a minute, or when something else has to be saved.  *octets is 0
	 * and may be set to the number of octets written. */
	bool (*save)(void *ctx, size_t *octets);
	int period_s; /* save after this time without a request; at least 1 */
};

/* Start the thread, with all signals blocked.  NULL with errno.  *job is copied.
 * There is no writer_free(): the thread may be waiting for a disk when the
 * process ends. */
struct writer *writer_start(const struct writer_job *job);

/* Request a save.  May be called from any thread, under any lock, even after
 * writer_finish(); never blocks.  A request during a save starts another one after it.
 * The pause after a save is as long as the save took, and, after 60 megabytes at once, a
 * second for each further megabyte, so that events without end do not wear out the disk;
 * it is at most 5 s. */
void writer_ask(struct writer *writer, enum writer_urgency urgency);

#define WRITER_HANG_S 5

enum writer_news {
	WRITER_NO_NEWS,
	WRITER_HANGS,         /* a save has taken WRITER_HANG_S: the disk probably hangs */
	WRITER_HANGS_NO_MORE, /* it has ended, with or without success */
};

/* Whether a save has begun or ceased to hang since the last call; *seconds: the time that
 * it has taken so far.  Never blocks.  To be called regularly, by one thread. */
enum writer_news writer_watch(struct writer *writer, int *seconds);

/* Save once more, without a pause, and end; wait at most timeout_ms.  Returns whether the
 * save succeeded in this time.  `save` is not called after this has returned true, or
 * false for another reason than the timeout. */
bool writer_finish(struct writer *writer, int timeout_ms);

#endif /* WRITER_H */
