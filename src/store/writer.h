/* SPDX-License-Identifier: BSD-2-Clause */
/* writer.h - the thread that saves, so that no other thread waits for a disk.
 *
 * It decides when to save; the callback `save`, which it calls, decides what.
 */
#ifndef WRITER_H
#define WRITER_H

#include <stdbool.h>

struct writer;

enum writer_urgency {
	WRITER_SOON, /* within a second: nothing waits for it */
	WRITER_NOW,
};

enum writer_occasion {
	WRITER_ASKED,
	WRITER_PERIODIC,
	WRITER_LAST, /* before the thread ends */
};

/* Both functions are called in the thread, with all signals blocked. */
struct writer_job {
	void *ctx;
	/* Called first, once. */
	void (*start)(void *ctx);

	/* Save.  Returns whether this succeeded; if not, it is called again after a second,
	 * and then at intervals that double up to a minute. */
	bool (*save)(void *ctx, enum writer_occasion occasion);
	int period_s; /* of WRITER_PERIODIC, at least 1 */
};

/* Start the thread.  Returns NULL with errno on failure.  *job is copied.  There is no
 * writer_free(): the thread may be waiting for a disk when the process ends. */
struct writer *writer_start(const struct writer_job *job);

/* A descriptor that is readable once job->start() has returned. */
int writer_started_fd(const struct writer *writer);

/* Request a save.  May be called from any thread, under any lock, even after
 * writer_finish(); never blocks.  All requests during a save are served by one save after
 * it.  After a save that failed they wait for a second. */
void writer_ask(struct writer *writer, enum writer_urgency urgency);

#define WRITER_HANG_S 5

enum writer_news {
	WRITER_NO_NEWS,
	WRITER_HANGS, /* a call of the job has taken WRITER_HANG_S: the disk probably hangs */
	WRITER_HANGS_NO_MORE, /* it has ended, with or without success */
};

/* Whether a call has begun or ceased to hang since the last time; *seconds: the time that
 * it has taken so far.  Never blocks.  To be called regularly, by one thread. */
enum writer_news writer_watch(struct writer *writer, int *seconds);

/* Save once more, at once, and end; wait at most timeout_ms.  Returns whether the save
 * succeeded in this time.  `save` is not called after this has returned true, or false for
 * another reason than the timeout. */
bool writer_finish(struct writer *writer, int timeout_ms);

#endif /* WRITER_H */
